"""`oncall test`: every kind of expectation, kept and broken; bad input; coverage; JSON; JUnit; terminals."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from tests.commands.conftest import Ran

Run = Callable[..., Ran]
Make = Callable[..., Path]

WORKSPACE = """\
version: 1
timezone: America/New_York
people:
  ann:
    name: Ann
    contact_methods: [{channel: voice, address: "+12025550101"}, {channel: sms, address: "+12025550101"}]
  bob:
    name: Bob
    contact_methods: [{channel: voice, address: "+12025550102"}]
    away: [{from: 2026-11-10T00:00, until: 2026-11-11T00:00}]
  cal: {name: Cal, contact_methods: [{channel: chat, address: "@cal"}]}
policies:
  urgent:
    tiers:
      - {notify: primary, ack_window: 45s}
      - {notify: backup, ack_window: 45s}
    recovery: {owner: primary, due_within: 15m, escalate_to: boss}
accounts:
  acme:
    name: Acme
    policy: urgent
    contacts: {primary: {person: ann}, backup: {person: bob}, boss: {person: cal}}
"""

# Two dispatches. On the 9th ann's phone is busy after 5 seconds, and bob acknowledges 12 seconds into his call; on the
# 10th bob is away, and cal calls back 10 minutes after he is told.
REACHED = {"at": "2026-11-09T12:00", "given": "{ann: {voice: {busy: 5s}}, bob: {acknowledged: 12s}}"}
RECOVERED = {"at": "2026-11-10T12:00", "callbacks": "{cal: 10m}"}
TRIED_ON_THE_9TH = """\
  tried
        0s  ann  voice  busy
        5s  ann  sms    no_response
       45s  bob  voice  acknowledged
"""
TRIED_ON_THE_10TH = """\
  tried
        0s  ann  voice  no_answer
       25s  ann  sms    no_response
"""

KEPT_AND_BROKEN = [
    (REACHED, "disposition: reached", "disposition: exhausted", "disposition  expected exhausted, was reached"),
    (RECOVERED, "disposition: called_back", "disposition: overdue", "disposition  expected overdue, was called_back"),
    (REACHED, "reached: bob", "reached: ann", "reached  expected ann, was bob"),
    (RECOVERED, "disposition: called_back", "reached: ann", "reached  expected ann, was nobody"),
    (REACHED, "within: 57s", "within: 56s", "within  expected 56s at most, was 57s"),
    (REACHED, "within: 2h", "within: 0s", "within  expected 0s at most, was 57s"),
    (RECOVERED, "disposition: called_back", "within: 90d", "within  expected 90d at most, was never"),
    (REACHED, "never: [cal]", "never: [cal, ann]", "never  expected ann never tried, was tried by voice at 0s"),
    (
        REACHED,
        "never: [cal]",
        "never: [bob, bob, ann]",
        "never  expected bob never tried, was tried by voice at 45s\n"
        "  never  expected ann never tried, was tried by voice at 0s",
    ),
    (
        RECOVERED,
        "skipped: [{reason: away}]",
        "skipped: [{reason: left}]",
        "skipped  expected left, was bob away in backup at 45s, nobody_left_to_try in backup at 45s",
    ),
    (
        RECOVERED,
        "skipped: [{reason: nobody_left_to_try, tier: backup, at: 45s}, {reason: away, person: bob}]",
        "skipped: [{reason: away, person: bob, at: 44s}]",
        "skipped  expected bob away at 44s, was bob away in backup at 45s",
    ),
    (
        RECOVERED,
        "skipped: [{reason: away, person: bob, tier: backup}]",
        "skipped: [{reason: away, person: ann, tier: primary}]",
        "skipped  expected ann away in primary, was not passed over",
    ),
    (RECOVERED, "callback: {}", "callback: {owner: cal}", "callback.owner  expected cal, was ann"),
    (REACHED, "reached: bob", "callback: {}", "callback  expected one to be opened, was none"),
    (
        RECOVERED,
        "callback: {owner: ann, opened: 45s, due: 15m45s, escalated_to: cal, completed: 25m45s}",
        "callback: {owner: ann, opened: 46s, due: 15m, escalated_to: bob, completed: 25m}",
        "callback.opened        expected 46s, was 45s\n"
        "  callback.due           expected 15m, was 15m45s\n"
        "  callback.escalated_to  expected bob, was cal\n"
        "  callback.completed     expected 25m, was 25m45s",
    ),
]

ATTEMPTS = """\
      attempts:
        - {at: 0s, person: ann, channel: voice, outcome: busy}
        - {at: 5s, person: ann, channel: sms}
        - {at: 45s, person: bob, channel: voice, outcome: acknowledged}
