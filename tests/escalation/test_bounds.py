"""A policy that makes more attempts than anybody could wait for is refused, in one sentence, by whoever asks."""

from __future__ import annotations

import pytest

from oncall.errors import OncallError
from oncall.escalation.engine import MOST_STEPS, EndlessError
from oncall.escalation.simulate import simulate
from oncall.explain import explanation
from oncall.model import Account, Binding, ContactMethod, Person, Policy, Tier
from oncall.plan import Plan
from tests.escalation.plans import ACCOUNT, AT, DAY, POLICY, make_plan
from tests.work import growth


def plan_of(people: int, methods: int, tiers: int, rounds: int, order: str = "in_turn", away: bool = False) -> Plan:
    names = [f"p{number}" for number in range(people)]
    known = {name: Person(name, contact_methods=tuple(_methods(name, methods))) for name in names}
    policy = Policy(tuple(Tier(f"r{number}", 30_000, order) for number in range(tiers)), rounds=rounds)
    everybody = tuple(Binding(person=name) for name in names)
    account = Account("A", policy=POLICY, contacts={f"r{number}": everybody for number in range(tiers)})
    gone = dict.fromkeys(names, ((-DAY, DAY),)) if away else None
    return make_plan(known, policy, account, away=gone)


def _methods(name: str, number: int) -> list[ContactMethod]:
    return [ContactMethod("voice", f"{name}-{step}", 1) for step in range(number)]


@pytest.mark.parametrize("order", ["in_turn", "simultaneous"])
@pytest.mark.parametrize("size", [(1000, 20, 100, 100), (10, 20, 100, 100), (1000, 20, 1, 1), (2, 1, 100, 100)])
def test_a_policy_of_very_many_attempts_is_refused_in_one_sentence(size: tuple[int, ...], order: str) -> None:
    for ask in (simulate, explanation):
        with pytest.raises(OncallError, match=r"^a call to line would make more than 10,000 attempts: use fewer"):
            ask(plan_of(*size, order), ACCOUNT, AT)


def test_those_who_are_skipped_count_as_well() -> None:
    with pytest.raises(EndlessError):
        simulate(plan_of(1000, 1, 20, 1, away=True), ACCOUNT, AT)
    assert len(simulate(plan_of(400, 1, 20, 1, away=True), ACCOUNT, AT).skipped) < MOST_STEPS


def test_as_many_attempts_as_there_may_be_are_made() -> None:
    assert len(simulate(plan_of(4, 3, 4, 100), ACCOUNT, AT).attempts) == 4 * 3 * 100


def test_a_tier_of_very_many_people_is_not_explained_in_sentences() -> None:
    plan = plan_of(1000, 5, 1, 1, "simultaneous")
    assert len(simulate(plan, ACCOUNT, AT).attempts) == 5000
    with pytest.raises(OncallError, match=r"5,000 attempts, too many to explain in sentences: `oncall simulate line`"):
        explanation(plan, ACCOUNT, AT)


@pytest.mark.parametrize("order", ["in_turn", "simultaneous"])
def test_twice_the_people_take_twice_the_time(order: str) -> None:
    assert growth(lambda size: simulate(plan_of(size, 3, 2, 1, order), ACCOUNT, AT), 400) < 3.2
