"""What somebody meant who typed a command that does not exist: another word for one, a name, a slip of the finger."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from itertools import pairwise, takewhile

from msgspec import Struct
from rapidfuzz.distance import OSA

from oncall.cli.session import Session, now
from oncall.errors import NotFoundError, OncallError
from oncall.lookup import find
from oncall.plan import Plan
from oncall.spelling import nearest

_WORKSPACE_OPTIONS = ("-w", "--workspace")


class Instead(Struct, frozen=True):
    """What to do instead: in order to do what, by which command, with an example of its arguments and of the options it
    cannot do without."""

    purpose: str
    command: str
    arguments: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


# fmt: off
_WORDS = {
    Instead("see who is on call, how to reach them and who is next", "who"): (
        "now", "on", "on-call", "oncall", "current", "currently", "today", "tonight", "status", "show", "list", "ls",
        "get", "find", "lookup", "page", "call", "phone", "contact", "contacts", "whois", "whos", "primary",
    ),
    Instead("see who is on call when", "shifts", ("field-primary",)): (
        "next", "upcoming", "later", "schedule", "schedules", "rota", "roster", "calendar", "rotation", "rotations",
        "shift", "handoff", "handoffs", "timeline", "when",
    ),
    Instead("put somebody else on call", "override", ("field-primary", "tech-5"), ("--until", "08:00")): (
        "swap", "cover", "replace", "substitute", "trade", "switch", "exchange", "take", "assign", "reassign", "change",
        "add", "edit",
    ),
    Instead("note that somebody is not there", "away", ("tech-1",), ("--until", "mon 08:00")): (
        "sick", "ill", "off", "out", "ooo", "pto", "leave", "vacation", "holiday", "holidays", "absent", "absence",
        "absences", "unavailable",
    ),
    Instead("check the workspace", "lint"): (
        "check", "validate", "verify", "doctor", "audit", "problems", "errors", "gaps",
    ),
    Instead("try out what would happen", "simulate", ("northwind-hvac",), ("--at", "tomorrow 02:00")): (
        "try", "dry-run", "dryrun", "escalate", "run", "simulation",
    ),
    Instead("read what happens when somebody calls", "explain", ("northwind-hvac",)): (
        "why", "how", "describe", "policy", "policies", "info", "escalation",
    ),
    Instead("hold recorded calls against the policy", "replay", ("calls.jsonl",)): (
        "history", "log", "logs", "calls", "missed", "compare",
    ),
    Instead("see a log in numbers", "stats", ("calls.jsonl",)): (
        "metrics", "numbers", "statistics", "kpi", "kpis", "summary", "dashboard",
    ),
    Instead("make a page of one call", "postmortem", ("calls.jsonl",), ("--dispatch", "CA81f2")): (
        "report", "incident", "incidents", "review",
    ),
    Instead("write a small workspace to start from", "init", ("my-oncall",)): (
        "new", "create", "start", "setup", "install",
    ),
    Instead("make an event log of another system's", "import", ("twilio", "calls.json")): ("convert", "ingest", "load"),
}
# fmt: on
INSTEAD = {word: instead for instead, words in _WORDS.items() for word in words}
_OPTIONS = {
    **dict.fromkeys(("--when", "--time", "--date", "--on", "--now"), "--at"),
    **dict.fromkeys(("--to", "--end", "--before", "--till"), "--until"),
    **dict.fromkeys(("--start", "--since", "--after", "--begin"), "--from"),
    **dict.fromkeys(("--tz", "--zone", "--utc"), "--timezone"),
    **dict.fromkeys(("--dir", "--directory", "--root", "--path", "--folder"), "--workspace"),
    **dict.fromkeys(("--why", "--note", "--message", "--comment"), "--reason"),
    **{f"--{name}": f"--format {name}" for name in ("json", "csv", "markdown", "plain", "line", "sarif", "junit")},
}
_UNDO = ("undo", "revert", "cancel", "remove", "delete", "rm", "reset", "restore")


def hint(word: str, arguments: Sequence[str], commands: Sequence[str], workspace: str | None) -> str:
    """A message for a command that does not exist: what was probably meant, in full, else where the commands are."""
    plan = _plan(workspace, arguments)
    meant = (
        _named(word, arguments, plan, exactly=True)
        or _other_word(word, arguments)
        or _slip(word, arguments, commands)
        or _named(word, arguments, plan, exactly=False)
        or "; `oncall --help` lists them"
    )
    return f"there is no command {word!r}{meant}"


def options(word: str, known: Sequence[str]) -> list[str]:
    """The options that were probably meant by one that does not exist."""
    other = _OPTIONS.get(word)
    if other is not None and other.split()[0] in known:
        return [other]
    return [name for name in known if name.startswith("--") and nearest(word, (name,))]


def _plan(workspace: str | None, arguments: Sequence[str]) -> Plan | None:
    """The plan of the workspace that was asked for, before the command or after it."""
    for option, value in pairwise(arguments):
        if option in _WORKSPACE_OPTIONS:
            workspace = value
    try:
        return Session(workspace, dict(os.environ), os.getcwd).plan(now())
    except (OncallError, OSError):
        return None


def _named(word: str, arguments: Sequence[str], plan: Plan | None, *, exactly: bool) -> str | None:
    """The question about an account, a rotation or a person whose name was typed as a command."""
    if plan is None:
        return None
    ids = [*plan.accounts, *plan.schedules, *plan.people]
    name = word if word in ids else None
    if not exactly:
        try:
            _, name = find(plan, word)
        except NotFoundError:
            name = nearest(word, ids)
    return f"; did you mean `{line('who', [name, *arguments])}`?" if name else None


def _other_word(word: str, arguments: Sequence[str]) -> str | None:
    """The command that does what another word says, with what was typed after it, or with an example."""
    if word.lower() in _UNDO:
        return (
            "; a change is one event in a calendar, which `oncall override` and `oncall away` name:"
            " to take it back before it is committed, `git restore rotations/field-overrides.ics`"
        )
    instead = INSTEAD.get(word.lower())
    if instead is None:
        return None
    typed = list(takewhile(lambda argument: not argument.startswith("-"), arguments))
    if len(typed) < len(instead.arguments):
        arguments = (*instead.arguments, *instead.options)
    elif instead.options and instead.options[0] not in arguments:
        arguments = (*arguments, *instead.options)
    return f"; to {instead.purpose}: {line(instead.command, arguments)}"


def _slip(word: str, arguments: Sequence[str], commands: Sequence[str]) -> str | None:
    """The command that is a slip of the finger away; in a short word one slip could be any other word."""
    slips = {command: OSA.distance(word.lower(), command) for command in commands}
    least = min(slips.values())
    if least > (1 if len(word) < 6 else 2) or len(word) < 3:
        return None
    meant = (f"`{line(command, arguments)}`" for command, distance in slips.items() if distance == least)
    return f"; did you mean {' or '.join(meant)}?"


def line(command: str, arguments: Sequence[str]) -> str:
    """A command as a shell takes it."""
    return shlex.join(["oncall", command, *arguments])
