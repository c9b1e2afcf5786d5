"""Completion as the shells do it, in a workspace whose every text tries to be obeyed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from .conftest import SHELLS
from .terminal import Terminal

PAYLOADS = (
    "$(touch obeyed)",
    r"\$(touch obeyed)",
    r"\\$(touch obeyed)",
    "$(>obeyed)",
    "`touch obeyed`",
    r"\`touch obeyed\`",
    "${(e):-$(touch obeyed)}",
    "${(e):-`touch obeyed`}",
    "$((obeyed[$(touch obeyed)]))",
    "<(touch obeyed)",
    "=(touch obeyed)",
    "(touch obeyed)",
    "; touch obeyed ;",
    "& touch obeyed &",
    "| touch obeyed",
    "\ntouch obeyed\n",
    "\r\ntouch obeyed\r\n",
    "x')); touch obeyed; ((",
    'x"))\'; touch obeyed; _arguments \'*: :(("y"',
    '" "$(touch obeyed)"',
    "'$(touch obeyed)'",
    "a':'$(touch obeyed)",
    "*(e:'touch obeyed':)",
    "*(e:touch\\ obeyed:)",
    "*(+obeyed)",
    "[$(touch obeyed)]",
    "%{$(touch obeyed)%}",
    "%(?.$(touch obeyed).)",
    "%F{red}%B%n",
    "{$(touch obeyed),b}",
    "~obeyed",
    "=obeyed",
    "!!:touch obeyed",
    "^a^touch obeyed",
    "(touch obeyed)\t(touch obeyed)",
    "a:::$(touch obeyed)",
    "[bold]x[/nothing]",
    "[link=http://evil.example]x[/link]",
    "[/",
    "\\",
    "x\\",
    '"',
    "'",
    "\x1b]0;obeyed\x07",
    "\x1b[31mobeyed",
    "\x9b31mobeyed",
    "\u202eobeyed",
    "\u2028touch obeyed",
    "--workspace=$(touch obeyed)",
    "-x",
    "*",
    "?",
    "north*",
)
ALONE = (0, 1, 2, 3, 4, 5, 6, 9, 10, 15, 17, 18, 19, 20, 21, 22, 27, 35, 36, 38)
"""Payloads that are also tried with no other beside them, which could break what the shell would have obeyed."""

GOOD = {
    "north": "North HVAC",
    "north.night": "Night",
    "plant_7": "Plant",
    "weiß": "Weiß",
}


@pytest.fixture(scope="session", params=SHELLS, ids=os.path.basename)
def session(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """A shell with the completion installed as its user would do it, in a hostile workspace."""
    program = str(request.param)
    workspace, home = tmp_path_factory.mktemp("workspace"), tmp_path_factory.mktemp("home")
    (workspace / "oncall.yaml").write_text(_workspace(PAYLOADS), encoding="utf-8")
    (home / ".zshrc").write_text("LISTMAX=10000\n")  # shells ask before they show many: these do not
    (home / ".inputrc").write_text("set completion-query-items -1\nset page-completions off\n")
    environment = {
        "HOME": str(home),
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "TERM": "xterm",
        "LANG": "C.UTF-8",
        "SHELL": program,
        "ONCALL_CACHE_DIR": str(tmp_path_factory.mktemp("cache")),
    }
    with Terminal(program, workspace, environment) as fresh:
        fresh.type("oncall --install-completion\r", until="completion installed in")
    with Terminal(program, workspace, environment) as terminal:
        terminal.type("stty cols 200 rows 50; printf 'set%s\\n' ' up'\r", until="set up")
        terminal.type("oncall simul\t")  # the first time zsh only loads the script
        terminal.type("\x15")
        yield terminal


@pytest.fixture
def shell(session: Terminal) -> Iterator[Terminal]:
    """The shell with an empty line, which has obeyed nothing by the end of the test."""
    yield session
    listed = session.type("\x05\x15printf 'files'; printf '(%s)' *; printf 'over%s\\n' ' now'\r", until="over now")
    output, session.output = session.output, b""
    (session.folder / "obeyed").unlink(missing_ok=True)
    assert "files(oncall.yaml)over now" in listed, "text was obeyed"
    assert b"\x1b]0;obeyed" not in output
    assert b"\x1b[31mobeyed" not in output


def _workspace(payloads: Sequence[str]) -> str:
    """Every payload as an id and as a name, of accounts, people and rotations."""
    lines = ["version: 1", "accounts:"]
    lines += [f"  {_yaml(id_)}: {{name: {_yaml(name)}}}" for id_, name in GOOD.items()]
    lines += [f"  n{number}: {{name: {_yaml(payload)}}}" for number, payload in enumerate(payloads)]
    lines += [f"  {_yaml(payload)}: {{name: {_yaml(payload)}}}" for payload in payloads]
    lines += [f"  {_yaml('z' + payload)}: {{name: z}}" for payload in payloads]
    lines += ["people:"]
    lines += [f"  p{number}: {{name: {_yaml(payload)}}}" for number, payload in enumerate(payloads)]
    lines += [f"  {_yaml(payload)}: {{name: {_yaml(payload)}}}" for payload in payloads]
    lines += ["  zoe: {name: Zoë}", "rotations:"]
    lines += [f"  {_yaml('r' + payload)}: {{calendar: r.ics}}" for payload in payloads]
    lines += ["  ready: {calendar: r.ics}"]
    return "\n".join(lines) + "\n"


def _yaml(text: str) -> str:
    escapes = {'"': '\\"', "\\": "\\\\"}
    shown = "".join(
        escapes.get(letter) or (letter if " " <= letter <= "~" else f"\\U{ord(letter):08x}") for letter in text
    )
    return f'"{shown}"'


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("oncall who plan", "<oncall><who><plant_7>"),
        ("oncall who wei", "<oncall><who><weiß>"),
        ("oncall override rea", "<oncall><override><ready>"),
        ("oncall away zo", "<oncall><away><zoe>"),
        ("oncall stats log --result und", "<oncall><stats><log><--result><undetermined>"),
        ("oncall who --calen", "<oncall><who><--calendar>"),
    ],
)
def test_a_beginning_is_completed(shell: Terminal, typed: str, words: str) -> None:
    shell.type(f"{typed}\t")
    shell.type("\x01printf '<%s>' \x05; printf 'done\\n'\r", until=f"{words}done")


@pytest.mark.parametrize(
    ("command", "offered"),
    [
        ("who", "plant_7"),
        ("shifts", "plant_7"),
        ("override", "ready"),
        ("away", "zoe"),
        ("stats x --account", "plant_7"),
    ],
)
def test_what_is_offered_is_not_obeyed(shell: Terminal, command: str, offered: str) -> None:
    shell.type(f"oncall {command} \t\t")
    shell.type("\t", until=offered)


@pytest.mark.parametrize("beginning", ["z", "'$", '"`', "[", "*"])
def test_a_beginning_that_hostile_ids_share_is_harmless(shell: Terminal, beginning: str) -> None:
    shell.type(f"oncall shifts {beginning}\t\t")


@pytest.mark.parametrize("number", ALONE)
def test_a_payload_alone_is_not_obeyed(shell: Terminal, number: int) -> None:
    (shell.folder / f".{number}").mkdir()
    (shell.folder / f".{number}/oncall.yaml").write_text(_workspace([PAYLOADS[number]]), encoding="utf-8")
    shell.type(f"oncall -w .{number} who \t\t")
    shell.type("\t", until="plant_7")
