"""Pages as a browser shows them: on a telephone and a desk, dark and light, on paper; with names that mean trouble."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oncall.cli.main import main
from tests.commands.postmortems import CASES, logged, made

from .chromium import Chromium
from .conftest import AXE

EXAMPLE = Path(__file__).resolve().parents[2] / "schedules"
LOOK = (Path(__file__).parent / "look.js").read_text(encoding="utf-8")
WIDTHS = (360, 1280)
NAMES = (
    "<script>alert('1')</script>",
    '"Quoted" O\'Neil & Sons',
    "שרה כהן־לוי",
    "محمد عبد الله (الليل)",
    "👩🏽‍🚒🏳️‍🌈 Zoë Æther",
    "W" * 120,
)
MISSED = (
    *("0 received", "0 attempt_started ann voice", "20 attempt_ended ann no_answer", "20 attempt_started ann sms"),
    *("60 attempt_started ben voice", "70 caller_hung_up", "70 attempt_ended ben cancelled", "71 acknowledged ben"),
)
Make = Callable[[Path], list[str]]


def hostile(name: str) -> Make:
    """A page with a name wherever there can be one."""

    def make(folder: Path) -> list[str]:
        quoted = json.dumps(name, ensure_ascii=False)
        text = (
            CASES["workspace"]
            .replace("name: Ann Lee", f"name: {quoted}")
            .replace("name: Duo & Sons", f"name: {quoted}")
        )
        ws = made(folder / "ws", text)
        said = {"operator": name, "line": "+12025550150", "caller": name, "recording": f"https://calls.example/{name}"}
        return ["-w", str(ws), "postmortem", logged(folder / "log", MISSED, **said), "--dispatch", "d1"]

    return make


def of_cases(log: Any, account: str = "duo", *options: str, **more: Any) -> Make:
    def make(folder: Path) -> list[str]:
        ws = made(folder / "ws")
        return ["-w", str(ws), "postmortem", logged(folder / "log", log, account, **more), "--dispatch", "d1", *options]

    return make


def of_example(dispatch: str, *options: str) -> Make:
    def make(folder: Path) -> list[str]:
        ws = shutil.copytree(EXAMPLE, folder / "ws")
        log = ws / "calls" / "autumn-2026.jsonl"
        return ["-w", str(ws), "postmortem", str(log), "--dispatch", dispatch, *options]

    return make


def stats(folder: Path) -> list[str]:
    return ["-w", str(EXAMPLE), "stats", str(EXAMPLE / "calls" / "autumn-2026.jsonl")]


def many() -> list[str]:
    log = ["0 received"]
    for number in range(200):
        who = ("ann", "ben", "cat", f"+1202555{number:04}")[number % 4]
        log += [f"{number * 30} attempt_started {who} voice", f"{number * 30 + 20} attempt_ended {who} no_answer"]
    return log


PAGES: dict[str, Make] = {
    "the call at 11:58 pm": of_example("2026-11-05-2358"),
    "a candidate": of_example("2026-10-30-1620", "--candidate", str(EXAMPLE)),
    "redacted": of_example("2026-11-13-2028", "--redact"),
    "two hundred attempts": of_cases(many()),
    "three days": of_cases(
        (*MISSED[:6], "70 callback_opened ann due=970", "80 callback_escalated ben", "259200 callback_completed ben")
    ),
    "nothing at all": of_cases(("0 received", "1 closed")),
    "everything at once": of_cases(
        (
            *("0 received", "0 attempt_started ann voice", "0 acknowledged ann", "0 caller_hung_up"),
            *("0 callback_opened ann due=0", "0 callback_escalated ben", "0 callback_completed ben", "0 closed"),
        )
    ),
    "an account that is gone": of_cases(MISSED, "gone"),
    "numbers": stats,
    **{f"the name {name[:20]}": hostile(name) for name in NAMES},
}


@pytest.fixture(scope="module", params=PAGES)
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    path = folder / "page.html"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ONCALL_CACHE_DIR", str(folder / "cache"))
        assert main([*PAGES[request.param](folder), "--html", str(path)]) in (0, 1)
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_looks_as_it_should(browser: Chromium, page: Path, width: int, scheme: str) -> None:
    browser.open(page, width, scheme)
    assert browser.complaints() == []
    browser.ask("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    assert browser.ask(LOOK) == []


def test_a_page_looks_as_it_should_on_paper(browser: Chromium, page: Path) -> None:
    browser.open(page, 794, "dark", "print")  # A4; paper is white whatever the screen is
    assert browser.ask("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert browser.ask(LOOK) == []


@pytest.mark.skipif(not AXE, reason="axe-core could not be had")
@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_axe_finds_nothing(browser: Chromium, page: Path, width: int, scheme: str) -> None:
    browser.open(page, width, scheme)
    browser.ask(Path(AXE).read_text(encoding="utf-8") + "; undefined")
    script = (
        "axe.run(document, {resultTypes: ['violations']})"
        ".then((found) => found.violations.map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 200)}`))"
    )
    assert browser.ask(script) == []


@pytest.fixture
def missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The page of the example's call at 11:58 pm."""
    monkeypatch.setenv("ONCALL_CACHE_DIR", str(tmp_path / "cache"))
    path = tmp_path / "page.html"
    main([*of_example("2026-11-05-2358")(tmp_path), "--html", str(path)])
    return path


def test_the_first_divergence_can_be_seen(browser: Chromium, missed: Path) -> None:
    for width in WIDTHS:
        browser.open(missed, width, "light")
        script = "[...document.querySelectorAll('line.first')].filter((one) => one.checkVisibility()).length"
        assert browser.ask(script) == 1


def test_numbers_are_all_to_be_seen_on_a_desk(
    browser: Chromium, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONCALL_CACHE_DIR", str(tmp_path / "cache"))
    path, log = tmp_path / "page.html", EXAMPLE / "calls" / "autumn-2026.jsonl"
    main(["-w", str(EXAMPLE), "stats", str(log), "--as-of", "now", "--html", str(path)])
    browser.open(path, 1280, "light")
    cut_off = "[...document.querySelectorAll('.scroll')].filter((one) => one.scrollWidth > one.clientWidth).length"
    assert browser.ask(cut_off) == 0


def test_the_timeline_is_on_the_first_sheet_of_paper(browser: Chromium, missed: Path) -> None:
    browser.open(missed, 738, "light", "print")  # Letter, less its margins of 1 cm: 738 by 979
    bottom = "document.querySelector('figure').getBoundingClientRect().bottom"
    assert browser.ask(bottom) < 979
    after = "getComputedStyle(document.querySelector('figcaption')).breakAfter"
    assert browser.ask(after) == "auto"  # to be kept with what follows would take the timeline to the second sheet
