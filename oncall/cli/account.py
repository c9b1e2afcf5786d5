"""The account a dispatch goes to, as `explain` and `simulate` are asked for it."""

from __future__ import annotations

from oncall.cli.session import UNREAD, warn
from oncall.errors import NotFoundError, OncallError
from oncall.lookup import ACCOUNT, PERSON, find
from oncall.plan import EVERYTHING, Plan


def account_named(plan: Plan, asked: str) -> str:
    """The account a name means. Where nothing has it, what could not be read is told first: it may stand there."""
    try:
        kind, name = find(plan, asked)
    except NotFoundError:
        warn(plan.reported.get(EVERYTHING, ()), UNREAD)
        raise
    if kind == PERSON:
        raise OncallError(
            f"{name} is a person: a dispatch goes to an account; `oncall who {name}` says which need them"
        )
    if kind != ACCOUNT:
        raise OncallError(f"{name} is a rotation: a dispatch goes to an account, and its policy says who is tried")
    return name
