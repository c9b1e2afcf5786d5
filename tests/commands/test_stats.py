"""`oncall stats`."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Callable, Iterable, Sequence
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from oncall import times
from oncall.logs.event import encode
from oncall.output.stats_html import stats_page
from oncall.output.stats_tables import TOPICS, percent, percentile_text, share_text, tables_of, topic
from oncall.output.stats_text import stats_lines, summary_lines
from oncall.output.who_text import Line
from oncall.replay.facts import Facts, Supervised, Tried
from oncall.replay.metrics import Measure, Metrics
from oncall.replay.shares import Share
from oncall.replay.survival import survival
from tests.replay.logs import Writer

from .conftest import Ran

Run = Callable[..., Ran]

AT = 1_793_941_080  # Thursday 5 November 2026, 23:58 in New York
ZONE = times.zone("America/New_York")
TAKEN = ("0 received", "0 attempt_started ann voice", "12 acknowledged ann")
LEFT = ("0 received", "0 attempt_started ann voice", "9 attempt_ended ann cancelled", "9 caller_hung_up")
LATE = ("0 received", "40 attempt_started ann voice", "52 acknowledged ann")
WORKSPACE = """
version: 1
timezone: America/New_York
organization: Harbor
people:
  ann: {name: Ann Lee, contact_methods: [{channel: voice, address: "+12025550101", wait: 20s}]}
  ben: {name: Ben Ode, contact_methods: [{channel: voice, address: "+12025550102", wait: 20s}]}
policies:
  two: {tiers: [{notify: primary}, {notify: backup}]}
accounts:
  duo: {name: Duo, policy: two, supervisor: {person: ben}, contacts: {primary: {person: ann}, backup: {person: ben}}}
  solo: {name: Solo, policy: two, contacts: {primary: {person: ann}, backup: {person: ben}}}
