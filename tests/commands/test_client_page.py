"""`oncall postmortem --for client`: one page in plain words, and nothing internal in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oncall.logs.reading import Log, open_log
from oncall.output.client_page import client_page
from oncall.output.postmortem_html import html_of
from oncall.output.postmortem_markdown import markdown_of
from oncall.postmortem.findings import findings_of
from oncall.replay.run import Job, Judged, Replay, Wanted
from oncall.times import zone
from oncall.workspace.files import Files
from oncall.workspace.load import Workspace, load
from oncall.workspace.opening import Plans

from .conftest import EXAMPLE, Ran
from .postmortems import CASES, logged, made

Run = Callable[..., Ran]

LOG = EXAMPLE / "calls" / "autumn-2026.jsonl"
MISSED = (
    *("0 received", "2 attempt_started ann voice", "22 attempt_ended ann no_answer", "22 attempt_started ann sms"),
    *("60 attempt_started ben voice", "70 caller_hung_up", "70 attempt_ended ben cancelled"),
    *("75 callback_opened ann due=975", "1100 callback_completed ann"),
)
SECTIONS = ["In short", "What happened", "Why", "What is not known", "What will change"]


def internal(workspace: Workspace, account: str | None) -> Iterator[str]:
    """Whatever a workspace holds that is none of a client's business."""
    for id_, person in workspace.people.items():
        yield from (id_, person.name, *person.name.split(), *person.aliases, person.email or "")
        yield from (method.address for method in person.contact_methods)
    for section in ("rotations", "policies", "hours"):
        yield from workspace.defined(section)
    for name, profile in workspace.accounts.items():
        yield name
        if name != account:
            yield from (profile.name, *profile.lines)
    yield from workspace.files.contents


def leaks(text: str, words: set[str]) -> list[str]:
    """What of some words stands in a text, and what looks like a code, a path or a command."""
    found = [word for word in words if len(word) > 1 and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)]
    return found + re.findall(r"OC\d{3}|\b[\w-]+\.(?:yaml|ics|md|jsonl)\b|oncall |`|\bline \d+|@", text)


def texts(judged: Judged, root: Path, plans: Plans) -> str:
    """The page in both formats, as it is read; without findings that were tried in a copy, which takes longer."""
    verdict, record, files = judged.verdict, judged.record, Files(str(root))
    assert record is not None
    findings = plans.ask(verdict.at, lambda plan: findings_of(verdict, record, plan, files.read, None, changed=False))
    here = zone("America/New_York")
    assert here is not None
    page = client_page(judged, findings, here)
    seen = re.sub(r"<style>.*?</style>", "", html_of(page), flags=re.DOTALL)
    body = re.sub(r"<[^>]*>", " ", seen.partition("<body>")[2])
    return re.sub(r"\\(.)", r"\1", markdown_of(page)) + body.replace("`", "'")


@cache
def example_words() -> Workspace:
    workspace = load(str(EXAMPLE))
    Plans(str(EXAMPLE), None)
    return workspace


def test_nothing_internal_is_on_the_page_of_any_dispatch_of_the_example() -> None:
    workspace, plans = example_words(), Plans(str(EXAMPLE), None)
    job = Job(str(LOG), str(EXAMPLE), None, "US", Wanted(), "now")
    number = 0
    for judged in Replay(job, lambda judged: judged).results():
        text = texts(judged, EXAMPLE, plans)
        account = judged.verdict.account
        own = workspace.accounts.get(account or "")
        words = set(internal(workspace, account)) - set(own.name.split() if own else ()) - {"backup"}
        assert leaks(text, words) == [], judged.verdict.dispatch
        strange = set(re.findall(r"\+\d{6,}", text)) - set(own.lines if own else ())
        assert strange == set()
        assert judged.verdict.dispatch not in text
        number += 1
    with open_log(str(LOG)) as file:
        assert number == sum(1 for _ in Log(file).groups())


