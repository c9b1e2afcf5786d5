"""`oncall simulate`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.commands.conftest import Ran

Run = Callable[..., Ran]

NIGHT = ("--at", "2026-11-27T02:00")

WHOLE_CHAIN = """\
northwind-hvac  Northwind HVAC  a call at Fri 27 Nov 2026 02:00 EST  policy urgent-line

     0s  02:00:00  primary  Priya Raman (tech-1)  voice +12025550101  busy at 4s           the dispatch begins \
(rule 2, policies.yaml:15)
     4s  02:00:04  primary  Priya Raman (tech-1)  sms +12025550101    no response          busy rolls over \
(rule 5, policies.yaml:22)
    45s  02:00:45  backup   Tom Alvarez (tech-3)  voice +12025550103  acknowledged at 57s  the 45s window of primary \
is over (rule 6, policies.yaml:15)
    57s  02:00:57  REACHED Tom Alvarez (tech-3) after 57s
"""

OVERDUE = """\
  3m30s  02:03:30  Nadia Petrov (manager-1) owes a callback by 02:18:30, within 15m  the chain is over \
(rule 8, policies.yaml:25)
 18m30s  02:18:30  Tom Alvarez (tech-3) is told: the callback was not made in time
 33m30s  02:33:30  OVERDUE the callback was not made in time