"""
OTHER_ATTEMPTS = [
    (
        "{at: 5s, person: ann, channel: sms}",
        "{at: 25s, person: ann, channel: sms}",
        """\
  attempts  number 2 is the first that differs
    expected                            was
        0s  ann  voice  busy                0s  ann  voice  busy
  >    25s  ann  sms                        5s  ann  sms    no_response
       45s  bob  voice  acknowledged       45s  bob  voice  acknowledged
  number 2 came because busy rolls over (rule 5, oncall.yaml:13)
""",
    ),
    (
        "        - {at: 5s, person: ann, channel: sms}\n",
        "",
        """\
  attempts  number 2 is the first that differs
    expected                            was
        0s  ann  voice  busy                0s  ann  voice  busy
  >    45s  bob  voice  acknowledged        5s  ann  sms    no_response
    no attempt                             45s  bob  voice  acknowledged
  number 2 came because busy rolls over (rule 5, oncall.yaml:13)
""",
    ),
    (
        "outcome: acknowledged}",
        "outcome: acknowledged}\n        - {person: cal}",
        """\
  attempts  number 4 is the first that differs
    expected                            was
        0s  ann  voice  busy                0s  ann  voice  busy
        5s  ann  sms                        5s  ann  sms    no_response
       45s  bob  voice  acknowledged       45s  bob  voice  acknowledged
  >         cal                         no attempt
  no further attempt, because bob acknowledged (rule 7)
""",
    ),
    (
        "person: bob, channel: voice, outcome: acknowledged}",
        'round: 2, address: "+1 202"}',
        """\
  attempts  number 3 is the first that differs
    expected                                             was
        0s     ann  voice                busy                0s  1  ann  voice  +12025550101  busy
        5s     ann  sms                                      5s  1  ann  sms    +12025550101  no_response
  >    45s  2              +1 202                           45s  1  bob  voice  +12025550102  acknowledged
  number 3 came because the 45s window of primary is over (rule 6, oncall.yaml:15)
""",
    ),
    (
        ATTEMPTS,
        "      attempts: []\n",
        """\
  attempts  number 1 is the first that differs
    expected                            was
  > no attempt                              0s  ann  voice  busy
    no attempt                              5s  ann  sms    no_response
    no attempt                             45s  bob  voice  acknowledged
  number 1 came because the dispatch begins (rule 2, oncall.yaml:15)
""",
    ),
]


def scenario(name: str, keys: dict[str, str], expect: str) -> str:
    lines = [f"  {name}:", "    account: acme", *(f"    {key}: {value}" for key, value in keys.items())]
    return (
        "\n".join([*lines, f"    expect: {expect}" if expect.startswith("{") else f"    expect:\n{expect.rstrip()}"])
        + "\n"
    )


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Writes a workspace: the one above with these scenarios, or with whole files."""

    def write(*scenarios: str, **files: str) -> Path:
        root = tmp_path / "play"
        root.mkdir()
        (root / "oncall.yaml").write_text(files.pop("oncall", WORKSPACE), encoding="utf-8")
        for name, text in files.items():
            (root / f"{name}.yaml").write_text(text, encoding="utf-8")
        if scenarios:
            (root / "tests.yaml").write_text("scenarios:\n" + "".join(scenarios), encoding="utf-8")
        return root

    return write


