"""What the documentation shows is what happens."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from docs.generate import pages
from docs.pictures import pictures
from oncall.cli.main import COMMANDS, app, main
from oncall.lint.rules import RULES
from tests.walkthrough import Shell, commands, steps

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = (ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "schedules/README.md", *sorted((ROOT / "docs").glob("*.md")))
WALKED = ("ten-minutes.md", "moving-in.md", "asking.md")


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, and nothing of the machine's."""
    monkeypatch.setenv("ONCALL_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("ONCALL_WORKSPACE", raising=False)
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    return tmp_path / "empty"


IN_README = [typed for step in steps(README) for typed in commands(step.body)]


@pytest.mark.parametrize(("command", "printed"), IN_README, ids=[typed.command for typed in IN_README])
def test_a_command_in_the_readme_prints_what_is_shown(
    command: str, printed: str, empty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    name, *words = shlex.split(command)
    assert name == "oncall"
    main(words)
    assert capsys.readouterr().out.rstrip("\n") == printed


def test_the_python_in_the_readme_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(code, {})
    assert capsys.readouterr().out == "Priya Raman\n"


@pytest.mark.parametrize("name", WALKED)
def test_a_guide_can_be_followed_from_an_empty_folder(
    name: str, empty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(words: list[str]) -> tuple[int, str]:
        status = main(words)
        written = capsys.readouterr()
        return status, written.out + written.err

    shell = Shell(empty, run, monkeypatch.chdir)
    done = [both for step in steps((ROOT / "docs" / name).read_text(encoding="utf-8")) for both in shell.do(step)]
    assert len(done) >= 5
    for typed, printed in done:
        assert printed == typed.printed, typed.command


def test_the_ten_minutes_end_with_a_passing_scenario_and_a_clean_lint() -> None:
    page = (ROOT / "docs/ten-minutes.md").read_text(encoding="utf-8")
    *_, last = [list(commands(step.body)) for step in steps(page) if step.language == "console"]
    assert [typed.command.split()[1] for typed in last] == ["test", "lint"]
    assert [typed.printed for typed in last] == ["1 passed, 0 failed", "no findings in 6 files"]


def test_the_generated_pages_are_what_the_code_says() -> None:
    stale = [path.name for path, text in pages().items() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "run `make docs`"


def test_every_command_has_its_place_in_the_readme() -> None:
    assert [command for command in COMMANDS if f"oncall {command}" not in README] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_and_headings(page: Path) -> None:
    for link in re.findall(r"\]\(([^):\s]+)\)", page.read_text(encoding="utf-8")):
        file, _, heading = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), link
        assert not heading or heading in _headings(target), link


def _headings(page: Path) -> set[str]:
    """The headings of a page as GitHub makes links of them."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_page_is_in_the_list_of_pages() -> None:
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", (ROOT / "docs/README.md").read_text(encoding="utf-8")))
    assert listed == {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}


def _shown_commands() -> Iterator[tuple[str, str]]:
    """Every call of `oncall` on every page, in a block or in a sentence, with its page."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        blocks = re.findall(r"^ *```(?:sh|console|yaml)[^\n]*\n(.*?)```", text, re.MULTILINE | re.DOTALL)
        calls = re.findall(r"^(?:\$ | *- |.*?[|&] )?(oncall .*)", "\n".join(blocks), re.MULTILINE)
        for call in (*calls, *re.findall(r"`(oncall [^`]+)`", text)):
            for part in re.split(r"\s&&\s|\s\|\s|\s>\s|\s#\s", call):
                if re.match(r"oncall (-w \S+ )?[a-z]", part):
                    yield page.name, part


def test_every_command_and_option_that_is_shown_exists() -> None:
    shown = sorted(set(_shown_commands()))
    assert len(shown) > 100
    for page, line in shown:
        command, *words = shlex.split(re.sub(r"^oncall (-w \S+ )?", "", line))
        assert command in COMMANDS, f"{page}: {line}"
        assert {word.partition("=")[0] for word in words if word.startswith("--")} <= _options(command), (
            f"{page}: {line}"
        )


def _options(command: str) -> set[str]:
    """What a command may be given."""
    found = get_command(app).get_command(None, command)
    return {name for one in found.params if not one.hidden for name in one.opts} | {"--help"}


def test_every_command_has_a_reference_with_every_option() -> None:
    page = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    for command in COMMANDS:
        (section,) = re.findall(rf"^## oncall {command}$(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
        assert [option for option in _options(command) if option.startswith("--") and option not in section] == []


def test_every_rule_has_a_reference_and_is_counted() -> None:
    page = (ROOT / "docs/lint.md").read_text(encoding="utf-8")
    assert re.findall(r"^### (OC\d+)$", page, re.MULTILINE) == [rule.code for rule in RULES]
    for text in (README, (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")):
        assert re.findall(r"\b(\d+) rules", text) == [str(len(RULES))]


def test_every_document_for_scripts_has_a_reference() -> None:
    """Each carries its name, so that none can be made without being found here."""
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "oncall").rglob("*.py"))
    named = set(re.findall(r'"(oncall\.[a-z]+/\d+)"', source))
    page = (ROOT / "docs/json.md").read_text(encoding="utf-8")
    assert len(named) > 5
    assert [name for name in sorted(named) if f"`{name}`" not in page] == []


def test_every_format_of_every_command_is_in_the_reference_of_commands() -> None:
    page = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    for command in COMMANDS:
        found = get_command(app).get_command(None, command)
        for choice in (one.type for one in found.params if "--format" in one.opts):
            assert f"<{'|'.join(choice.choices)}>" in page, command


def test_the_map_of_the_source_names_every_module_once_and_none_that_is_gone() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    listed: dict[str, list[str]] = {}
    for package, text in re.findall(r"^### `([\w.]+)`$(.*?)(?=^### |\Z)", page, re.MULTILINE | re.DOTALL):
        listed[package] = re.findall(r"(?:^- |, |^)`(\w+\.py)`", text, re.MULTILINE)
    there: dict[str, list[str]] = {}
    for path in sorted((ROOT / "oncall").rglob("*.py")):
        modules = there.setdefault(".".join(path.parent.relative_to(ROOT).parts), [])
        modules += [path.name] if path.name != "__init__.py" else []
    assert listed == there


@pytest.mark.parametrize("path", sorted(path for path in (ROOT / "docs").rglob("*.svg")), ids=lambda path: path.stem)
def test_a_picture_asks_nothing_of_the_network_and_is_told_to_who_cannot_see_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"https?://[^\"\s]+", text) == ["http://www.w3.org/2000/svg"]
    assert "<script" not in text
    assert "@font-face" not in text
    assert re.search(r'role="img" aria-labelledby="(\S+)[^>]*>.*<title id="\1">\S', text, re.DOTALL)


def test_the_pictures_are_what_the_commands_print() -> None:
    drawn = pictures()
    assert set(drawn) == set((ROOT / "docs/pictures").iterdir())
    stale = [path.name for path, text in drawn.items() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "run `make docs`"


def test_every_picture_is_shown_somewhere() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert [path.name for path in (ROOT / "docs/pictures").iterdir() if f"pictures/{path.name})" not in text] == []
