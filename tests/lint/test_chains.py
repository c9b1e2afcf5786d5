"""What happens when nobody responds, beside the engine asked at instants when nobody is away."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from oncall.escalation.simulate import simulate
from oncall.lint.chains import MOST_WORK, Chain
from oncall.lint.context import Context
from oncall.lint.opening import open_context
from oncall.lint.rules import RULES
from oncall.lint.rules.oc203_unexplained_tier import durations
from tests.lint.conftest import AT, CLEAN, context_of, found, workspace

EXAMPLE = Path(__file__).parents[2] / "schedules"
START = 1_764_000_000  # any instant will do: November 2025
Told = tuple[tuple[int, int, float, float, tuple[tuple[str, int, float], ...]], ...]


def told(chain: Chain) -> Told:
    return tuple(
        (
            tier.index,
            tier.round,
            tier.started,
            tier.ended,
            tuple((chain.people[one.who], one.step, one.started) for one in tier.tried),
        )
        for tier in chain.tiers
    )


def simulated(context: Context, account: str, at: int) -> Told:
    trace = simulate(context.plan, account, at)
    return tuple(
        (
            run.index,
            run.round,
            run.started,
            run.ended,
            tuple(
                (one.person, one.step, one.started)
                for one in trace.attempts
                if (one.tier, one.round) == (run.tier, run.round)
            ),
        )
        for run in trace.tiers
    )


def is_calm(context: Context, account: str, at: int, until: int) -> bool:
    """Whether nobody is away, gone or handed over to in the course of a dispatch."""
    given = context.workspace.accounts[account]
    bindings = [binding for role in given.contacts for binding in given.bindings(role)]
    on_call = [
        (shift.person, shift.label)
        for moment in (at, until)
        for binding in bindings
        for shift in context.plan.bound((binding,), moment)
    ]
    changes = {edge for edge in context.changes(tuple(bindings)) if at < edge <= until}
    absent = any(person and context.plan.why_not(person, at) in ("away", "left") for person, _ in on_call)
    return not changes and not absent


def compare(context: Context, count: int) -> int:
    generator = random.Random(7)
    compared = 0
    for account in context.workspace.accounts:
        chains = [told(chain) for chain in context.chains.of(account)]
        for _ in range(count):
            at = generator.randrange(context.at, context.until - 4 * 3600)
            if is_calm(context, account, at, at + 4 * 3600 - 1):
                assert simulated(context, account, at) in chains
                compared += 1
    return compared


@pytest.mark.parametrize("root", [CLEAN, EXAMPLE], ids=["clean", "example"])
def test_what_the_engine_does_at_any_calm_instant_is_one_of_the_chains(root: Path) -> None:
    context = open_context(str(root), START + 365 * 86_400, 60 * 86_400)
    assert compare(context, 60) > 60


def test_every_set_of_people_has_an_instant_and_nothing_else_has() -> None:
    context = context_of(CLEAN)
    assert [chain.people for chain in context.chains.of("acme")] == [
        ("bob", "cy", "mia"),
        ("ann", "cy", "mia"),
        ("sam", "cy", "mia"),
    ]
    assert [chain.people for chain in context.chains.of("clinic")] == [("dot", "mia")]


def methods(*written: str) -> str:
    rows = []
    for one in written:
        channel, address, wait = one.split()
        rows.append(f"      - {{channel: {channel}, address: {address}, wait: {wait}}}")
    return "\n".join(rows)


def person(name: str, *written: str, more: str = "") -> str:
    return f"  {name}:\n    name: {name}\n    contact_methods:\n{methods(*written)}\n{more}"


PEOPLE = "people:\n" + "".join(
    [
        person("amy", "voice +12025550101 25s", "sms +12025550101 2m", "email amy@one.example 5m"),
        person("ben", "voice +12025550102 20s", "push ben 30s"),
        person("cat", "voice +12025550101 25s", "chat cat 1m"),  # shares the number of amy
        person("don", "voice +12025550104 25s", "sms +12025550104 2m", more="    never: [sms]\n"),
        person("eve", "sms +12025550105 2m"),
    ]
)

SHAPES: dict[str, tuple[str, str]] = {
    "side by side": (
        "tiers: [{notify: one, ack_window: 1m, order: simultaneous}, {notify: two, ack_window: 45s}]",
        "{one: [{person: amy}, {person: ben}, {person: eve}], two: {person: don}}",
    ),
    "side by side on one address": (
        "tiers: [{notify: one, ack_window: 3m, order: simultaneous}, {notify: two, ack_window: 45s}]",
        "{one: [{person: amy}, {person: cat}, {person: ben}], two: {person: cat}}",
    ),
    "rounds with a pause": (
        "rounds: 3\n    pause: 20s\n    tiers: [{notify: one, ack_window: 45s}, {notify: two, ack_window: 40s}]",
        "{one: [{person: amy}, {person: ben}], two: {person: eve}}",
    ),
    "rounds without one": (
        "rounds: 2\n    tiers: [{notify: one, ack_window: 10s}, {notify: two, ack_window: 15s}]",
        "{one: {person: amy}, two: [{person: eve}, {person: amy}]}",
    ),
    "channels and never": (
        "tiers: [{notify: one, channels: [sms, email]}, {notify: two, ack_window: 45s, channels: [sms]}]",
        "{one: [{person: amy}, {person: don}], two: [{person: don}, {person: eve}]}",
    ),
    "an address in use by the tier before": (
        "tiers: [{notify: one, ack_window: 26s}, {notify: two, ack_window: 4m}]",
        "{one: {person: amy}, two: [{person: cat}, {person: don}]}",
    ),
    "a role named twice": (
        "tiers: [{notify: one, ack_window: 45s}, {notify: two, ack_window: 45s}, {notify: one, ack_window: 2m}]",
        "{one: [{person: ben}, {person: amy}], two: {person: don}}",
    ),
    "nobody, strangers and somebody twice": (
        "tiers: [{notify: none}, {notify: one, ack_window: 45s}, {notify: two, ack_window: 45s}]",
        "{one: [{person: gus}, {person: amy}, {person: amy}], two: [{person: amy}, {person: ben}]}",
    ),
    "rotations of several": (
        "tiers: [{notify: one, ack_window: 45s}, {notify: two, ack_window: 3m, order: simultaneous}]",
        "{one: [{rotation: week}, {person: eve}], two: [{person: ben}, {rotation: day}]}",
    ),
}


def event(uid: str, start: str, days: int, every: int, who: str, freq: str = "DAILY") -> str:
    lines = [f"UID:{uid}", f"DTSTART;VALUE=DATE:{start}", f"DURATION:P{days}D", f"SUMMARY:{who}"]
    return "\n".join(["BEGIN:VEVENT", *lines, f"RRULE:FREQ={freq};INTERVAL={every}", "END:VEVENT\n"])


def calendar(*events: str) -> str:
    return "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//EN\n" + "".join(events) + "END:VCALENDAR\n"


ROTATIONS: dict[str, str] = {
    "rotations.yaml": "rotations:\n  week: {calendar: week.ics, people: [don, amy]}\n  day: {calendar: day.ics}\n",
    "week.ics": calendar(event("w1", "20260105", 7, 14, "amy, don"), event("w2", "20260112", 7, 14, "ben")),
    "day.ics": calendar(event("d1", "20260105", 1, 3, "cat & eve"), event("d2", "20260106", 1, 3, "Somebody Else")),
}


def shaped(root: Path, policy: str, contacts: str, account: str = "", files: dict[str, str] | None = None) -> Context:
    accounts = f"accounts:\n  acme:\n    name: Acme\n    policy: urgent\n    contacts: {contacts}\n{account}"
    written = {"oncall.yaml": "version: 1\n", "people.yaml": PEOPLE, "accounts.yaml": accounts, **(files or {})}
    written["policies.yaml"] = f"policies:\n  urgent:\n    {policy}\n"
    root.mkdir()
    for path, text in written.items():
        (root / path).write_text(text, encoding="utf-8")
    return context_of(root)


@pytest.mark.parametrize("account", ["", "    ack_window: 50s\n", "    kind: message\n    rollover: []\n"])
@pytest.mark.parametrize(("policy", "contacts"), SHAPES.values(), ids=SHAPES.keys())
def test_chains_are_what_the_engine_does(policy: str, contacts: str, account: str, tmp_path: Path) -> None:
    context = shaped(tmp_path / "shape", policy, contacts, account, ROTATIONS)
    assert context.chains.of("acme")
    assert compare(context, 40) > 20


def cut_off(context: Context) -> set[tuple[int, str, tuple[int, ...], bool, bool]]:
    return {
        (played.index, chain.people[one.who], one.steps, one.entirely, one.at_once)
        for chain in context.chains.of("acme")
        for played in chain.tiers
        for one in played.cut_off
    }


CUTS: dict[str, tuple[str, str, set[Any]]] = {
    "a method": ("tiers: [{notify: one, ack_window: 45s}]", "{one: {person: amy}}", {(0, "amy", (3,), False, False)}),
    "exactly at the end": (
        "tiers: [{notify: one, ack_window: 25s}]",
        "{one: {person: amy}}",
        {(0, "amy", (2, 3), False, False)},
    ),
    "a person": (
        "tiers: [{notify: one, ack_window: 50s}]",
        "{one: [{person: ben}, {person: eve}]}",
        {(0, "eve", (1,), True, False)},
    ),
    "a window shorter than the first wait": (
        "tiers: [{notify: one, ack_window: 10s}]",
        "{one: [{person: ben}, {person: eve}]}",
        {(0, "ben", (2,), False, True), (0, "eve", (1,), True, True)},
    ),
    "nothing where the next round tries it": (
        "rounds: 2\n    tiers: [{notify: one, ack_window: 45s}]",
        "{one: {person: amy}}",
        set(),
    ),
    "nothing where a later tier tries it": (
        "tiers: [{notify: one, ack_window: 50s}, {notify: two, ack_window: 50s}]",
        "{one: [{person: ben}, {person: eve}], two: {person: eve}}",
        set(),
    ),
    "nothing that is left out for another reason": (
        "tiers: [{notify: one, ack_window: 45s, channels: [voice, sms]}, {notify: two, ack_window: 50s}]",
        "{one: {person: amy}, two: [{person: ben}, {person: amy}]}",
        set(),
    ),
    "nothing of never": ("tiers: [{notify: one, ack_window: 20s}]", "{one: {person: don}}", set()),
    "somebody beside those who are tried": (
        "tiers: [{notify: one, ack_window: 22s, order: simultaneous}]",
        "{one: [{person: ben}, {person: eve}]}",
        set(),
    ),
}


@pytest.mark.parametrize(("policy", "contacts", "expected"), CUTS.values(), ids=CUTS.keys())
def test_what_the_window_cuts_off(policy: str, contacts: str, expected: set[Any], tmp_path: Path) -> None:
    assert cut_off(shaped(tmp_path / "cut", policy, contacts)) == expected


def test_what_is_misread_is_not_played(tmp_path: Path) -> None:
    change = {"policies.yaml": [["{notify: backup, ack_window: 45s}", "{notify: backup, ack_window: 45}"]]}
    context = context_of(workspace(tmp_path / "one", change))
    assert context.chains.of("acme") == ()
    assert context.chains.of("clinic")
    change = {"people.yaml": [['"+12025550101", wait: 25s', '"+12025550101", wait: 25']]}
    context = context_of(workspace(tmp_path / "two", change))
    assert {chain.people[0] for chain in context.chains.of("acme")} == {"bob", "sam"}


def test_what_is_too_much_to_play_ends_and_hides_nothing_else(tmp_path: Path) -> None:
    tiers = ", ".join("{notify: one, ack_window: 1s, order: simultaneous}" for _ in range(100))
    more = "  small:\n    name: Small\n    policy: little\n    contacts: {one: {person: ben}}\n"
    policy = f"rounds: 100\n    tiers: [{tiers}]\n  little:\n    tiers: [{{notify: one, ack_window: 25s}}]"
    crowd = ", ".join(f"{{person: {who}}}" for who in ("amy", "ben", "cat", "don", "eve"))
    context = shaped(tmp_path / "much", policy, f"{{one: [{crowd}]}}", more)
    assert MOST_WORK < 100 * 100 * 5 * 5
    assert context.chains.of("acme") == ()
    assert len(context.chains.of("small")) == 1
    assert [one.partition("warning: ")[2] for one in found(context) if "thousands" in one] == [
        "urgent makes thousands of attempts, and what comes of them is not checked: "
        "use fewer rounds, tiers, people or contact methods [OC204]"
    ]


def test_people_alike_share_one_run_and_keep_their_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played = []

    def counted(*given: Any, **named: Any) -> Any:
        played.append(given)
        return simulate(*given, **named)

    monkeypatch.setattr("oncall.lint.chains.simulate", counted)
    context = context_of(CLEAN, AT)
    chains = context.chains.of("acme")
    assert len(chains) == 3
    assert len(played) == 3, "one run a tier"
    assert {told(chain)[0][-1][0][0] for chain in chains} == {"ann", "bob", "sam"}


@pytest.mark.parametrize(
    ("policy", "contacts"),
    [
        ("tiers: []", "{}"),
        ("tiers: []\n    recovery: {owner: one, due_within: 1m}", "{}"),
        ("tiers: [{notify: one}, {notify: one}, {notify: two}]", "{}"),
        ("tiers: [{notify: one}]", "{one: [{rotation: none}, {person: none}], two: []}"),
        ("rounds: 2\n    tiers: [{notify: one, ack_window: 0s}, {notify: two}]", "{one: {person: amy}, two: []}"),
        ("tiers: [{notify: one}]\n    recovery: {owner: none, due_within: 1m}", "{one: {rotation: none}}"),
        ("rounds: 1", "{one: {person: amy}}"),
        ("tiers: [{notify: one}, {}, {notify: 7}, {notify: two, trigger: ['1m']}]", "{one: {person: amy}}"),
    ],
)
def test_no_rule_of_policies_stumbles(policy: str, contacts: str, tmp_path: Path) -> None:
    context = shaped(tmp_path / "odd", policy, contacts, "    account_manager: nobody\n")
    for rule in RULES:
        if rule.code.startswith("OC20"):
            list(rule.check(context))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("nobody has answered within 90 seconds", [90]),
        ("after 1m30s", [90]),
        ("a minute and a half", [90]),
        ("two and a half minutes", [150]),
        ("2 and a half minutes", [150]),
        ("half a minute", [30]),
        ("the primary did not answer a second time", []),
    ],
)
def test_the_times_a_trigger_names_are_read_as_people_say_them(text: str, seconds: list[float]) -> None:
    assert durations(text) == seconds