EVENTS = st.lists(
    st.one_of(
        st.builds("attempt_started {} {}".format, st.sampled_from(["ann", "ben", "cat", "dan"]), st.just("voice")),
        st.builds("attempt_started {} {}".format, st.sampled_from(["ann", "ben"]), st.just("sms")),
        st.builds("attempt_started {} voice".format, st.sampled_from(["+12025550199", "+12025550110"])),
        st.builds("acknowledged {}".format, st.sampled_from(["ann", "cat"])),
        st.sampled_from(
            ["caller_hung_up Secret-Jane", "closed", "callback_opened ann due=950", "note told-Secret-Jane"]
        ),
        st.sampled_from(["callback_completed ben", "transferred ann", "gap 4000", "resolved false"]),
        st.builds("attempt_ended ann {} raw=Secret-Jane".format, st.sampled_from(["busy", "no_answer", "failed"])),
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS, account=st.sampled_from(["duo", "spare", "gap", "lone", "nobody", "unbound", None]))
def test_nothing_internal_is_on_the_page_whatever_the_log_says(
    tmp_path_factory: pytest.TempPathFactory, events: list[str], account: str | None
) -> None:
    root = tmp_path_factory.mktemp("law")
    ws, started, lines = made(root / "ws"), set[str](), ["0 received"]
    for number, event in enumerate(events):
        kind, who, *_ = [*event.split(), ""]
        if kind == "attempt_started":
            started.add(who)
        if kind in ("attempt_ended", "acknowledged") and who not in started:
            continue
        lines.append(f"{number * 10 + 1} {event}")
    said: Any = {"caller": "Secret-Jane <+12125550177>", "operator": "op-9", "line": "+12025550150"}
    log = logged(root / "log.jsonl", lines, account, name="call-2125550177", **said)
    job = Job(log, str(ws), None, "US", Wanted(), "now")
    (judged,) = Replay(job, lambda judged: judged).results()
    text, account = texts(judged, ws, Plans(str(ws), None)), judged.verdict.account
    workspace = load(str(ws))
    words = {*internal(workspace, account), "Secret", "Jane", "op-9", "call-2125550177"} - {
        "backup",
        "nobody",
        "Nobody",
        "two",
    }
    own = workspace.accounts[account].name.split() if account else []
    assert leaks(text, words - set(own) - {"days", "Duo & Sons"}) == []
    lines_of = workspace.accounts[account].lines if account else ()
    assert set(re.findall(r"\+?\d{6,}", text)) <= set(lines_of)


def page(run: Run, ws: Path, log: str, *options: str) -> str:
    ran = run("postmortem", log, "--for", "client", *options, workspace=ws)
    assert ran.status in (0, 1), ran.err
    return re.sub(r"\\(.)", r"\1", ran.out)


def test_a_client_is_told_what_happened_in_local_times(run: Run, tmp_path: Path) -> None:
    log = logged(tmp_path / "log.jsonl", MISSED, line="+12025550150", operator="op-9")
    text = page(run, made(tmp_path / "ws"), log)
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == SECTIONS
    assert text.splitlines()[:3] == [
        "# Your call of Thursday 5 November 2026, 11:58 pm EST",
        "",
        "Duo & Sons · on +12025550150",
    ]
    assert [line for line in text.splitlines() if line.startswith("- ")] == [
        "- 11:58:00 pm: The call came in.",
        "- 11:58:02 pm: We called the first person on call: there was no answer.",
        "- 11:58:22 pm: We sent a text message to the first person on call: there was no response in time.",
        "- 11:59:00 pm: We called the backup: it was ended before there was an answer.",
        "- 11:59:10 pm: The caller hung up, 1 minute 10 seconds after the call came in.",
        "- 11:59:15 pm: A callback was arranged, to be made within 15 minutes.",
        "- Friday 6 November, 12:16:20 am: The caller was called back late.",
        "- Whether the reason for the call was dealt with: our record does not say.",
        "- When somebody does not answer, the next person is called sooner.",
        "- We go through this with whoever handled it: callbacks are to be made in time.",
    ]


def test_what_a_source_cannot_show_is_not_known(run: Run, tmp_path: Path) -> None:
    log = logged(tmp_path / "log.jsonl", MISSED[:5])
    path = Path(log)
    shows = '{"source":{"shows":{"callbacks":false,"hang_ups":false,"channels":["voice"]}},'
    path.write_text(path.read_text(encoding="utf-8").replace("{", shows, 1), encoding="utf-8")
    unknown = page(run, made(tmp_path / "ws"), log).partition("## What is not known")[2]
    assert "- Whether the caller hung up, and when: our record cannot show it." in unknown
    assert "- Whether anybody called back: our record cannot show it." in unknown
    assert "- Which messages were sent to our people: our record shows only part of them." in unknown


def test_times_are_those_of_the_account_hours(run: Run, tmp_path: Path) -> None:
    hours = "hours:\n  office: {timezone: America/Chicago, mon-fri: [08:00-17:00]}\n"
    text = CASES["workspace"].replace("name: Duo & Sons,", "name: Duo & Sons, hours: office,")
    ws = made(tmp_path / "ws", text.replace("rotations:\n", f"{hours}rotations:\n", 1))
    log = logged(tmp_path / "log.jsonl", MISSED)
    assert "10:58 pm CST" in page(run, ws, log).splitlines()[0]
    assert "11:58 pm EST" in page(run, ws, log, "--timezone", "America/New_York").splitlines()[0]


@pytest.mark.parametrize("option", [("--redact",), ("--candidate", "ws")])
def test_what_is_for_the_whole_page_is_refused(run: Run, tmp_path: Path, option: tuple[str, ...]) -> None:
    log = logged(tmp_path / "log.jsonl", MISSED)
    ran = run("postmortem", log, "--for", "client", *option, workspace=made(tmp_path / "ws"))
    assert (ran.status, ran.out) == (2, "")
    assert f"{option[0]} is for the whole page" in ran.err


def test_a_line_that_is_not_the_account_s_is_left_out(run: Run, tmp_path: Path) -> None:
    ws = made(tmp_path / "ws")
    for line, shown in (("+12025550150", True), ("+12025550101", False), ("+12025550777", False)):
        text: Any = page(run, ws, logged(tmp_path / "log.jsonl", MISSED, line=line))
        assert (line in text) == shown
