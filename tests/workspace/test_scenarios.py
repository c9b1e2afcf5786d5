"""Scenarios as they are written: what is wrong with one is found where it stands, and whatever a dispatch turns out to
be can be written as a scenario that passes, and that fails as soon as any one value in it is another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, get_args

import msgspec
import pytest
import yaml
from hypothesis import given, settings

from oncall import fields, times
from oncall.escalation.scenarios import Broken, Expectation, Scenario
from oncall.escalation.trace import Disposition, SkipReason, Trace
from oncall.testing import judge
from oncall.times import show_duration
from oncall.workspace import documents
from oncall.workspace.load import Workspace, load
from oncall.workspace.scenarios import read_scenarios, weak_spots
from oncall.workspace.yaml import read_yaml
from tests.escalation.generate import PEOPLE, dry_runs
from tests.escalation.plans import Dry

Make = Callable[..., str]

WORKSPACE = """\
version: 1
timezone: America/New_York
hours:
  nights: {timezone: America/Chicago, open: [{days: daily, from: 17:00, until: 08:00}]}
people:
  ann: {name: Ann, contact_methods: [{channel: voice, address: "1"}, {channel: sms, address: "1"}]}
  bob: {name: Bob, contact_methods: [{channel: voice, address: "2"}]}
policies:
  urgent: {tiers: [{notify: primary}, {notify: backup}], recovery: {owner: primary, due_within: 15m, escalate_to: boss}}
  empty: {tiers: []}
accounts:
  acme: {name: Acme, policy: urgent, contacts: {primary: {person: ann}, backup: {person: bob}, boss: {person: bob}}}
  chicago: {name: Chicago, hours: nights, policy: urgent, contacts: {primary: {person: ann}, backup: []}}
  bare: {name: Bare, policy: empty}
  free: {name: Free}
  lost: {name: Lost, policy: urgnt}
  half: nothing