GOOD = scenario("good", REACHED, "{reached: bob}")
BAD = scenario("bad", REACHED, "{reached: ann}")
BROKEN = scenario("broken", REACHED, "{reached: ben}")
BROKEN_TOLD = "there is no person called 'ben'"


@pytest.mark.parametrize(
    ("dispatch", "kept", "broken", "told"), KEPT_AND_BROKEN, ids=[one[2] for one in KEPT_AND_BROKEN]
)
def test_an_expectation_that_is_kept_passes_and_one_that_is_not_says_what_came(
    dispatch: dict[str, str], kept: str, broken: str, told: str, run: Run, make: Make
) -> None:
    root = make(scenario("kept", dispatch, f"{{{kept}}}"), scenario("broken", dispatch, f"{{{broken}}}"))
    assert run("test", "kept", workspace=root) == Ran(0, "1 passed, 0 failed\n", "")
    line = 2 + 3 + len(dispatch)  # `scenarios:`, the other scenario
    when = "Mon 9 Nov" if dispatch is REACHED else "Tue 10 Nov"
    tried = TRIED_ON_THE_9TH if dispatch is REACHED else TRIED_ON_THE_10TH
    out = f"FAILED broken\n  acme, {when} 2026 12:00 EST, tests.yaml:{line}\n  {told}\n{tried}\n0 passed, 1 failed\n"
    assert run("test", "broken", workspace=root) == Ran(1, out, "")


def test_exactly_the_attempts_that_are_expected_pass(run: Run, make: Make) -> None:
    assert run("test", workspace=make(scenario("it", REACHED, ATTEMPTS))) == Ran(0, "1 passed, 0 failed\n", "")


@pytest.mark.parametrize(("old", "new", "told"), OTHER_ATTEMPTS)
def test_attempts_stand_side_by_side_with_the_first_that_differs_marked(
    old: str, new: str, told: str, run: Run, make: Make
) -> None:
    root = make(scenario("it", REACHED, ATTEMPTS.replace(old, new)))
    head = "FAILED it\n  acme, Mon 9 Nov 2026 12:00 EST, tests.yaml:2\n"
    assert run("test", workspace=root) == Ran(1, f"{head}{told}\n0 passed, 1 failed\n", "")


def test_why_no_further_attempt_came_is_why_the_chain_ended_and_not_the_callback(run: Run, make: Make) -> None:
    root = make(scenario("it", RECOVERED, "{attempts: [{person: ann}, {person: ann}, {person: bob}]}"))
    assert (
        "  no further attempt, because the chain is over (rule 8, oncall.yaml:17)\n" in run("test", workspace=root).out
    )


def test_a_long_list_is_shown_around_the_first_that_differs_and_whole_when_asked(run: Run, make: Make) -> None:
    many = WORKSPACE.replace("    recovery:", "    rounds: 40\n    recovery:")
    expected = ", ".join(["{}"] * 20 + ["{person: cal}"])
    root = make(scenario("it", {**RECOVERED, "given": "{ann: no_answer}"}, f"{{attempts: [{expected}]}}"), oncall=many)
    short, whole = (run("test", *words, workspace=root).out for words in ((), ("-v",)))
    assert "    … 12 before, the same\n" in short
    assert "    … 5 more\n" in short
    assert "…" not in whole
    assert whole.count("ann  voice") == 40


def test_passed_ones_are_counted_and_named_when_asked(run: Run, make: Make) -> None:
    root = make(GOOD, BAD, scenario("also-good", RECOVERED, "{disposition: called_back}"))
    assert run("test", workspace=root).out.endswith("\n2 passed, 1 failed\n")
    told = run("test", "-v", workspace=root).out
    assert told.startswith("passed good  acme, Mon 9 Nov 2026 12:00 EST, tests.yaml:2\nFAILED bad\n")
    assert "\npassed also-good  acme, Tue 10 Nov 2026 12:00 EST, tests.yaml:12\n" in told


# Which scenarios.


