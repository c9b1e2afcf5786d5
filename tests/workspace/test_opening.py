"""Whatever a question leads to, it is asked of so many plans and no more."""

from __future__ import annotations

from typing import Any

import pytest

from oncall.errors import OncallError
from oncall.plan import OutsideWindowError, Plan
from oncall.workspace.opening import Plans

AT = 1_795_186_800
DAY = 86_400


@pytest.mark.parametrize("step", [-DAY, -40 * DAY, 0, 1, 40 * DAY, 400 * DAY, 10**9, 10**15])
def test_a_question_that_always_leads_elsewhere_is_refused(step: int, make: Any) -> None:
    asked: list[Plan] = []

    def question(plan: Plan) -> None:
        asked.append(plan)
        edge = plan.window.start if step < 0 else plan.window.end
        raise OutsideWindowError(edge + step)

    with pytest.raises(OncallError):
        Plans(make({}), None).ask(AT, question)
    assert len(asked) <= 20