"""


def lines(name: str, log: Sequence[str], account: str = "duo", at: int = AT, operator: str | None = None) -> bytes:
    """One dispatch."""
    found = []
    for event in Writer(account, at).events(log):
        said = operator if event.type == "received" else None
        found.append(encode(replace(event, dispatch=name, operator=said)) + b"\n")
    return b"".join(found)


@pytest.fixture
def harbor(tmp_path: Path) -> Path:
    root = tmp_path / "harbor"
    root.mkdir()
    (root / "oncall.yaml").write_text(WORKSPACE, encoding="utf-8")
    return root


@pytest.fixture
def log(tmp_path: Path) -> str:
    path = tmp_path / "log.jsonl"
    path.write_bytes(
        lines("d1", TAKEN, operator="op-1")
        + lines("d2", LEFT, at=AT + 60, operator="op-1")
        + lines("d3", LATE, at=AT + 3600, operator="op-2")
        + lines("d4", TAKEN, "solo", AT + 86_400)
    )
    return str(path)


def test_plain_text_has_every_table_and_no_bar(run: Run, harbor: Path, log: str) -> None:
    ran = run("stats", log, workspace=harbor)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.splitlines()[:2] == [
        "4 dispatches  Thu 5 Nov 2026 23:58 EST to Fri 6 Nov 2026 23:58 EST",
        "  hours are those of America/New_York; docs/metrics.md defines every number",
    ]
    for heading in (
        *("calls", "calls: taken by then", "calls: who took them", "calls by account", "calls by hour of the day"),
        *("calls by operator", "calls that left the policy", "the backup, exercised", "people"),
        *("accounts per supervisor", "accounts per supervisor by hour of the day"),
    ):
        assert heading in ran.out.splitlines()
    assert re.search(r"^  answered +75% 3/4 \[30–95\] ", ran.out, re.MULTILINE)
    peak = r"^  abandoned at peak +33% 1/3 \[6–79\] +the same in the busiest hour of the +day, from 23:00$"
    assert re.search(peak, ran.out.replace("\n      ", " "), re.MULTILINE)
    assert max(map(cell_len, ran.out.splitlines())) <= 80
    assert "█" not in ran.out
    assert "\x1b" not in ran.out


def test_a_terminal_has_bars_and_colours(run: Run, harbor: Path, log: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    ran = run("stats", log, "--format", "rich", workspace=harbor)
    assert (ran.status, "█" in ran.out) == (0, True)


@pytest.mark.parametrize("width", [80, 90, 100, 160])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert ZONE
    for line in (*stats_lines(hostile(), ZONE, width), *summary_lines(hostile(), ZONE, width)):
        assert cell_len("".join(text for text, _ in line)) <= width


def plain(lines_of: Iterable[Line]) -> list[str]:
    return ["".join(text for text, _ in line) for line in lines_of]


def facts_of(number: int, people: tuple[Tried, ...]) -> Facts:
    """One of many dispatches: a third is abandoned, a fifth are messages."""
    taken = number * 1.5 if number % 3 else None
    return Facts(
        dispatch=f"d{number}",
        log_line=number,
        at=float(AT + number * 1800),
        account=f"account-{number % 50}",
        account_name=f"Account number {number % 50}",
        is_message=number % 5 == 0,
        operator=f"op-{number % 9}",
        result="reached" if taken else "abandoned",
        is_taken=taken is not None,
        taken=taken,
        hang_ups=True,
        callbacks=True,
        seen=number,
        hung_up=None if taken else number,
        resolved=(True, False, None)[number % 3],
        tier=(1, 2, None)[number % 3],
        deepest=2,
        deepest_known=True,
        followed=number % 2 == 0,
        divergence="late",
        people=people,
        supervised=(Supervised("sup", "Sup", number),),
    )


def many() -> Metrics:
    """Numbers of calls and messages, of more accounts and people than a screen has lines."""
    metrics = Metrics(Measure("America/New_York"))
    for number in range(400):
        at, person = float(AT + number * 1800), f"person-{number % 60}"
        people = (Tried(person, f"Person {number % 60}", "UTC", 2, was_asked=True, took=True, woken=(at,)),)
        facts = facts_of(number, people)
        metrics.add(facts if number % 50 else replace(facts, result="undetermined"))
    return metrics


def test_a_terminal_has_two_screens_with_the_most_important_numbers() -> None:
    assert ZONE
    shown = plain(summary_lines(many(), ZONE, 80))
    assert len(shown) <= 48
    assert max(map(cell_len, shown)) <= 80
    told = "\n".join(shown)
    for number in (
        "answered",
        "called back",
        "abandoned",
        "service level",
        "median time to take",
        "as the policy says",
    ):
        assert f"\n  {number} " in told
    assert told.count(" more: --all") == 3  # of fifty accounts, three of each kind, and three of sixty people
    assert "--all" in shown[-1]


def test_the_summary_of_a_large_log_is_as_long_as_that_of_a_small_one(run: Run, harbor: Path, log: str) -> None:
    short = run("stats", log, "--format", "rich", workspace=harbor).out
    whole = run("stats", log, "--format", "rich", "--all", workspace=harbor).out
    only = run("stats", log, "--format", "rich", "--only", "hours", workspace=harbor).out
    assert "calls by hour of the day" not in short
    assert "calls by hour of the day" in whole
    assert "calls by hour of the day" in only
    assert len(short.splitlines()) <= 48 < len(whole.splitlines())
    assert "accounts per supervisor" not in only


def test_no_column_is_left_out_where_the_terminal_is_narrow() -> None:
    assert ZONE
    for width in (None, 40, 80, 120):
        shown = "\n".join(plain(stats_lines(many(), ZONE, width)))
        accounts = shown.partition("calls by account")[2].partition("calls by hour")[0]
        for heading in ("name", "answered", "abandoned", "service level", "median time", "resolved"):
            assert heading in accounts


@pytest.mark.parametrize("word", ["censored", "lacks", "proves more", "shares of ends", "as if nobody had left"])
def test_the_numbers_are_told_to_a_manager(run: Run, harbor: Path, log: str, word: str) -> None:
    for how in ("plain", "rich", "markdown"):
        assert word not in run("stats", log, "--all", "--format", how, "--html", "page.html", workspace=harbor).out
    assert word not in Path("page.html").read_text(encoding="utf-8")


def test_markdown_is_tables_under_headings(run: Run, harbor: Path, log: str) -> None:
    ran = run("stats", log, "--format", "markdown", workspace=harbor)
    headings = [line for line in ran.out.splitlines() if line.startswith("## ")]
    assert len(headings) == len(re.findall(r"^\|-", ran.out, re.MULTILINE)) == 11
    assert re.search(r"^\| duo +\| Duo +\| 3 +\| 67% 2/3 \\\[21–94\\\] +\|", ran.out, re.MULTILINE)


def test_some_of_the_tables_are_shown_where_they_are_asked_for(run: Run, harbor: Path, log: str) -> None:
    ran = run("stats", log, "--only", "hours", "--only", "people", "--format", "markdown", workspace=harbor)
    assert re.findall(r"^## .*", ran.out, re.MULTILINE) == ["## calls by hour of the day", "## people"]
    assert ZONE
    assert {topic(table) for table in tables_of(hostile(), ZONE)} == set(TOPICS)


def test_csv_is_a_number_a_row(run: Run, harbor: Path, log: str) -> None:
    rows = list(csv.DictReader(io.StringIO(run("stats", log, "--format", "csv", workspace=harbor).out)))
    found = {(one["kind"], one["by"], one["name"], one["measure"]): one for one in rows}
    assert len(found) == len(rows)
    answered = found["call", "account", "duo", "answer_rate"]
    assert (answered["value"], answered["number"], answered["of"]) == ("0.666667", "2", "3")
    assert found["call", "operator", "op-2", "adherence"]["value"] == "0.0"
    assert found["", "person", "ann", "wake_ups"]["value"] == "3"


SHOWS = {"hang_ups": False, "callbacks": False, "pick_ups": False, "acknowledgements": False}
LACKING = {
    "abandonment": "not shown by this log: who hung up (asterisk-cdr)",
    "recovered": "not shown by this log: callbacks (asterisk-cdr)",
    "time_to_acknowledge": "not shown by this log: when it was picked up (asterisk-cdr)",
}


@pytest.fixture
def blind(tmp_path: Path) -> str:
    """A log whose source shows hardly anything: a call that was picked up, one that was not, and a text message."""
    picked_up = ("0 received", "0 attempt_started ann voice", "30 attempt_ended ann answered", "30 closed")
    missed = ("0 received", "0 attempt_started ann voice", "20 attempt_ended ann no_answer", "20 closed")
    texted = ("0 received", "0 attempt_started ben sms", "60 attempt_ended ben no_response", "60 closed")
    logs = (lines(f"d{number}", log, at=AT + 600 * number) for number, log in enumerate((picked_up, missed, texted)))
    events = [json.loads(line) for log in logs for line in log.splitlines()]
    path = tmp_path / "blind.jsonl"
    source = {"source": {"system": "asterisk-cdr", "shows": SHOWS}}
    path.write_text("".join(f"{json.dumps(event | source)}\n" for event in events), encoding="utf-8")
    return str(path)


def test_what_a_source_cannot_show_is_a_dash_with_the_reason(
    run: Run, harbor: Path, blind: str, tmp_path: Path
) -> None:
    (kind,) = json.loads(run("stats", blind, "--format", "json", workspace=harbor).out)["kinds"]
    total = kind["total"]
    assert {name: total["reasons"].get(name) for name in LACKING} == LACKING
    assert total["abandonment"]["share"] is total["recovered"]["share"] is None
    assert {each["at"] for each in total["time_to_acknowledge"]["percentiles"]} == {None}
    page = tmp_path / "page.html"
    texts = [
        run("stats", blind, "--html", str(page), workspace=harbor).out,
        run("stats", blind, "--format", "markdown", workspace=harbor).out,
        page.read_text(encoding="utf-8"),
    ]
    for text in texts:
        for lacking in LACKING.values():
            assert f"— {lacking}" in text
    assert re.search(r"^  abandoned +— ", texts[0], re.MULTILINE)
    assert re.search(r"^  median time to take +— ", texts[0], re.MULTILINE)


def test_nobody_is_charged_for_a_message_whose_acknowledgement_cannot_be_seen(
    run: Run, harbor: Path, blind: str
) -> None:
    people = json.loads(run("stats", blind, "--format", "json", workspace=harbor).out)["people"]
    rates = {each["person"]: (each["answer_rate"]["of"], each["reasons"]) for each in people}
    assert rates == {
        "ann": (2, {}),
        "ben": (0, {"answer_rate": "not shown by this log: who took it (asterisk-cdr)"}),
    }


def test_what_a_log_shows_has_no_reason(run: Run, harbor: Path, log: str) -> None:
    text = run("stats", log, "--all", workspace=harbor).out
    assert "not shown by this log" not in text


def test_json_is_what_the_page_about_it_says(run: Run, harbor: Path, log: str) -> None:
    document = json.loads(run("stats", log, "--format", "json", workspace=harbor).out)
    assert (document["schema"], document["rules"], document["timezone"]) == ("oncall.stats/1", 1, "America/New_York")
    docs = Path(__file__).resolve().parents[2] / "docs"
    page = (docs / "json.md").read_text(encoding="utf-8").partition("`oncall.stats/1`")[2]
    assert not {name for name in names_in(document) if f"`{name}`" not in page and f"`{name}[]`" not in page}


RESULTS = {"reached", "answered", "recovered", "abandoned", "missed", "undetermined"}


def names_in(document: object) -> set[str]:
    if isinstance(document, list):
        return {name for one in document for name in names_in(one)}
    if isinstance(document, dict):
        return {name for name in document if name not in RESULTS}.union(*(names_in(one) for one in document.values()))
    return set()


def test_every_number_is_defined(run: Run, harbor: Path, log: str) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "metrics.md").read_text(encoding="utf-8")
    rows = csv.DictReader(io.StringIO(run("stats", log, "--format", "csv", workspace=harbor).out))
    measures = {re.sub(r"_\d+$", "", one["measure"]) for one in rows}
    assert not {one for one in measures if f"`{one}`" not in page and f"`{one}_N`" not in page}


# What is asked for.


def total(ran: Ran) -> int:
    return int(json.loads(ran.out)["dispatches"])


@pytest.mark.parametrize(
    ("words", "number"),
    [
        (("--account", "duo"), 3),
        (("--account", "duo", "--account", "solo"), 4),
        (("--from", "2026-11-06T00:00"), 2),
        (("--until", "2026-11-06T00:00"), 2),
        (("--result", "abandoned"), 1),
        (("--line", "+12025550199"), 0),
        (("--jobs", "2"), 4),
    ],
)
def test_filters_are_those_of_replay(run: Run, harbor: Path, log: str, words: tuple[str, ...], number: int) -> None:
    assert total(run("stats", log, *words, "--format", "json", workspace=harbor)) == number


def test_the_service_level_is_of_the_limit_asked_for(run: Run, harbor: Path, log: str) -> None:
    (kind,) = json.loads(run("stats", log, "--within", "10s", "--format", "json", workspace=harbor).out)["kinds"]
    assert (kind["within"], kind["total"]["service_level"]["number"]) == (10, 0)
    ran = run("stats", log, "--within", "10s", workspace=harbor)
    assert "taken within 10s, of all; hang-ups count against it" in " ".join(ran.out.split())


def test_hours_are_of_the_zone_asked_for(run: Run, harbor: Path, log: str) -> None:
    document = json.loads(run("stats", log, "--timezone", "UTC", "--format", "json", workspace=harbor).out)
    assert [one["hour"] for one in document["kinds"][0]["hours"]] == [4, 5]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--within", "30"), "--within: 30 of what? write 30s, 30m, 30h or 30d"),
        (("--within-messages", "soon"), "--within-messages: not a duration: 'soon'"),
        (("--account", "dou"), "there is no account 'dou', here or in the log (did you mean 'duo'?)"),
        (("--result", "misssed"), "there is no result 'misssed' (did you mean 'missed'?)"),
        (
            ("--only", "hour"),
            "--only hour: there is no such table (did you mean 'hours'?); there are overview, taken, depth",
        ),
        (("--only", "hours", "--format", "json"), "--only chooses among tables: leave it out with --format json"),
        (("--timezone", "Mars"), "'Mars' is not an IANA time zone"),
        (("--html", "no/where.html"), "--html no/where.html cannot be written: No such file or directory"),
        (("--html", "log.jsonl"), "--html log.jsonl: that file is asked for twice, or is the log itself"),
        (("--html", "a", "--diverged", "./a"), "that file is asked for twice, or is the log itself"),
    ],
)
def test_what_cannot_be_asked_is_said(run: Run, harbor: Path, log: str, words: tuple[str, ...], said: str) -> None:
    before = Path(log).read_bytes()
    ran = run("stats", log, *words, workspace=harbor)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err
    assert Path(log).read_bytes() == before
    assert set(os.listdir()) <= {"harbor", "log.jsonl", "cache"}


def test_a_log_that_is_not_there_leaves_no_page(run: Run, harbor: Path) -> None:
    ran = run("stats", "gone.jsonl", "--html", "page.html", workspace=harbor)
    assert (ran.status, ran.out) == (2, "")
    assert "gone.jsonl cannot be read" in ran.err
    assert not Path("page.html").exists()


@pytest.mark.parametrize("how", ["plain", "rich", "markdown", "json", "csv"])
def test_an_empty_log_is_no_error(run: Run, harbor: Path, tmp_path: Path, how: str) -> None:
    (tmp_path / "empty.jsonl").write_bytes(b"")
    ran = run("stats", "empty.jsonl", "--format", how, "--html", "page.html", workspace=harbor)
    assert (ran.status, ran.err) == (0, "")
    assert "No dispatch that was asked for is in" in Path("page.html").read_text(encoding="utf-8")


def test_a_log_of_one_says_how_little_that_is(run: Run, harbor: Path, tmp_path: Path) -> None:
    (tmp_path / "one.jsonl").write_bytes(lines("d1", TAKEN))
    ran = run("stats", "one.jsonl", workspace=harbor)
    assert re.search(r"^  answered +100% 1/1 \[21–100\]", ran.out, re.MULTILINE)
    assert re.search(r"^  median time to take +12s \[12s–\?\]", ran.out, re.MULTILINE)
    assert re.search(r"^  resolved +—", ran.out, re.MULTILINE)


def test_what_is_wrong_in_the_log_is_told_by_line(run: Run, harbor: Path, log: str) -> None:
    with open(log, "ab") as file:
        file.write(b"nonsense\n")
    ran = run("stats", log, workspace=harbor)
    assert ran.status == 0
    assert "log.jsonl:14: not a JSON object" in ran.err


# Files.


def test_what_left_the_policy_is_written_down_whole(run: Run, harbor: Path, log: str) -> None:
    assert run("stats", log, "--diverged", "diverged.csv", workspace=harbor).status == 0
    assert Path("diverged.csv").read_text(encoding="utf-8").splitlines() == [
        "operator,dispatch,account,at,first divergence,log line",
        "op-2,d3,duo,2026-11-06T00:58:00-05:00,late,8",
    ]


def test_a_page_replaces_what_was_there(run: Run, harbor: Path, log: str) -> None:
    Path("page.html").write_text("old", encoding="utf-8")
    assert run("stats", log, "--html", "page.html", workspace=harbor).status == 0
    page = Path("page.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "On-call numbers, Harbor" in page


class Balanced(HTMLParser):
    """Tags that are opened and closed in order, and what stands in attributes and texts."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.texts: list[str] = []
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