"""


def _trace(run: Run, example: Path, *words: str) -> dict:
    ran = run("simulate", *words, "--format", "json", workspace=example)
    assert (ran.status, ran.err) == (0, "")
    return json.loads(ran.out)


def _tried(trace: dict) -> list[tuple]:
    return [(one["started"], one["person"], one["channel"], one["outcome"]) for one in trace["attempts"]]


def test_a_line_for_each_attempt_says_who_when_how_how_it_ended_and_why_it_came(run: Run, example: Path) -> None:
    given = ("--given", "tech-1:voice=busy@4s", "--given", "tech-3=acknowledged@12s")
    ran = run("simulate", "northwind-hvac", *NIGHT, *given, workspace=example)
    assert (ran.out, ran.err, ran.status) == (WHOLE_CHAIN, "", 0)


def test_without_responses_the_whole_chain_and_the_callback_show_and_the_status_is_0(run: Run, example: Path) -> None:
    ran = run("simulate", "northwind-hvac", *NIGHT, workspace=example)
    assert ran.status == 0
    assert ran.out.endswith(OVERDUE)


def test_json_has_the_keys_scripts_rely_on(run: Run, example: Path) -> None:
    trace = _trace(run, example, "northwind-hvac", *NIGHT, "--given", "tech-1:sms=acknowledged@10s")
    assert trace["schema"] == "oncall.trace/1"
    assert (trace["account"], trace["at"]) == ("northwind-hvac", "2026-11-27T02:00:00-05:00")
    assert (trace["disposition"], trace["reached"], trace["after"]) == ("reached", "tech-1", 35)
    assert (trace["skipped"], trace["callback"]) == ([], None)
    first, second = trace["attempts"]
    identity = "northwind-hvac-20261127T070000Z/1/primary/tech-1"
    assert {key: first[key] for key in ("id", "tier", "round", "person", "channel", "address")} == {
        "id": f"{identity}/1",
        "tier": "primary",
        "round": 1,
        "person": "tech-1",
        "channel": "voice",
        "address": "+12025550101",
    }
    assert (first["started"], first["ended"], first["outcome"], first["confirmed"]) == (0, 25, "no_answer", False)
    assert (second["id"], second["ended"], second["confirmed"]) == (f"{identity}/2", 35, True)
    assert second["why"] == "no answer for 25s (rule 5, people/northwind.yaml:11)"
    assert second["written"] == {"file": "people/northwind.yaml", "line": 11}
    assert second["source"] == {"file": "rotations/field-primary.ics", "line": 8}


def test_json_has_the_callback_and_who_was_passed_over(run: Run, example: Path) -> None:
    trace = _trace(run, example, "northwind-hvac", "--at", "2026-08-15T14:00", "--callback", "tech-3@4m")
    assert trace["skipped"] == [
        {"at": 45, "tier": "backup", "round": 1, "person": "tech-3", "label": None, "reason": "already_tried"},
        {"at": 45, "tier": "backup", "round": 1, "person": None, "label": None, "reason": "nobody_left_to_try"},
    ]
    assert trace["disposition"] == "called_back"
    assert {key: trace["callback"][key] for key in ("owner", "opened", "due", "escalated_to", "completed")} == {
        "owner": "manager-1",
        "opened": 165,
        "due": 1065,
        "escalated_to": "tech-3",
        "completed": 1305,
    }


def test_tries_separated_by_commas_are_for_one_try_each(run: Run, example: Path) -> None:
    trace = _trace(run, example, "northwind-hvac", *NIGHT, "--given", "tech-1=busy,acknowledged@5s")
    assert _tried(trace) == [(0, "tech-1", "voice", "busy"), (0, "tech-1", "sms", "acknowledged")]
    trace = _trace(run, example, "northwind-hvac", *NIGHT, "--given", "tech-1=busy,")
    assert _tried(trace)[:2] == [(0, "tech-1", "voice", "busy"), (0, "tech-1", "sms", "no_response")]
    assert trace["disposition"] == "overdue"


@pytest.mark.parametrize(
    "person",
    [
        "tech-1",
        "TECH-1",
        "Priya Raman",
        "priya",
        "raman",
        "priya.raman@northwind.example",
        "+1 202-555-0101",
        "tel:+12025550101",
    ],
)
def test_people_are_taken_by_any_name_of_theirs(run: Run, example: Path, person: str) -> None:
    trace = _trace(run, example, "northwind-hvac", *NIGHT, "--given", f"{person}:voice=acknowledged@5s")
    assert (trace["reached"], trace["after"]) == ("tech-1", 5)


@pytest.mark.parametrize("person", ["manager-1", "MANAGER-1", "nadia.petrov@harbor.example"])
def test_who_calls_back_is_taken_by_any_name_too(run: Run, example: Path, person: str) -> None:
    trace = _trace(run, example, "northwind-hvac", *NIGHT, "--callback", f"{person}@10m")
    assert (trace["callback"]["owner"], trace["disposition"]) == ("manager-1", "called_back")


def test_picking_up_is_followed_by_a_key_or_by_the_end_of_the_call(run: Run, example: Path) -> None:
    night = ("bayside-properties", "--at", "2026-11-25T03:00", "--given")
    taken = _trace(run, example, *night, "maint-1:voice=answered@5s+acknowledged@9s")
    assert (taken["reached"], taken["after"]) == ("maint-1", 9)
    voicemail = _trace(run, example, *night, "maint-1:voice=answered@5s+ends@40s")
    assert _tried(voicemail)[:2] == [(0, "maint-1", "voice", "voicemail"), (40, "maint-1", "sms", "no_response")]
    assert voicemail["attempts"][0]["picked_up"] == 5


def test_a_caller_who_hangs_up_is_owed_a_callback(run: Run, example: Path) -> None:
    ran = run("simulate", "northwind-hvac", *NIGHT, "--hang-up", "10s", "--callback", "manager-1@2m", workspace=example)
    assert ran.out.splitlines()[2:] == [
        "     0s  02:00:00  primary  Priya Raman (tech-1)  voice +12025550101  cancelled at 10s  the dispatch begins "
        "(rule 2, policies.yaml:15)",
        "    10s  02:00:10  the caller hung up",
        "    10s  02:00:10  Nadia Petrov (manager-1) owes a callback by 02:15:10, within 15m  the caller hung up "
        "(rule 9)",
        "  2m10s  02:02:10  CALLED BACK by Nadia Petrov (manager-1) after 2m10s",
    ]


def test_the_clock_follows_the_zone_when_it_is_set_back(run: Run, example: Path) -> None:
    ran = run("simulate", "field-support", "--at", "2026-11-01T01:59:30-04:00", workspace=example)
    assert [line.split()[1] for line in ran.out.splitlines()[2:5]] == ["01:59:30", "01:59:55", "01:00:15"]


def test_a_rotation_that_hands_off_in_between_is_asked_when_the_tier_starts(run: Run, example: Path) -> None:
    trace = _trace(run, example, "field-support", "--at", "2026-11-25T00:59:30")
    assert [one[1] for one in _tried(trace)[:4]] == ["tech-2", "tech-2", "eng-lon-2", "eng-lon-2"]


def test_the_same_question_has_the_same_answer(run: Run, example: Path) -> None:
    asked = ("simulate", "field-support", *NIGHT, "--format", "json")
    assert run(*asked, workspace=example) == run(*asked, workspace=example)


@pytest.mark.parametrize("account", ["northwind-hvac", "swiftline-delivery", "lakeside-pediatrics", "field-support"])
@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--hang-up", "50s", "--callback", "manager-1@5m"),
        ("--given", "manager-2:secure=acknowledged@3s"),
        ("--given", "manager-1=answered@2s"),
        ("--given", "manager-1=declined,", "--given", "manager-2:voice=busy,voicemail@9s"),
    ],
    ids=" ".join,
)
def test_the_scenario_a_dry_run_amounts_to_passes(
    run: Run, example: Path, account: str, words: tuple[str, ...]
) -> None:
    written = run("simulate", account, *NIGHT, *words, "--as-scenario", "from-a-dry-run", workspace=example)
    (example / "scenarios.yaml").write_text(written.out)
    ran = run("test", "from-a-dry-run", workspace=example)
    assert (ran.status, ran.out.splitlines()[-1]) == (0, "1 passed, 0 failed")


def test_a_scenario_is_printed_ready_to_paste(run: Run, example: Path) -> None:
    given = ("--given", "tech-1=busy,", "--given", "tech-3:voice=answered@5s")
    ran = run("simulate", "northwind-hvac", *NIGHT, *given, "--as-scenario", "busy", workspace=example)
    assert yaml.safe_load(ran.out) == {
        "scenarios": {
            "busy": {
                "account": "northwind-hvac",
                "at": "2026-11-27T02:00:00-05:00",
                "given": {"tech-1": ["busy"], "tech-3": {"voice": {"answered": "5s"}}},
                "expect": {
                    "disposition": "reached",
                    "reached": "tech-3",
                    "within": "50s",
                    "attempts": [
                        {"at": "0s", "person": "tech-1", "channel": "voice", "outcome": "busy"},
                        {"at": "0s", "person": "tech-1", "channel": "sms", "outcome": "no_response"},
                        {"at": "45s", "person": "tech-3", "channel": "voice", "outcome": "acknowledged"},
                    ],
                },
            }
        }
    }


DRAFT = """\
policies:
  faster:
    tiers:
      - {notify: primary, ack_window: 20s}
      - {notify: manager, ack_window: 20s}