@pytest.mark.parametrize(
    ("names", "ran"),
    [
        ([], ["night", "night-2", "day", "day-of-rest"]),
        (["night"], ["night"]),  # exactly, although another begins so
        (["night-"], ["night-2"]),
        (["d"], ["day", "day-of-rest"]),
        (["*t*"], ["night", "night-2", "day-of-rest"]),
        (["day-of-rest", "nigh?"], ["night", "day-of-rest"]),  # in the order they are written
        (["[dn]*y"], ["day"]),
    ],
)
def test_a_name_is_a_scenario_or_the_beginning_of_some_or_a_pattern(
    names: list[str], ran: list[str], run: Run, make: Make
) -> None:
    root = make(*(scenario(name, REACHED, "{reached: bob}") for name in ("night", "night-2", "day", "day-of-rest")))
    document = json.loads(run("test", *names, "--format", "json", workspace=root).out)
    assert [one["name"] for one in document["scenarios"]] == ran


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["god"], "there is no scenario 'god' (did you mean 'good'?)"),
        (["good", "x*"], "there is no scenario 'x*'"),
        ([""], "there is no scenario ''"),
        (["acme"], "there is no scenario 'acme'; it is an account: write --account acme"),
        (["--account", "acne"], "there is no account 'acne' (did you mean 'acme'?)"),
        (["--account", "idle"], "no scenario is of the account idle"),
        (["good", "--account", "idle"], "no scenario of those named is of the account idle"),
        (["--fail-under", "101"], "--fail-under 101: write a number from 0 to 100, as in --fail-under 80"),
        (["--fail-under", "-1"], "--fail-under -1: write a number from 0 to 100, as in --fail-under 80"),
        (["--fail-under", "1e1"], "--fail-under 1e1: write a number from 0 to 100, as in --fail-under 80"),
        (["\x1b[31m"], r"there is no scenario '\x1b[31m'"),
    ],
)
def test_what_is_not_there_is_told_with_what_was_perhaps_meant(
    words: list[str], told: str, run: Run, make: Make
) -> None:
    root = make(GOOD, oncall=f"{WORKSPACE}  idle: {{name: Idle}}\n")
    assert run("test", *words, workspace=root) == Ran(2, "", f"oncall: {told}\n")


def test_without_any_scenario_it_says_how_to_write_one(run: Run, make: Make) -> None:
    assert run("test", workspace=make()) == Ran(
        2,
        "",
        "oncall: there are no scenarios: write some under `scenarios:` in any YAML file;"
        " `oncall simulate ACCOUNT --as-scenario NAME` prints one to start from\n",
    )


def test_an_account_has_its_own_scenarios(run: Run, make: Make) -> None:
    other = scenario("other", REACHED, "{reached: ann}").replace("acme", "best")
    best = WORKSPACE[WORKSPACE.index("  acme:") :].replace("acme", "best").replace("person: ann", "person: bob")
    root = make(GOOD, other, oncall=WORKSPACE + best)
    assert run("test", "--account", "acme", workspace=root) == Ran(0, "1 passed, 0 failed\n", "")
    assert run("test", "--account", "best", workspace=root).status == 1


# What cannot be run, and what may be wrong.


def test_a_broken_scenario_is_told_and_the_others_are_run(run: Run, make: Make) -> None:
    root = make(BROKEN, GOOD)
    assert run("test", workspace=root) == Ran(
        2,
        "BROKEN broken  cannot be run, tests.yaml:2\n1 passed, 0 failed, 1 cannot be run\n",
        f"oncall: these scenarios cannot be run:\n  tests.yaml:6:23: error: {BROKEN_TOLD} [OC005]\n",
    )
    elsewhere = "oncall: 1 problem elsewhere in the workspace: oncall lint\n"
    assert run("test", "good", workspace=root) == Ran(0, "1 passed, 0 failed\n", elsewhere)