HOSTILE = "<script>alert(1)</script>\"'&[bold]\u202eevil\u2066\x1b[31m\N{GRINNING FACE}אבג|`*"


def hostile() -> Metrics:
    """Numbers of people and accounts with the worst of names, on calls and messages."""
    metrics = Metrics(Measure("America/New_York"))
    for number in range(40):
        at = float(AT + number * 1800)
        people = (Tried(HOSTILE, HOSTILE * 3, HOSTILE, 2, was_asked=True, took=number % 3 > 0, woken=(at,)),)
        metrics.add(
            replace(
                facts_of(number, people),
                dispatch=HOSTILE,
                account=HOSTILE if number % 2 else None,
                account_name=HOSTILE,
                operator=HOSTILE if number % 4 else None,
                supervised=(Supervised(HOSTILE, HOSTILE, number),),
            )
        )
    return metrics


def test_the_page_shows_the_worst_of_names_and_does_nothing_of_what_they_say() -> None:
    assert ZONE
    page = stats_page(hostile(), ZONE, HOSTILE, HOSTILE)
    assert not set("\x1b\u202e\u2066") & set(page)
    read = Balanced()
    read.feed(page)
    assert read.open == []
    assert not {"script", "link", "img", "iframe", "object", "a", "form"} & read.tags
    assert not [name for name, _ in read.attributes if name.startswith("on") or name in ("href", "src", "style")]
    assert len(read.ids) == len(set(read.ids)) > 0
    shown = "<script>alert(1)</script>\"'&[bold]\\u202eevil\\u2066\\x1b[31m\N{GRINNING FACE}אבג|`*"
    assert read.texts.count(shown) > 10
    assert "url(" not in page
    assert "@import" not in page


