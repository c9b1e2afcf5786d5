"""Shell completion of names. Whatever is wrong, it offers nothing and says nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator

import typer

from oncall.cli.session import Session, now
from oncall.errors import OncallError
from oncall.plan import Plan

RESULTS = ("reached", "answered", "recovered", "abandoned", "missed", "undetermined")


def _plan(context: typer.Context) -> Plan | None:
    asked = context.parent.params.get("workspace") if context.parent else None
    session = context.obj or Session(asked, dict(os.environ), os.getcwd)  # an -w after the command has made one
    try:
        return session.plan(now())
    except (OncallError, OSError):
        return None


def names(context: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """Accounts and rotations."""
    plan = _plan(context)
    if plan:
        yield from ((name, plan.accounts[name].name) for name in sorted(plan.accounts) if name.startswith(incomplete))
        yield from ((name, "rotation") for name in sorted(plan.schedules) if name.startswith(incomplete))


def accounts(context: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """Accounts."""
    plan = _plan(context)
    if plan:
        yield from ((name, plan.accounts[name].name) for name in sorted(plan.accounts) if name.startswith(incomplete))


def rotations(context: typer.Context, incomplete: str) -> Iterator[str]:
    """Rotations."""
    plan = _plan(context)
    yield from (name for name in sorted(plan.schedules if plan else ()) if name.startswith(incomplete))


def people(context: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """People."""
    plan = _plan(context)
    if plan:
        yield from ((name, plan.people[name].name) for name in sorted(plan.people) if name.startswith(incomplete))


def anything(context: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """Accounts, rotations and people."""
    yield from names(context, incomplete)
    yield from people(context, incomplete)


def results(incomplete: str) -> list[str]:
    """How a recorded dispatch can have ended."""
    return [name for name in RESULTS if name.startswith(incomplete)]