"""


def test_a_draft_policy_is_tried_without_being_in_the_workspace(run: Run, example: Path, tmp_path: Path) -> None:
    (tmp_path / "draft.yaml").write_text(DRAFT)
    trace = _trace(run, example, "northwind-hvac", *NIGHT, "--policy", str(tmp_path / "draft.yaml"))
    assert trace["policy"] == "faster"
    assert [one[:3] for one in _tried(trace)] == [
        (0, "tech-1", "voice"),
        (20, "manager-1", "voice"),
    ]
    assert trace["disposition"] == "exhausted"
    assert trace["attempts"][1]["written"] == {"file": str(tmp_path / "draft.yaml"), "line": 4}


def test_of_several_drafts_the_one_of_the_same_name_is_tried(run: Run, example: Path, tmp_path: Path) -> None:
    (tmp_path / "draft.yaml").write_text(DRAFT + DRAFT.replace("faster", "urgent-line").partition("\n")[2])
    trace = _trace(run, example, "northwind-hvac", *NIGHT, "--policy", str(tmp_path / "draft.yaml"))
    assert trace["policy"] == "urgent-line"
    assert len(trace["attempts"]) == 2


def test_what_is_wrong_in_a_draft_is_said_and_the_rest_is_tried(run: Run, example: Path, tmp_path: Path) -> None:
    (tmp_path / "draft.yaml").write_text(DRAFT + "    ronds: 2\n")
    ran = run("simulate", "northwind-hvac", *NIGHT, "--policy", str(tmp_path / "draft.yaml"), workspace=example)
    assert ran.status == 0
    assert "draft.yaml:6:5: error: `ronds` is not a key of a policy (did you mean 'rounds'?) [OC002]" in ran.err


REFUSED = [
    (
        ("nortwind-hvac",),
        "there is no account, rotation, line or person 'nortwind-hvac' (did you mean 'northwind-hvac'?)",
    ),
    (
        ("field-primary",),
        "field-primary is a rotation: a dispatch goes to an account, and its policy says who is tried",
    ),
    (("northwind-hvac", "--given", "teck-1=busy"), "there is no person 'teck-1' (did you mean 'tech-1'?)"),
    (("northwind-hvac", "--callback", "managr-1@5m"), "there is no person 'managr-1' (did you mean 'manager-1'?)"),
    (
        ("northwind-hvac", "--given", "tech-1:voise=busy"),
        "--given tech-1:voise=busy: 'voise' is no channel (did you mean 'voice'?)",
    ),
    (
        ("northwind-hvac", "--given", "tech-1=bussy"),
        "--given tech-1=bussy: 'bussy' is no response (did you mean 'busy'?)",
    ),
    (
        ("northwind-hvac", "--given", "tech-1=busy@5"),
        "--given tech-1=busy@5: 5 of what? write 5s, 5m, 5h or 5d",
    ),
    (
        ("northwind-hvac", "--given", "tech-1"),
        "--given tech-1: 'tech-1' is no response: write PERSON[:CHANNEL]=OUTCOME[@DELAY], as in tech-1=busy",
    ),
    (
        ("northwind-hvac", "--given", "tech-1=busy", "--given", "tech-1=declined"),
        "--given says twice how tech-1 responds: separate several tries by commas",
    ),
    (("northwind-hvac", "--given", "tech-1:pager=busy"), "tech-1 has no contact method by pager; there is sms, voice"),
    (("northwind-hvac", "--hang-up", "90"), "--hang-up: 90 of what? write 90s, 90m, 90h or 90d"),
    (("northwind-hvac", "--callback", "manager-1"), "--callback manager-1: write PERSON@DELAY, as in manager-1@10m"),
    (
        ("northwind-hvac", "--callback", "manager-1@5m", "--callback", "manager-1@9m"),
        "--callback says twice when manager-1 calls back",
    ),
    (
        ("northwind-hvac", "--at", ""),
        "can't read '' as a time; write e.g. 02:00, 2am, 'tomorrow 14:00' or 2026-11-24T02:00",
    ),
    (
        ("northwind-hvac", "--as-scenario", "x", "--format", "json"),
        "--as-scenario prints YAML: leave --format out",
    ),
    (
        ("northwind-hvac", "--policy", "nowhere.yaml"),
        "--policy nowhere.yaml: cannot be read: No such file or directory",
    ),
    (
        ("northwind-hvac", "--as-scenario", "two words"),
        "'two words' cannot be a name: letters, digits, '.', '_' and '-' make one",
    ),
]


@pytest.mark.parametrize(("words", "message"), REFUSED, ids=[" ".join(words) for words, _ in REFUSED])
def test_a_question_that_means_nothing_is_refused(
    run: Run, example: Path, words: tuple[str, ...], message: str
) -> None:
    ran = run("simulate", *words, workspace=example)
    assert (ran.out, ran.err, ran.status) == ("", f"oncall: {message}\n", 2)


def test_a_response_of_somebody_who_is_not_tried_is_noted(run: Run, example: Path) -> None:
    ran = run("simulate", "northwind-hvac", *NIGHT, "--given", "doctor-1=busy", workspace=example)
    assert (ran.status, ran.err) == (0, "oncall: note: doctor-1 is given a response, and is not tried\n")


def test_a_caller_who_would_hang_up_after_the_end_is_noted(run: Run, example: Path) -> None:
    ran = run("simulate", "northwind-hvac", *NIGHT, "--hang-up", "10m", workspace=example)
    assert (ran.status, ran.err) == (0, "oncall: note: the caller is to hang up, and the chain is over before that\n")


def test_tables_have_the_callback_and_the_end(run: Run, example: Path) -> None:
    ran = run("simulate", "northwind-hvac", *NIGHT, "--hang-up", "0s", "--format", "csv", workspace=example)
    assert ran.out.splitlines()[1:] == [
        "0s,2026-11-27T02:00:00-05:00,callback,,manager-1,Nadia Petrov,,,,told,",
        "15m,2026-11-27T02:15:00-05:00,callback,,tech-3,Tom Alvarez,,,,told,",
        '30m,2026-11-27T02:30:00-05:00,,,,,,,,overdue,"nobody completed it in time (rule 10, policies.yaml:25)"',
    ]


SMALL = """\
version: 1
people:
  ann: {name: "Ann [red]B\\e[2J", contact_methods: [{channel: voice, address: "555 0100"}]}
