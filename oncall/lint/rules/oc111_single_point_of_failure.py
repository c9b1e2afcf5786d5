"""OC111 single-point-of-failure."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import WARNING, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.lint.rules import oc101_missing_backup
from oncall.model import Account, as_tuple
from oncall.workspace import yaml


def check(context: Context) -> Iterator[Problem]:
    without_backup = {(one.file, one.line, one.column) for one in oc101_missing_backup.check(context)}
    for name, account in context.workspace.accounts.items():
        if context.place("accounts", name).at() not in without_backup:
            yield from _contacts(context, name, account)
        yield from _supervisor(context, name, account)
        yield from _endpoint(context, name, account)


def _contacts(context: Context, name: str, account: Account) -> Iterator[Problem]:
    bindings = [one for role in account.contacts for one in account.bindings(role)]
    if not bindings or _has_lost_bindings(context, name, len(bindings)):
        return
    bound = [{one.person} if one.rotation is None else context.scheduled(one.rotation) for one in bindings]
    strangers = any(one.rotation is not None and _has_strangers(context, one.rotation) for one in bindings)
    people = set().union(*bound)
    if len(people) == 1 and all(bound) and not strangers:
        place = context.place("accounts", name).at("contacts")
        yield RULE.at(place, f"every contact of {name} is {people.pop()}: bind somebody else to one of the roles")


def _has_lost_bindings(context: Context, name: str, kept: int) -> bool:
    """Whether more contacts are written than could be used: what is wrong with them is reported there."""
    written = yaml.descend(context.place("accounts", name).node, ("contacts",))
    roles = written.keys.values() if isinstance(written, yaml.Mapping) else ()
    return kept < sum(len(one.value.items) if isinstance(one.value, yaml.Sequence) else 1 for one in roles)


def _has_strangers(context: Context, rotation: str) -> bool:
    """Whether somebody unknown is scheduled: it may be anybody."""
    schedule = context.plan.schedules.get(rotation)
    return schedule is None or any(shift.person is None for segment in schedule.segments for shift in segment.shifts)


def _supervisor(context: Context, name: str, account: Account) -> Iterator[Problem]:
    supervisors = as_tuple(account.supervisor)
    people = {one.person for one in supervisors}
    if len(people) == 1 and not any(one.rotation for one in supervisors):
        place = context.place("accounts", name).at("supervisor")
        message = f"the only supervisor of {name} is {people.pop()}, day and night"
        yield RULE.at(place, f"{message}: write a rotation, or a second person")


def _endpoint(context: Context, name: str, account: Account) -> Iterator[Problem]:
    secure = account.secure_messaging
    place = context.place("accounts", name)
    if secure is None:
        return
    if not secure.fallback:
        if secure.fallback is not None or not context.refused(place, "secure_messaging", "fallback"):
            message = f"the secure messages of {name} have one endpoint and no other: write a `fallback`"
            yield RULE.at(place.at_key("secure_messaging"), message)
    elif _plain(secure.fallback) == _plain(secure.endpoint):
        message = f"the `fallback` of the secure messages of {name} is their endpoint itself: write another"
        yield RULE.at(place.at("secure_messaging", "fallback"), message)


def _plain(url: str) -> str:
    return url.strip().casefold().rstrip("/")


RULE = Rule(
    code="OC111",
    name="single-point-of-failure",
    severity=WARNING,
    finds="An account all of whose contacts are the same one person, whose supervisor is one person and no "
    "rotation, or whose secure endpoint has no fallback or itself as one.",
    why="Whatever there is only one of is away, asleep or down on the night it is needed, and nothing behind "
    "it takes over.",
    mend="Bind a second person, put a rotation under `supervisor:`, and give `secure_messaging` a `fallback` "
    "on another system.",
    check=check,
)