def test_a_broken_scenario_weighs_more_than_a_failed_one(run: Run, make: Make) -> None:
    ran = run("test", workspace=make(BROKEN, BAD))
    assert ran.status == 2
    assert "FAILED bad" in ran.out


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("scenarios: [\n", "rest.yaml:2:1: error: is not YAML: did not find expected node content [OC001]"),
        ("scenarois: {}\n", "rest.yaml:1:1: error: `scenarois` is no section (did you mean 'scenarios'?) [OC002]"),
        (
            "scenarios: {'[red]name': {account: acme}}\n",
            "rest.yaml:1:13: error: '[red]name' cannot be a name: letters, digits, '.', '_' and '-' make one [OC003]",
        ),
    ],
)
def test_where_scenarios_may_stand_in_what_cannot_be_read_the_status_is_2(
    file: str, told: str, run: Run, make: Make
) -> None:
    ran = run("test", workspace=make(GOOD, rest=file))
    heading = "oncall: scenarios may stand in what could not be read:"
    assert ran == Ran(2, "1 passed, 0 failed\n", f"{heading}\n  {told}\n")


ROTATION = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART:20261101T000000Z
DTEND:20261201T000000Z
SUMMARY:Ann
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTAMP:20260101T000000Z
DTSTART:20261101T000000Z
DTEND:20261001T000000Z
SUMMARY:Bob
END:VEVENT
END:VCALENDAR
"""


def test_a_rotation_with_problems_is_warned_of_once_and_the_scenarios_are_run(run: Run, make: Make) -> None:
    bound = WORKSPACE.replace("primary: {person: ann}", "primary: {rotation: days}")
    root = make(GOOD, BAD, oncall=bound + "rotations:\n  days: {calendar: days.ics}\n")
    (root / "days.ics").write_bytes(ROTATION.replace("\n", "\r\n").encode())
    ran = run("test", workspace=root)
    assert ran.status == 1
    assert ran.out.endswith("1 passed, 1 failed\n")
    heading, told = ran.err.splitlines()
    assert heading == "oncall: this may change what comes of the scenarios:"
    assert told.startswith("  days.ics:11:1: error: ")
    assert told.endswith(" [OC304]")


def test_a_role_that_the_account_does_not_bind_is_warned_of(run: Run, make: Make) -> None:
    root = make(GOOD, oncall=WORKSPACE.replace(", boss: {person: cal}", ""))
    told = "acme binds nobody to the role 'boss' of its policy urgent; it binds primary, backup"
    heading = "oncall: this may change what comes of the scenarios:"
    assert run("test", workspace=root) == Ran(
        0, "1 passed, 0 failed\n", f"{heading}\n  oncall.yaml:22:5: error: {told} [OC005]\n"
    )


def test_a_policy_with_no_tiers_tries_nobody_and_says_so(run: Run, make: Make) -> None:
    tiers = WORKSPACE[WORKSPACE.index("    tiers:") : WORKSPACE.index("    recovery:")]
    ran = run("test", workspace=make(GOOD, oncall=WORKSPACE.replace(tiers, "    tiers: []\n")))
    assert ran.status == 1
    assert "  reached  expected bob, was nobody\n  nobody was tried\n" in ran.out
    assert ran.err.endswith("oncall.yaml:14:12: error: the policy urgent has no tiers, so nobody is tried [OC003]\n")


def test_a_dispatch_that_never_ends_is_told_and_is_no_traceback(run: Run, make: Make) -> None:
    forever = WORKSPACE.replace("    recovery:", "    rounds: 100\n    pause: 3000d\n    recovery:")
    ran = run("test", workspace=make(GOOD.replace("bob: {acknowledged: 12s}", "bob: busy"), oncall=forever))
    assert ran.status == 2
    assert ran.err == (
        "oncall: these scenarios cannot be run:\n  tests.yaml:2: error: that would take more than ten years:"
        " look at the windows, waits and pauses in it [OC003]\n"
    )


@pytest.mark.parametrize("at", ["0001-01-01T00:00", "0001-01-01T00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_scenario_at_the_end_of_the_calendar_is_broken_and_the_others_run(run: Run, make: Make, at: str) -> None:
    hours = "hours: {nights: {timezone: Asia/Tokyo, open: [{days: daily, from: 17:00, until: 08:00}]}}\n"
    root = make(
        scenario("at-the-end", {"at": at, "given": "{ann: acknowledged}"}, "{reached: ann}"),
        scenario("now", {"at": "9980-01-01T00:00", "given": "{ann: acknowledged}"}, "{reached: ann}"),
    )
    (root / "hours.yaml").write_text(hours)
    ran = run("test", workspace=root)
    assert (ran.status, ran.out.splitlines()[-1]) == (2, "1 passed, 0 failed, 1 cannot be run")
    assert f"{at!r} is outside the calendar [OC003]" in ran.err


# Coverage.

COVERED = """\
coverage  46.6%  7 of 15
  accounts            1 of 1
  urgent
    tiers             2 of 2
    contact methods   3 of 3
    rollover          1 of 5     not: unreachable, failed, voicemail, no_answer
    recovery          0 of 4     not: opened, completed, escalated, overdue