policies:
  empty: {tiers: []}
  odd: {tiers: [{notify: primary}, {notify: nobody-bound}], rounds: 2, pause: 40d}
accounts:
  bare: {name: Bare}
  untiered: {name: Untiered, policy: empty, contacts: {primary: {person: ann}}}
  lost: {name: Lost, policy: no-such, contacts: {primary: {person: ann}}}
  long: {name: Long, policy: odd, contacts: {primary: [{person: ann}, {rotation: broken}]}}
rotations:
  broken: {calendar: missing.ics}
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    root = tmp_path / "small"
    root.mkdir()
    (root / "oncall.yaml").write_text(SMALL)
    return root


def test_an_account_without_a_policy_cannot_be_simulated(run: Run, small: Path) -> None:
    ran = run("simulate", "bare", workspace=small)
    assert (ran.status, ran.err) == (2, "oncall: bare has no `policy:`, so there is nothing to escalate by\n")
    ran = run("simulate", "lost", workspace=small)
    assert (ran.status, ran.err) == (2, "oncall: the policy of lost, 'no-such', is not there or cannot be used\n")


def test_a_policy_without_tiers_tries_nobody_and_says_so(run: Run, small: Path) -> None:
    ran = run("simulate", "untiered", *NIGHT, workspace=small)
    assert ran.status == 0
    assert "oncall: note: the policy empty has no tiers, so nobody is tried" in ran.err
    assert ran.out.splitlines()[-1] == "     0s  02:00:00  NO_ONE_ON_CALL no attempt was possible"


