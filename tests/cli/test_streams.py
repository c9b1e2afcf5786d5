"""The standard streams while a command runs: text passes, what it could steer or command does not."""

from __future__ import annotations

import io
import sys

import pytest

from oncall.cli.streams import SafeStream, safe_streams
from oncall.output import terminal


def written(*texts: str, method: str = "write") -> str:
    under = io.StringIO()
    stream = SafeStream(under, may_fail=True)
    for text in texts:
        getattr(stream, method)(text)
    return under.getvalue()


@pytest.mark.parametrize(
    ("texts", "shown"),
    [
        (["plain\n"], "plain\n"),
        (["Zoë 林 👩🏽‍🚒\n"], "Zoë 林 👩🏽‍🚒\n"),
        (["a\tb\r\n"], "a\tb\r\n"),
        (["a\rb"], "a\\rb"),
        (["\x1b[31mred"], "\\x1b[31mred"),
        (["\u202e"], "\\u202e"),
        (["::error::x"], "\\x3a:error::x"),
        (["\u3000\t ::error::x"], "\u3000\t \\x3a:error::x"),
        (["a ::error::x"], "a ::error::x"),
        (["a\n", "::error::x"], "a\n\\x3a:error::x"),
        (["a", "::error::x"], "a::error::x"),
        (["  ", "::error::x"], "  \\x3a:error::x"),
        (["a\n \n", " ", "", "::x"], "a\n \n \\x3a:x"),
        (["a ##vso[x]y ##[z]"], "a \\x23#vso[x]y \\x23#[z]"),
        (["## a heading [x]"], "## a heading [x]"),
    ],
)
def test_what_is_printed_is_obeyed_by_nobody(texts: list[str], shown: str) -> None:
    assert written(*texts) == shown


def test_only_workflow_commands_of_ours_pass_and_only_where_they_are_meant() -> None:
    command = "::error file=a,line=1::text\n"
    assert written(command, method="write_commands") == command
    assert written(command) == f"\\x3a{command[1:]}"
    assert written("::stop-commands::x\n", method="write_commands") == "\\x3a:stop-commands::x\n"


def test_rich_has_its_colours_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    under = io.StringIO()
    monkeypatch.setattr(sys, "stdout", under)
    monkeypatch.setenv("TERM", "xterm-256color")
    with safe_streams():
        console = terminal.console(force=True)
        console.print(terminal.styled([("\x1b]0;t\x1b[2J ::x", "bad")]))
    assert "\x1b[1;31m" in under.getvalue()
    assert "\x1b]" not in under.getvalue()


def test_a_command_that_wrapping_put_at_a_line_start_is_harmless() -> None:
    under = io.StringIO()
    console = terminal.Console(file=under, width=10)
    console.print("aaaa aaaa ::error::x")
    assert "\n::error" in under.getvalue()
    assert "\n::" not in written(under.getvalue(), method="write_styled")


def test_bytes_are_not_taken() -> None:
    with pytest.raises(TypeError):
        SafeStream(io.StringIO(), may_fail=True).write(b"x")  # type: ignore[arg-type]