"""


def test_what_no_scenario_reaches_is_told_by_policy(run: Run, make: Make) -> None:
    ran = run("test", "--coverage", workspace=make(GOOD))
    assert ran == Ran(0, f"{COVERED}1 passed, 0 failed, coverage 46.6%\n", "")


@pytest.mark.parametrize(
    ("percent", "status"), [("0", 0), ("46.6", 0), ("46.666666666", 0), ("46.666666667", 1), ("46.7", 1), ("100", 1)]
)
def test_the_share_is_compared_exactly(percent: str, status: int, run: Run, make: Make) -> None:
    ran = run("test", "--fail-under", percent, workspace=make(GOOD))
    under = f", under the {percent}% asked for" if status else ""
    assert ran == Ran(status, f"{COVERED}1 passed, 0 failed, coverage 46.6%{under}\n", "")


def test_all_of_it_is_100_percent_and_enough(run: Run, make: Make) -> None:
    plain = WORKSPACE.replace(
        "    recovery: {owner: primary, due_within: 15m, escalate_to: boss}\n", "    rollover: [busy]\n"
    )
    assert run("test", "--fail-under", "100", workspace=make(GOOD, oncall=plain)).out.endswith(" coverage 100%\n")


def test_names_of_what_is_not_reached_are_cut_short_unless_all_are_asked_for(run: Run, make: Make) -> None:
    idle = "".join(f"  idle-{number}: {{name: Idle}}\n" for number in range(100))
    root = make(GOOD, oncall=WORKSPACE + idle)
    short, whole = (run("test", "--coverage", *words, workspace=root).out for words in ((), ("-v",)))
    (line,) = [line for line in short.splitlines() if "accounts" in line]
    assert line.startswith("  accounts            1 of 101   not: idle-0, idle-1, idle-10, ")
    assert line.endswith(" and 88 more")
    assert len(line) <= 160
    assert all(f"idle-{number}" in whole for number in range(100))


def test_a_scenario_that_cannot_be_run_reaches_nothing(run: Run, make: Make) -> None:
    ran = run("test", "--coverage", workspace=make(BROKEN))
    assert ran.status == 2
    assert "coverage  0%  0 of 15\n" in ran.out


# JSON.


def test_json_has_the_keys_scripts_rely_on(run: Run, make: Make) -> None:
    root = make(GOOD, BAD, BROKEN, scenario("attempts", REACHED, "{attempts: [{person: ann}, {at: 6s}]}"))
    ran = run("test", "--format", "json", "--coverage", workspace=root)
    assert ran.status == 2
    document = json.loads(ran.out)
    assert document["schema"] == "oncall.test/1"
    good, bad, broken, attempts = document["scenarios"]
    trace = good["trace"]
    assert trace["schema"] == "oncall.trace/1"
    assert good == {
        "name": "good",
        "account": "acme",
        "at": "2026-11-09T12:00:00-05:00",
        "file": "tests.yaml",
        "line": 2,
        "passed": True,
        "failures": [],
        "expectations": [],
        "trace": trace,
    }
    assert (bad["passed"], bad["failures"]) == (False, ["reached: expected ann, was bob"])
    assert (broken["passed"], broken["trace"]) == (False, None)
    assert broken["failures"] == [f"tests.yaml:16:23: error: {BROKEN_TOLD} [OC005]"]
    assert [one["code"] for one in broken["problems"]] == ["OC005"]
    assert attempts["failures"] == ["attempts: number 2: expected 6s, was 5s ann sms no_response"]
    assert attempts["expectations"] == [
        {
            "what": "attempts",
            "expected": "6s",
            "actual": "5s ann sms no_response",
            "difference": {
                "first": 1,
                "columns": ["at", "person", "channel", "outcome"],
                "expected": [["", "ann", "", ""], ["6s", "", "", ""]],
                "actual": [
                    ["0s", "ann", "voice", "busy"],
                    ["5s", "ann", "sms", "no_response"],
                    ["45s", "bob", "voice", "acknowledged"],
                ],
            },
        }
    ]
    covered = document["summary"].pop("coverage")
    assert document["summary"] == {"passed": 1, "failed": 2, "broken": 1}
    assert (covered["reached"], covered["total"], covered["percent"]) == (7, 15, pytest.approx(700 / 15))
    assert {kind: (one["reached"], one["total"]) for kind, one in covered["by_kind"].items()} == {
        "accounts": (1, 1),
        "tiers": (2, 2),
        "contact methods": (3, 3),
        "rollover": (1, 5),
        "recovery": (0, 4),
    }
    assert {
        "kind": "contact methods",
        "policy": "urgent",
        "name": "ann sms",
        "reached": True,
        "person": "ann",
        "channel": "sms",
        "address": "+12025550101",
        "step": 2,
    } in covered["items"]
    assert len(covered["items"]) == 15


def test_without_coverage_the_summary_has_none(run: Run, make: Make) -> None:
    document = json.loads(run("test", "--format", "json", workspace=make(GOOD)).out)
    assert document["summary"] == {"passed": 1, "failed": 0, "broken": 0}


# JUnit.

HOSTILE = WORKSPACE.replace('"@cal"', r'"]]>&<b>[red]\e[31m\u202e\uffff\n</failure>"').replace(
    "backup: {person: bob}", "backup: {person: cal}"
)
COUNTS = ("tests", "failures", "errors", "skipped")


def _junit(run: Run, root: Path, path: str = "out.xml") -> Xml.Element:
    run("test", "--junit", path, workspace=root)
    return Xml.fromstring(Path(path).read_bytes())


def test_junit_has_a_case_for_each_scenario(run: Run, make: Make) -> None:
    suites = _junit(run, make(GOOD, BAD, BROKEN))
    (suite,) = suites
    assert (suites.tag, suite.tag) == ("testsuites", "testsuite")
    assert [suite.get(key) for key in COUNTS] == ["3", "1", "1", "0"]
    assert [suites.get(key) for key in COUNTS[:3]] == ["3", "1", "1"]
    good, bad, broken = suite
    assert good.attrib == {"classname": "acme", "name": "good", "file": "tests.yaml", "line": "2", "time": "0"}
    assert list(good) == []
    (failure,) = bad
    assert (failure.tag, failure.get("message")) == ("failure", "reached: expected ann, was bob")
    head = "FAILED bad\n  acme, Mon 9 Nov 2026 12:00 EST, tests.yaml:7\n  reached  expected ann, was bob\n"
    assert (failure.text or "").startswith(head)
    (error,) = broken
    told = f"tests.yaml:16:23: error: {BROKEN_TOLD} [OC005]"
    assert (error.tag, error.get("message"), error.text) == ("error", told, told)


def test_what_is_hostile_in_a_file_is_harmless_in_junit_and_on_a_terminal(run: Run, make: Make) -> None:
    expect = r"""{attempts: [{person: ann}, {address: "]]>\e[31m\n<x/>"}, {}, {}]}"""
    keys = {"at": "2026-11-09T12:00", "given": "{ann: failed}"}
    root = make(scenario("it", keys, expect), oncall=HOSTILE)
    ((case,),) = _junit(run, root)
    (failure,) = case
    assert "\\x1b[31m" in str(failure.text)
    assert "]]>" in str(failure.text)
    assert "\uffff" not in str(failure.text)
    for form in ("plain", "rich", "json"):
        out = run("test", "--format", form, "-v", "--coverage", workspace=root).out
        assert "\x1b" not in out
        assert "\u202e" not in out
        assert "[31m" in out


def test_junit_is_put_in_place_whole_and_over_an_older_one(run: Run, make: Make, tmp_path: Path) -> None:
    root = make(GOOD)
    older = tmp_path / "older.xml"
    older.write_text("<older/>")
    (tmp_path / "link.xml").symlink_to(older)
    assert _junit(run, root, "link.xml").tag == "testsuites"
    assert (tmp_path / "link.xml").is_symlink()
    assert older.read_text().startswith("<?xml ")
    assert sorted(path.name for path in tmp_path.glob("*.xml*")) == ["link.xml", "older.xml"]


@pytest.mark.parametrize(
    ("path", "why"),
    [("no/such/out.xml", "No such file or directory"), (".", "Is a directory")],
)
def test_where_junit_cannot_be_written_the_results_are_shown_and_the_status_is_2(
    path: str, why: str, run: Run, make: Make
) -> None:
    ran = run("test", "--junit", path, workspace=make(GOOD))
    assert ran == Ran(2, "1 passed, 0 failed\n", f"oncall: --junit {path}: cannot be written: {why}\n")


def test_a_device_takes_junit_and_stays_a_device(run: Run, make: Make) -> None:
    assert run("test", "--junit", "/dev/null", workspace=make(GOOD)).status == 0
    assert Path("/dev/null").is_char_device()


# Terminals.

LONG = "a-person-whose-name-is-longer-than-anybody-would-think-of-giving"
NARROW = """\
  attempts  number 3 is the first that differs
    expected
        0s  ann  voice  +12025550101
        5s  ann  sms  +12025550101
  >    45s  bob
    was
        0s  ann  voice  +12025550101  busy
        5s  ann  sms  +12025550101  no_response
  >    45s  a-person-whose-name-is-longer-than-anybody-would-think-of-giving
    chat  @cal  no_response
  number 3 came because the 45s window of primary is over (rule 6,
    oncall.yaml:15)
