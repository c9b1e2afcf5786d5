"""What completion gives a shell to evaluate; tests/shells has the shells that do so."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.conftest import Ran

HOSTILE = (
    "$(x)",
    r"\$(x)",
    "`x`",
    "'; x '",
    '"; x "',
    "a\\nb",
    "%F{red}",
    "[/bold]",
    "[b]x",
    "\\x1b[31m",
    "\\u202e",
    "a:b",
)


@pytest.mark.parametrize("shell", ["zsh", "bash", "fish", "powershell"])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_offered_without_what_a_shell_would_obey(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shell: str, name: str
) -> None:
    text = name.replace("\\$", "\\\\$").replace('"', '\\"')
    (tmp_path / "oncall.yaml").write_text(f'accounts: {{north: {{name: "North {text} 1"}}, "n{text}": {{name: n}}}}')
    monkeypatch.setenv("_ONCALL_COMPLETE", f"complete_{shell}")
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", "oncall who n")
    monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
    monkeypatch.setenv("_TYPER_COMPLETE_WORD_TO_COMPLETE", "n")
    monkeypatch.setenv("COMP_WORDS", "oncall\nwho\nn")
    monkeypatch.setenv("COMP_CWORD", "2")
    shown = run().out
    ours = {"zsh": r"_arguments '\*: :\(\((.*)\)\)'", "bash": "(.*)", "fish": "(.*)", "powershell": "(.*)"}[shell]
    offered = re.fullmatch(ours, shown.strip("\n"))
    assert offered, shown
    assert re.fullmatch(r'["\w.,:\t -]+', offered[1]), shown
    assert "north" in offered[1]
