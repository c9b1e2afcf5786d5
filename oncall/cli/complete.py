"""Shell completion of ids. Whatever is wrong, it offers nothing and says nothing.

What is offered is text that a shell evaluates: the zsh script of typer runs `eval` on it, bash splits it and expands
globs in it. An id that would need quoting is not offered, and the name beside it is reduced to harmless characters.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from itertools import islice

import typer

from oncall.cli.session import Session, now
from oncall.fields import is_name
from oncall.output.words import safe
from oncall.plan import Plan

RESULTS = ("reached", "answered", "recovered", "abandoned", "missed", "undetermined")

_LONGEST_HELP = 60
_MOST = 1000


def _plan(context: typer.Context) -> Plan | None:
    workspace = context.parent.params.get("workspace") if context.parent else None
    session = context.obj or Session(workspace, dict(os.environ), os.getcwd)  # an -w after the command has made one
    try:
        return session.plan(now())
    except Exception:  # a key was pressed: no error may reach the line that is being typed
        return None


def _offered(ids: Iterable[tuple[str, str]], incomplete: str) -> Iterator[tuple[str, str]]:
    """The ids that begin like what was typed and mean nothing to a shell, each with its help."""
    matches = (pair for pair in sorted(ids) if pair[0].startswith(incomplete) and _is_plain(pair[0]))
    return ((id_, _plain_help(help_)) for id_, help_ in islice(matches, _MOST))


def _is_plain(id_: str) -> bool:
    """Whether an id needs no quotes in any shell. All ids of a workspace are plain; this does not rely on it."""
    return is_name(id_) and id_ == safe(id_)


def _plain_help(text: str) -> str:
    """Letters, digits, spaces and `.,-` of a text."""
    plain = re.sub(r"(?:[^\w.,-]|_)+", " ", safe(text[:_LONGEST_HELP]))
    return plain.strip()


def _names(plan: Plan) -> Iterator[tuple[str, str]]:
    yield from ((id_, plan.accounts[id_].name) for id_ in plan.accounts)
    yield from ((id_, "rotation") for id_ in plan.schedules)


def _people(plan: Plan) -> Iterator[tuple[str, str]]:
    yield from ((id_, plan.people[id_].name) for id_ in plan.people)


def names(context: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """Accounts and rotations."""
    plan = _plan(context)
    return _offered(_names(plan) if plan else (), incomplete)


def accounts(context: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """Accounts."""
    plan = _plan(context)
    return _offered(((id_, plan.accounts[id_].name) for id_ in plan.accounts) if plan else (), incomplete)


def rotations(context: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """Rotations."""
    plan = _plan(context)
    return _offered(((id_, "rotation") for id_ in plan.schedules) if plan else (), incomplete)


def people(context: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """People."""
    plan = _plan(context)
    return _offered(_people(plan) if plan else (), incomplete)


def anything(context: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """Accounts, rotations and people."""
    plan = _plan(context)
    return _offered((*_names(plan), *_people(plan)) if plan else (), incomplete)


def results(incomplete: str) -> list[str]:
    """How a recorded dispatch can have ended."""
    return [name for name in RESULTS if name.startswith(incomplete)]