def test_every_plot_is_told_in_words_and_has_its_table() -> None:
    assert ZONE
    page = stats_page(hostile(), ZONE, "Harbor", "log.jsonl")
    figures = re.findall(r"<figure>(.*?)</figure>", page, re.DOTALL)
    assert len(figures) >= 8
    for figure in figures:
        (drawn,) = re.findall(r"<svg.*?</svg>", figure, re.DOTALL)
        svg = ElementTree.fromstring(drawn)
        title, description = svg[0], svg[1]
        assert (title.tag, description.tag, svg.get("role")) == ("title", "desc", "img")
        assert svg.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
        assert title.text
        assert description.text
        assert "<details>" in figure
        assert "<table" in figure
        numbers = re.findall(r' (?:x|y|width|height|x1|x2|y1|y2)="([^"]*)"', drawn)
        assert all(0 <= float(one) <= 40_000 for one in numbers)


@pytest.mark.parametrize("how", ["plain", "rich", "markdown", "csv", "json"])
def test_text_from_a_log_is_shown_and_never_obeyed(
    run: Run, harbor: Path, tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "250")
    evil = "x\x1b[31m\u202e[bold]<b>"
    (tmp_path / "evil.jsonl").write_bytes(lines(evil, LATE, operator=evil) + lines("d", TAKEN, account=evil))
    ran = run("stats", "evil.jsonl", "--format", how, "--diverged", "all.csv", workspace=harbor)
    assert ran.status == 0
    written = Path("all.csv").read_text(encoding="utf-8")
    for text in (re.sub(r"\x1b\[[0-9;]*m", "", ran.out) if how == "rich" else ran.out, written):
        assert not set("\x1b\u202e") & set(text)
    assert "[bold]" in ran.out.replace("\\", "")


