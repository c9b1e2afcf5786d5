"""The scenarios of a workspace, ready to be run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, tzinfo

from oncall import times
from oncall.errors import Problem, contained, problem
from oncall.escalation.responses import CHANNELS, EVERY_CHANNEL, OUTCOMES, ByChannel, ResponseError, responses_of
from oncall.escalation.scenarios import NOTHING_EXPECTED, Broken, Scenario, WrittenScenario
from oncall.escalation.simulate import Assumed
from oncall.model import Account
from oncall.spelling import suggestion
from oncall.workspace import yaml
from oncall.workspace.compile import workspace_zone
from oncall.workspace.load import Place, Workspace

_Path = tuple[str | int, ...]


def read_scenarios(workspace: Workspace) -> dict[str, Scenario | Broken]:
    """Every scenario by name, in the order they are written: one that can be run, or what is wrong with it."""
    reported: dict[str, list[Problem]] = {}
    for one in workspace.reported:
        if one.about.startswith("scenarios/"):
            reported.setdefault(one.about.removeprefix("scenarios/"), []).append(one.problem)
    return {
        name: _contained(workspace, name, place, reported.get(name, []))
        for (section, name), place in workspace.places.items()
        if section == "scenarios"
    }


def _contained(workspace: Workspace, name: str, place: Place, reported: list[Problem]) -> Scenario | Broken:
    return contained(
        lambda: _read(workspace, name, place, reported),
        lambda why: Broken(name, None, place.file, place.line, (problem("OC001", why, *place.at()),)),
    )


def _read(workspace: Workspace, name: str, place: Place, reported: list[Problem]) -> Scenario | Broken:
    written = workspace.scenarios.get(name)
    problems = [*reported, *(_problems(workspace, written, place) if written else ())]
    if written and not reported and written.expect == NOTHING_EXPECTED:
        message = "this scenario expects nothing, so it cannot fail: add `disposition`, `reached`, `attempts` …"
        problems.append(problem("OC003", message, *place.at_key("expect")))
    if written and not problems:
        return _scenario(workspace, name, written, place)
    in_order = tuple(sorted(set(problems), key=lambda one: one.place))
    return Broken(name, written.account if written else None, place.file, place.line, in_order)


def _scenario(workspace: Workspace, name: str, written: WrittenScenario, place: Place) -> Scenario:
    zone = account_zone(workspace, workspace.accounts[written.account])
    given = {str(person): responses_of(said) for person, said in written.given.items()}
    callbacks = {str(person): int(delay) for person, delay in written.callbacks.items()}
    assumed = Assumed(given, written.caller_hangs_up, callbacks)
    at = times.instant(written.at.local, zone)
    return Scenario(name, written.account, at, assumed, written.expect, place.file, place.line)


def account_zone(workspace: Workspace, account: Account) -> tzinfo:
    """The zone of instants that are said of an account without an offset: its hours', else the workspace's."""
    hours = workspace.hours.get(account.hours) if account.hours else None
    return (times.zone(hours.timezone) if hours and hours.timezone else None) or workspace_zone(workspace)


def weak_spots(workspace: Workspace, name: str) -> Iterator[Problem]:
    """What an account lacks so that nobody is tried where its policy means somebody to be: a scenario can be run all
    the same, and shows what comes of it."""
    account = workspace.accounts[name]
    policy = workspace.policies[str(account.policy)]
    if not policy.tiers:
        message = f"the policy {account.policy} has no tiers, so nobody is tried"
        yield problem("OC003", message, *workspace.places["policies", str(account.policy)].at("tiers"))
    recovery = policy.recovery
    roles = [tier.notify for tier in policy.tiers]
    roles += (role for role in (recovery.owner, recovery.escalate_to) if role) if recovery else ()
    for role in dict.fromkeys(roles):
        if not account.bindings(role):
            bound = ", ".join(one for one in account.contacts if account.bindings(one)) or "no role at all"
            message = f"{name} binds nobody to the role {role!r} of its policy {account.policy}; it binds {bound}"
            yield problem("OC005", message, *workspace.places["accounts", name].at_key("contacts"))


def _problems(workspace: Workspace, written: WrittenScenario, place: Place) -> Iterator[Problem]:
    if not times.is_usual(times.instant(written.at.local, UTC)):
        yield problem("OC003", f"{str(written.at)!r} is outside the calendar", *place.at("at"))
    empty = list(_empty_keys(place.node, ()))
    for path in empty:
        yield problem("OC003", f"`{path[-1]}` says nothing: give it a value or leave it out", *place.at_key(*path))
    for person, said in written.given.items():
        if any(path[:2] == ("given", person) for path in empty):
            continue
        try:
            responses = responses_of(said)
        except ResponseError as error:
            yield problem("OC003", f"{person}: {error}", *_at_fault(place, "given", person, *error.path))
        else:
            yield from _unused_channels(workspace, person, responses, place)
    account = workspace.accounts.get(written.account)
    if account is not None:
        yield from _policy_problems(workspace, written, account, place)
    elif ("accounts", written.account) in workspace.places:
        yield problem("OC005", f"the account {written.account} cannot be used", *place.at("account"))


def _empty_keys(node: yaml.Node, path: _Path) -> Iterator[_Path]:
    """The keys that were written without a value, which are no expectation and no response: nothing reads them."""
    if isinstance(node, yaml.Sequence):
        for index, item in enumerate(node.items):
            yield from _empty_keys(item, (*path, index))
    for name, key in node.keys.items() if isinstance(node, yaml.Mapping) else ():
        if isinstance(key.value, yaml.Scalar):
            if key.value.text is None:
                yield (*path, name)
        else:
            yield from _empty_keys(key.value, (*path, name))


def _at_fault(place: Place, *path: str | int) -> tuple[str, int, int]:
    """Where a response means nothing: at its key where that is no word of ours, else at its value."""
    is_ours = path[-1] in (*CHANNELS, *OUTCOMES) or len(path) == len(("given", "person"))
    return place.at(*path) if is_ours else place.at_key(*path)


def _unused_channels(workspace: Workspace, person: str, responses: ByChannel, place: Place) -> Iterator[Problem]:
    known = workspace.people.get(person)
    channels = {method.channel for method in known.contact_methods} if known else set()
    for channel in responses:
        if known and channel != EVERY_CHANNEL and channel not in channels:
            ways = ", ".join(sorted(channels)) or "none at all"
            message = f"{person} has no contact method by {channel}; there is {ways}"
            yield problem("OC005", message, *place.at_key("given", person, channel))


def _policy_problems(
    workspace: Workspace, written: WrittenScenario, account: Account, place: Place
) -> Iterator[Problem]:
    if account.policy is None:
        message = f"{written.account} has no `policy:`, so there is nothing to test"
        yield problem("OC005", message, *place.at("account"))
    elif account.policy not in workspace.policies:
        message = f"the policy of {written.account}, {account.policy!r}, is not there or cannot be used"
        yield problem("OC005", message, *place.at("account"))
    else:
        yield from _unknown_tiers(written, workspace.policies[account.policy].tier_names, place)


def _unknown_tiers(written: WrittenScenario, names: tuple[str, ...], place: Place) -> Iterator[Problem]:
    expect = written.expect
    asked = [("attempts", index, one.tier) for index, one in enumerate(expect.attempts or ())]
    asked += (("skipped", index, one.tier) for index, one in enumerate(expect.skipped))
    for key, index, tier in asked:
        if tier is not None and tier not in names:
            message = f"the policy has no tier {tier!r}{suggestion(tier, names)}"
            yield problem("OC005", message, *place.at("expect", key, index, "tier"))