"""

# The keys of a scenario that are not as below; » marks the places of what is wrong, in order of the messages.
GOOD = {"account": "acme", "at": "2026-11-10T12:00", "given": "{ann: busy}", "expect": "{reached: bob}"}
BAD: list[tuple[dict[str, str | None], list[str]]] = [
    ({"account": "»acne"}, ["OC005 there is no account called 'acne' (did you mean 'acme'?)"]),
    ({"account": "»half"}, ["OC005 the account half cannot be used"]),
    ({"account": "»free"}, ["OC005 free has no `policy:`, so there is nothing to test"]),
    ({"account": "»lost"}, ["OC005 the policy of lost, 'urgnt', is not there or cannot be used"]),
    (
        {"at": "»2026-11-10"},
        ["OC003 at: not a date and time: '2026-11-10'; write 2026-11-20T18:00 or 2026-11-20T18:00-05:00"],
    ),
    ({"at": "»soon"}, ["OC003 at: not a date and time: 'soon'; write 2026-11-20T18:00 or 2026-11-20T18:00-05:00"]),
    ({"given": "{»anm: busy}"}, ["OC005 there is no person called 'anm'"]),
    ({"given": "{ann: »bussy}"}, ["OC003 ann: 'bussy' is no response (did you mean 'busy'?)"]),
    ({"given": "{ann: [busy, »bussy]}"}, ["OC003 ann: 'bussy' is no response (did you mean 'busy'?)"]),
    ({"given": "{ann: {voice: »bussy}}"}, ["OC003 ann: 'bussy' is no response (did you mean 'busy'?)"]),
    ({"given": "{ann: {»bussy: 3s}}"}, ["OC003 ann: 'bussy' is no response (did you mean 'busy'?)"]),
    ({"given": "{ann: {»vioce: busy}}"}, ["OC003 ann: 'vioce' is no response (did you mean 'voice'?)"]),
    (
        {"given": "{ann: {voice: busy, »smss: busy}}"},
        ["OC003 ann: `smss` is no channel, and the others here are (did you mean 'sms'?)"],
    ),
    ({"given": "{bob: {»sms: busy}}"}, ["OC005 bob has no contact method by sms; there is voice"]),
    (
        {"given": "{ann: »cancelled}"},
        ["OC003 ann: `cancelled` is what the chain does to an attempt, and no response"],
    ),
    ({"given": "{ann: {busy: »12}}"}, ["OC003 ann: 12 of what? write 12s, 12m, 12h or 12d"]),
    (
        {"given": "{ann: {sms: [no_response, {declined: »soon}]}}"},
        ["OC003 ann: not a duration: 'soon'; write 45s, 2m, 1h30m or 90d"],
    ),
    (
        {"given": "{ann: {answered: 5s, »ends: 3s}}"},
        ["OC003 ann: `ends` counts from the attempt's start too, and comes after `answered`"],
    ),
    (
        {"given": "{»ann: , bob: {»voice: }}"},
        [f"OC003 `{key}` says nothing: give it a value or leave it out" for key in ("ann", "voice")],
    ),
    ({"callbacks": "{»anm: 5m}"}, ["OC005 there is no person called 'anm'"]),
    ({"callbacks": "{ann: »5}"}, ["OC003 callbacks.ann: 5 of what? write 5s, 5m, 5h or 5d"]),
    ({"caller_hangs_up": "»90"}, ["OC003 caller_hangs_up: 90 of what? write 90s, 90m, 90h or 90d"]),
    ({"expect": None}, ["OC003 `expect` is missing in a scenario"]),
    (
        {"expect": None, "»expcet": "{reached: bob}"},
        ["OC002 `expcet` is not a key of a scenario (did you mean 'expect'?)"],
    ),
    *(
        (
            {"»expect": nothing},
            ["OC003 this scenario expects nothing, so it cannot fail: add `disposition`, `reached`, `attempts` …"],
        )
        for nothing in ("{}", "{never: []}", "{skipped: []}")
    ),
    (
        {"expect": "{disposition: reached, »reached: }"},
        ["OC003 `reached` says nothing: give it a value or leave it out"],
    ),
    ({"expect": "{within: »60}"}, ["OC003 expect.within: 60 of what? write 60s, 60m, 60h or 60d"]),
    (
        {"expect": "{reached: »bop, never: [ann, »ben], callback: {owner: »an, escalated_to: »bo}}"},
        [f"OC005 there is no person called '{name}'" for name in ("bop", "ben", "an", "bo")],
    ),
    ({"expect": "{attempts: [{person: »bo}]}"}, ["OC005 there is no person called 'bo'"]),
    ({"expect": "{attempts: [{at: »5}]}"}, ["OC003 expect.attempts.at: 5 of what? write 5s, 5m, 5h or 5d"]),
    (
        {"expect": "{reached: bob, skipped: [{reason: »awy}]}"},
        ["OC003 expect.skipped.reason: 'awy' is not known (did you mean 'away'?)"],
    ),
    ({"expect": "{attempts: [{tier: »bakup}]}"}, ["OC005 the policy has no tier 'bakup' (did you mean 'backup'?)"]),
    (
        {"expect": "{skipped: [{reason: away, tier: »bakup}]}"},
        ["OC005 the policy has no tier 'bakup' (did you mean 'backup'?)"],
    ),
    ({"expect": "»soon"}, ["OC003 expect: a mapping of keys belongs here"]),
]
UNKNOWN_WORDS = [
    ("disposition: »reachd", "disposition: 'reachd' is not known (did you mean 'reached'?)"),
    ("attempts: [{channel: »vioce}]", "attempts.channel: 'vioce' is not known (did you mean 'voice'?)"),
    ("attempts: [{outcome: »bussy}]", "attempts.outcome: 'bussy' is not known (did you mean 'busy'?)"),
]


def _written(case: dict[str, str | None]) -> tuple[str, list[str]]:
    """A file with one scenario, and the places that are marked in it; the name's where none is."""
    named = {key.lstrip("»") for key in case}
    entries = {key: value for key, value in GOOD.items() if key not in named} | case
    lines = ["scenarios:", "  it:", *(f"    {key}: {value}" for key, value in entries.items() if value is not None)]
    places = [
        f"{number}:{len(''.join(parts[:count])) + 1}"
        for number, parts in enumerate((line.split("»") for line in lines), 1)
        for count in range(1, len(parts))
    ]
    return "\n".join(lines).replace("»", "") + "\n", places or ["2:3"]


