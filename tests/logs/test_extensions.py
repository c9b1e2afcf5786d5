"""Whom an extension reaches is told from the import to the verdict."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from oncall.cli.main import main
from tests.logs.conftest import WORKSPACE, Imported

CALL = (
    "1795323600|1795323600.1|acme|NONE|ENTERQUEUE||15125550123|1\n"
    "1795323620|1795323600.1|acme|{agent}|RINGNOANSWER|20000\n"
    "1795323672|1795323600.1|acme|NONE|ABANDON|1|1|72\n"
)


@pytest.mark.parametrize("agent", ["PJSIP/7004", "Local/7004@from-queue/n", "Agent/7004", "7004", "SIP/7004-0000001a"])
def test_an_extension_is_never_a_number_that_is_nobodys(
    agent: str, bring: Callable[..., Imported], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bring("asterisk-queue-log", CALL.format(agent=agent), "--output", str(tmp_path / "events.jsonl"))
    main(["-w", str(WORKSPACE), "replay", str(tmp_path / "events.jsonl"), "--dispatch", "1795323600.1"])
    shown = capsys.readouterr().out
    assert "Eve Engel" in shown
    assert "nobody's" not in shown


def test_whose_an_extension_is_that_nobody_has_is_not_known(
    bring: Callable[..., Imported], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bring("asterisk-queue-log", CALL.format(agent="SIP/7999"), "--output", str(tmp_path / "events.jsonl"))
    main(["-w", str(WORKSPACE), "replay", str(tmp_path / "events.jsonl"), "--dispatch", "1795323600.1"])
    shown = " ".join(capsys.readouterr().out.split())
    assert "whose 7999 is: it is in nobody's `extensions` or `aliases`" in shown
    assert "we don't know whose phone was called" in shown
    assert "cause undetermined" in shown
