"""OC502 schedule-drift."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from oncall import times
from oncall.errors import ERROR, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Place, Rule
from oncall.lint.wording import listed
from oncall.model import Account

if TYPE_CHECKING:
    from oncall.lint.logged import Stray


def is_judged(context: Context) -> bool:
    return context.log is not None


def check(context: Context) -> Iterator[Problem]:
    log = context.log
    if log is None:
        return
    for name, account in context.workspace.accounts.items():
        for stray in log.of(name).strays.values():
            who, mend = _words(stray)
            message = f"{who} tried for {name} without being on call there ({_evidence(context, stray)})"
            yield RULE.at(_place(context, name, account, stray), f"{message}: {mend}")


def _words(stray: Stray) -> tuple[str, str]:
    """Who it was, and what to do about it."""
    if stray.others:
        return "many others were", "put them on call, or correct whom calls are sent to"
    if stray.people:
        who = " or ".join(stray.people)
        return f"{who} was", f"put {who} on call, or correct whom calls are sent to"
    what = "number" if stray.numbered else "name"
    mend = f"give it to its owner under `people:` and put them on call, or correct the {what} that calls are sent to"
    return f"a {what} that is nobody's was", mend


def _evidence(context: Context, stray: Stray) -> str:
    lines = [str(line) for line in stray.lines]
    more = stray.count - len(lines)
    shown = f"{', '.join(lines)} and {more} more" if more else listed(lines)
    first, last = (times.at(one, context.zone).strftime("%Y-%m-%d %H:%M") for one in (stray.first, stray.last))
    return f"how often: {stray.count}, first: {first}, last: {last}, lines of the log: {shown}"


def _place(context: Context, name: str, account: Account, stray: Stray) -> Place:
    """Where the account binds the role that was meant, as far as anybody knows; else the first that it binds."""
    policy = context.policy(account)
    roles = [tier.notify for tier in policy.tiers] if policy else []
    bound = [str(role) for role in (stray.role, *roles) if role in account.contacts]
    place = context.place("accounts", name)
    return place.at("contacts", bound[0]) if bound else place.at()


RULE = Rule(
    code="OC502",
    name="schedule-drift",
    severity=ERROR,
    finds="With an event log (`--log`): somebody, or a number that is nobody's, who was tried for an account when no "
    "tier of its policy led to them, by the workspace as git has it at the time of the dispatch; once for each, with "
    "how often in all of the log. Somebody counts as on call who was so when the tier may have begun (no longer before "
    "the attempt than the longest acknowledgement window), and 10 seconds before a shift begins. Whoever owns "
    "callbacks (the roles of `recovery`, the account manager) may be tried for them. Once is enough, but it has to be "
    "proved: a dispatch does not count where the log lacks evidence, or where something that says who was on call "
    "could not be read.",
    why="The schedule and what happens have parted: calls go by an old list, a swap that nobody wrote down, a number "
    "typed into the telephone system. Everything else that is checked here is then about a plan nobody follows.",
    mend="If they should be called, put them on call: in the calendar, with `oncall override`, or under the account's "
    "`contacts:`; else correct whom the calls are sent to. `oncall replay LOG` shows each of the dispatches. All of "
    "the log is judged: give it the part since what was mended, or write a baseline.",
    check=check,
    needs_log=True,
    is_judged=is_judged,
)