def _read(make: Make, scenarios: str) -> tuple[Workspace, dict[str, Scenario | Broken]]:
    workspace = load(make({"oncall.yaml": WORKSPACE, "tests.yaml": scenarios}))
    return workspace, read_scenarios(workspace)


def _problems(make: Make, text: str) -> list[str]:
    _, found = _read(make, text)
    broken = found["it"]
    assert isinstance(broken, Broken)
    assert (broken.file, broken.line) == ("tests.yaml", 2)
    return [f"{one.file}:{one.line}:{one.column} {one.code} {one.message}" for one in broken.problems]


@pytest.mark.parametrize(("case", "messages"), BAD, ids=[str(case) for case, _ in BAD])
def test_what_is_wrong_is_found_where_it_stands(case: dict[str, str | None], messages: list[str], make: Make) -> None:
    text, places = _written(case)
    assert _problems(make, text) == [f"tests.yaml:{at} {told}" for at, told in zip(places, messages, strict=True)]


@pytest.mark.parametrize(("expect", "message"), UNKNOWN_WORDS)
def test_an_unknown_word_is_told_with_the_nearest_known_one(expect: str, message: str, make: Make) -> None:
    text, (place,) = _written({"expect": f"{{reached: bob, {expect}}}"})
    assert _problems(make, text) == [f"tests.yaml:{place} OC003 expect.{message}"]


def test_what_is_no_scenario_at_all_is_broken(make: Make) -> None:
    _, found = _read(make, "scenarios:\n  one: hello\n  two: [1, 2]\n  three:\n")
    assert {name: [one.message for one in broken.problems] for name, broken in found.items()} == {
        name: [message]
        for name, message in (
            ("one", "a mapping of keys belongs here"),
            ("two", "a mapping of keys belongs here"),
            ("three", "a mapping of keys belongs here"),
        )
    }


def test_a_name_that_is_taken_twice_is_broken_and_both_places_are_told(make: Make) -> None:
    one = "{account: acme, at: 2026-11-10T12:00, expect: {reached: bob}}"
    root = make(
        {"oncall.yaml": WORKSPACE, "a.yaml": f"scenarios: {{it: {one}}}", "b.yaml": f"scenarios: {{it: {one}}}"}
    )
    broken = read_scenarios(load(root))["it"]
    assert isinstance(broken, Broken)
    assert [(odd.file, odd.code) for odd in broken.problems] == [("a.yaml", "OC004"), ("b.yaml", "OC004")]


def test_they_come_in_the_order_they_are_written(make: Make) -> None:
    entry = "{account: acme, at: 2026-11-10T12:00, expect: {reached: bob}}"
    names = ["zoe", "adam", "mia"]
    _, found = _read(make, "scenarios:\n" + "".join(f"  {name}: {entry}\n" for name in names))
    assert list(found) == names


@pytest.mark.parametrize(
    ("account", "at", "instant"),
    [
        ("acme", "2026-11-10T12:00", "2026-11-10T17:00Z"),  # the workspace's zone
        ("chicago", "2026-11-10T12:00", "2026-11-10T18:00Z"),  # its hours'
        ("chicago", "2026-11-10T12:00+01:00", "2026-11-10T11:00Z"),
        ("acme", "2026-11-01T01:30", "2026-11-01T05:30Z"),  # comes twice: the first
        ("acme", "2026-03-08T02:30", "2026-03-08T07:30Z"),  # is skipped: later by the gap
    ],
)
def test_an_instant_without_an_offset_is_in_the_zone_of_the_account(
    account: str, at: str, instant: str, make: Make
) -> None:
    _, found = _read(make, f"scenarios:\n  it: {{account: {account}, at: {at}, expect: {{reached: bob}}}}\n")
    scenario = found["it"]
    assert isinstance(scenario, Scenario)
    assert scenario.at == times.parse_instant(instant).timestamp()


def test_what_an_account_lacks_is_told_where_it_would_stand(make: Make) -> None:
    workspace, _ = _read(make, "")
    told = {
        name: [f"{one.file}:{one.line}:{one.column} {one.code} {one.message}" for one in weak_spots(workspace, name)]
        for name in ("acme", "chicago", "bare")
    }
    assert told == {
        "acme": [],
        "chicago": [
            f"oncall.yaml:13:59 OC005 chicago binds nobody to the role '{role}' of its policy urgent; it binds primary"
            for role in ("backup", "boss")
        ],
        "bare": ["oncall.yaml:10:18 OC003 the policy empty has no tiers, so nobody is tried"],
    }