# Cells.


@pytest.mark.parametrize(
    ("number", "of", "text"),
    [
        (1, 3, "33% 1/3 [6–79]"),
        (0, 3, "0% 0/3 [0–56]"),
        (3, 3, "100% 3/3 [44–100]"),
        (1, 1000, "<1% 1/1,000 [0–1]"),
        (999, 1000, ">99% 999/1,000 [99–100]"),
        (1, 8, "13% 1/8 [2–47]"),
        (29, 200, "15% 29/200 [10–20]"),
        (0, 0, "—"),
    ],
)
def test_a_share_says_what_it_is_of(number: int, of: int, text: str) -> None:
    assert share_text(Share(number, of)) == text


def test_only_all_is_100_per_cent_and_only_none_is_0() -> None:
    assert [percent(share) for share in (0.0, 0.001, 0.5, 0.999, 1.0)] == ["0%", "<1%", "50%", ">99%", "100%"]


def test_a_percentile_that_was_not_seen_is_not_made_up() -> None:
    few = survival({10: 1}, {20: 99})
    assert percentile_text(few.percentile(0.5), few.number) == "not reached"
    nobody = survival({}, {})
    assert percentile_text(nobody.percentile(0.5), nobody.number) == "—"


def test_every_row_is_as_long_as_its_headings() -> None:
    assert ZONE
    tables = list(tables_of(hostile(), ZONE))
    assert len({table.key for table in tables}) == len(tables) > 10
    for table in tables:
        assert all(len(row.cells) == len(table.headings) for row in table.rows)
        assert all(row.bar is None or 0 <= row.bar <= 1 for row in table.rows)