def test_unbound_roles_and_broken_rotations_are_named_and_the_rest_is_tried(run: Run, small: Path) -> None:
    ran = run("simulate", "long", *NIGHT, workspace=small)
    assert ran.status == 0
    assert "oncall.yaml:13:22: error: there is no file 'missing.ics' [OC005]" in ran.err
    assert "note: long binds nobody to the role 'nobody-bound' of its policy" in ran.err
    assert "left at once: nobody on call" in ran.out


def test_a_dispatch_may_last_longer_than_the_month_that_is_compiled_at_first(run: Run, small: Path) -> None:
    trace = json.loads(run("simulate", "long", *NIGHT, "--format", "json", workspace=small).out)
    assert [one["started"] for one in trace["attempts"]] == [0, 25 + 40 * 86_400]


def test_text_from_files_steers_no_terminal(run: Run, small: Path) -> None:
    for how in ("plain", "rich", "markdown", "csv", "json"):
        ran = run("simulate", "long", *NIGHT, "--format", how, workspace=small)
        assert "\x1b" not in ran.out, how
        assert "[red]" in ran.out or "\\[red\\]" in ran.out, how


def test_an_account_may_stand_in_what_could_not_be_read_and_that_is_said(run: Run, small: Path) -> None:
    (small / "more.yaml").write_text("accounts: [\n")
    ran = run("simulate", "hidden", workspace=small)
    assert ran.status == 2
    assert ran.err.startswith("oncall: it may be defined in a file that couldn't be read:\n  more.yaml:2:1: error:")