# A dispatch, written as a scenario.


def _amounts_to(trace: Trace) -> dict[str, Any]:
    """Everything a scenario can say of a dispatch, as YAML has it."""
    expect: dict[str, Any] = {"disposition": trace.disposition}
    if trace.reached is not None:
        expect |= {"reached": trace.reached, "within": show_duration(trace.after or 0)}
    untried = sorted(set(PEOPLE) - {one.person for one in trace.attempts})
    if untried:
        expect["never"] = untried
    if trace.skipped:
        expect["skipped"] = [
            {"reason": one.reason, "tier": str(one.tier), "at": show_duration(one.at)}
            | ({"person": one.person} if one.person is not None else {})
            for one in trace.skipped
        ]
    if trace.callback:
        said = {key: getattr(trace.callback, key) for key in ("owner", "opened", "due", "escalated_to", "completed")}
        expect["callback"] = {key: _text(value) for key, value in said.items() if value is not None}
    expect["attempts"] = [
        {
            "at": show_duration(one.started),
            "person": one.person,
            "channel": one.channel,
            "outcome": one.outcome,
            "tier": str(one.tier),
            "round": str(one.round),
            "address": one.address,
        }
        for one in trace.attempts
    ]
    return expect


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str) else show_duration(value)


_OTHER = {
    "disposition": get_args(Disposition),
    "reason": get_args(SkipReason),
    "channel": ("voice", "sms", "pager"),
    "outcome": ("busy", "declined", "unreachable", "acknowledged"),
}


def _changed(expect: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same expectation with one value in it another, which is not so."""
    for path in _leaves(expect):
        other = deepcopy(expect)
        inner = other
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = _another(path, inner[path[-1]], expect)
        yield other
    attempts = expect["attempts"]
    for number in range(len(attempts)):
        yield {**expect, "attempts": attempts[:number] + attempts[number + 1 :]}
    yield {**expect, "attempts": [*attempts, {}]}
    yield from ({**expect, "never": [person]} for person in {one["person"] for one in attempts})
    if "reached" not in expect:
        yield {**expect, "reached": "ann"}
        yield {**expect, "within": "90d"}
    if "callback" not in expect:
        yield {**expect, "callback": {}}


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path[:1] == ("never",):
        return
    if isinstance(value, str):
        yield path
        return
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield from _leaves(inner, (*path, key))


def _another(path: tuple[Any, ...], value: str, expect: dict[str, Any]) -> str:
    key = path[-1]
    if key in _OTHER:
        taken = {one["reason"] for one in expect.get("skipped", ())} if key == "reason" else {value}
        return next(word for word in _OTHER[key] if word not in taken)
    if key in ("at", "opened", "due", "completed"):
        return show_duration(times.parse_duration(value) + 7 * 86_400)
    if key == "within":
        return show_duration(times.parse_duration(value) - 1) if value != "0s" else value
    return "2" if (key, value) == ("round", "1") else "1" if key == "round" else "nobody-else"


def _expectation(written: dict[str, Any]) -> Expectation:
    return msgspec.convert(written, Expectation, strict=False, dec_hook=fields.decode)


@settings(max_examples=100)
@given(dry_runs)
def test_any_dispatch_can_be_written_as_a_scenario_that_passes(dry: Dry) -> None:
    trace = dry.run()
    node = read_yaml(yaml.safe_dump(_amounts_to(trace)).encode(), "it.yaml").root
    assert node is not None
    checked = documents.check(Expectation, node, "it.yaml", (1, 1))
    assert checked.problems == []
    assert judge(checked.value, trace) == ()


@settings(max_examples=100)
@given(dry_runs)
def test_a_scenario_fails_when_any_one_value_in_it_is_another(dry: Dry) -> None:
    trace = dry.run()
    expect = _amounts_to(trace)
    for other in _changed(expect):
        if other != expect:
            assert judge(_expectation(other), trace), other