"""


def _terminal(run: Run, monkeypatch: pytest.MonkeyPatch, root: Path, width: int) -> str:
    monkeypatch.setenv("COLUMNS", str(width))
    return run("test", "--format", "rich", workspace=root).out


@pytest.mark.parametrize("width", [80, 120])
def test_short_lists_stand_side_by_side_at_any_width(
    width: int, run: Run, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new, told = OTHER_ATTEMPTS[0]
    root = make(scenario("it", REACHED, ATTEMPTS.replace(old, new)))
    assert told in _terminal(run, monkeypatch, root, width)


def test_where_there_is_no_room_what_came_stands_under_what_was_expected(
    run: Run, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = WORKSPACE.replace("  cal:", f"  {LONG}:").replace(": cal}", f": {LONG}}}").replace(": bob}", f": {LONG}}}")
    ways = [{"person": "ann", "channel": "voice"}, {"person": "ann", "channel": "sms"}]
    expected = [{**way, "address": '"+12025550101"'} for way in ways] + [{"at": "45s", "person": "bob"}]
    expected[0]["at"], expected[1]["at"] = "0s", "5s"
    attempts = ", ".join("{" + ", ".join(f"{key}: {value}" for key, value in one.items()) + "}" for one in expected)
    root = make(scenario("it", REACHED, f"{{attempts: [{attempts}]}}"), oncall=long)
    assert NARROW in _terminal(run, monkeypatch, root, 80)
    for width in (80, 120):
        assert max(map(len, _terminal(run, monkeypatch, root, width).splitlines())) <= width


def test_on_a_terminal_failures_have_colours_unless_told_otherwise(
    run: Run, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make(BAD)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[1;31mFAILED" in _terminal(run, monkeypatch, root, 80)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "31m" not in _terminal(run, monkeypatch, root, 80)
