"""The scenarios of a workspace, ready to be run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from oncall import times
from oncall.errors import Problem, problem
from oncall.escalation.responses import EVERY_CHANNEL, ByChannel, ResponseError, responses_of
from oncall.escalation.scenarios import NOTHING_EXPECTED, Scenario, WrittenScenario
from oncall.escalation.simulate import Assumed
from oncall.fields import suggestion
from oncall.model import Account
from oncall.workspace.compile import workspace_zone
from oncall.workspace.load import Place, Workspace


def read_scenarios(workspace: Workspace) -> tuple[list[Scenario], list[Problem]]:
    """Every scenario that can be run, in the order they are written, and what is wrong with them and the others."""
    broken = {one.about for one in workspace.reported if one.about.startswith("scenarios/")}
    problems = [one.problem for one in workspace.reported if one.about in broken]
    found = []
    for name, written in workspace.scenarios.items():
        place = workspace.places["scenarios", name]
        odd = list(_problems(workspace, written, place))
        problems += odd
        if f"scenarios/{name}" not in broken and not odd:
            found.append(_scenario(workspace, name, written, place))
    return found, sorted(set(problems), key=lambda one: one.place)


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


def _problems(workspace: Workspace, written: WrittenScenario, place: Place) -> Iterator[Problem]:
    if written.expect == NOTHING_EXPECTED:
        message = "this scenario expects nothing, so it cannot fail: add `disposition`, `reached`, `attempts` …"
        yield problem("OC003", message, *place.at("expect"))
    for person, said in written.given.items():
        try:
            responses = responses_of(said)
        except ResponseError as error:
            yield problem("OC003", f"{person}: {error}", *_nearest(place, "given", person, *error.path))
        else:
            yield from _unused_channels(workspace, person, responses, place)
    account = workspace.accounts.get(written.account)
    if account is None:
        return
    if account.policy is None:
        message = f"{written.account} has no `policy:`, so there is nothing to test"
        yield problem("OC005", message, *place.at("account"))
    elif account.policy in workspace.policies:
        yield from _unknown_tiers(written, workspace.policies[account.policy].tier_names, place)


def _nearest(place: Place, *path: str | int) -> tuple[str, int, int]:
    """Where a part stands: its key where it has one, as what is wrong may be the key itself."""
    return place.at_key(*path) if isinstance(path[-1], str) else place.at(*path)


def _unused_channels(workspace: Workspace, person: str, responses: ByChannel, place: Place) -> Iterator[Problem]:
    known = workspace.people.get(person)
    channels = {method.channel for method in known.contact_methods} if known else set()
    for channel in responses:
        if known and channel != EVERY_CHANNEL and channel not in channels:
            ways = ", ".join(sorted(channels)) or "none at all"
            message = f"{person} has no contact method by {channel}; there is {ways}"
            yield problem("OC005", message, *place.at_key("given", person, channel))


def _unknown_tiers(written: WrittenScenario, names: tuple[str, ...], place: Place) -> Iterator[Problem]:
    expect = written.expect
    asked = [("attempts", index, one.tier) for index, one in enumerate(expect.attempts or ())]
    asked += (("skipped", index, one.tier) for index, one in enumerate(expect.skipped))
    for key, index, tier in asked:
        if tier is not None and tier not in names:
            message = f"the policy has no tier {tier!r}{suggestion(tier, names)}"
            yield problem("OC005", message, *place.at("expect", key, index, "tier"))
