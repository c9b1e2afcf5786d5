"""What a name or a number means that somebody typed."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from oncall.errors import NotFoundError
from oncall.lookup import AmbiguousNameError, also_people, find, find_person
from oncall.plan import Plan
from oncall.schedule import Window
from oncall.workspace.opening import build_plan

CASES: dict[str, Any] = yaml.load(Path(__file__).with_name("lookup.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)
NAMED = ("accounts and rotations", "numbers of lines, however they are written", "people", "numbers of people")
CALENDAR = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//harbor//EN\nEND:VCALENDAR\n"


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    root = tmp_path_factory.mktemp("workspace")
    (root / "oncall.yaml").write_text(CASES["workspace"], encoding="utf-8")
    (root / "c.ics").write_text(CALENDAR)
    plan = build_plan(str(root), Window(0, 1))[0]
    assert set(plan.problems) == set()
    return plan


@pytest.mark.parametrize(("text", "meant"), [(text, meant) for group in NAMED for text, meant in CASES[group].items()])
def test_a_text_means(plan: Plan, text: str, meant: str) -> None:
    assert " ".join(find(plan, text)) == meant
    assert " ".join(find(plan, f"  {text} ")) == meant


@pytest.mark.parametrize(("text", "candidates"), CASES["several"].items())
def test_a_text_that_means_several_things_names_them(plan: Plan, text: str, candidates: str) -> None:
    with pytest.raises(AmbiguousNameError) as raised:
        find(plan, text)
    assert str(raised.value) == f"{text!r} could be any of {candidates}: write more of it"


@pytest.mark.parametrize("text", CASES["nothing"])
def test_a_text_that_means_nothing_is_said_to(plan: Plan, text: str) -> None:
    with pytest.raises(NotFoundError) as raised:
        find(plan, text)
    assert str(raised.value).startswith(f"there is no account, rotation, line or person {text!r}")


@pytest.mark.parametrize(("text", "meant"), [*CASES["people"].items(), *CASES["numbers of people"].items()])
def test_a_person_is_found_wherever_one_is_asked_for(plan: Plan, text: str, meant: str) -> None:
    assert f"person {find_person(plan.people, text, plan.endpoints)}" == meant


def test_who_is_asked_for_by_a_name_of_an_account_is_said(plan: Plan) -> None:
    assert also_people(plan, "nights", "rotation") == ["nights"]
    assert also_people(plan, "bayside", "account") == []  # an id that is meant as it is typed
    assert also_people(plan, "Bayside", "account") == ["smith"]
    assert also_people(plan, "primary", "rotation") == []
    assert also_people(plan, "dave-l", "person") == []


@given(st.text(max_size=25))
def test_any_text_means_one_thing_or_is_refused(plan: Plan, text: str) -> None:
    with suppress(NotFoundError):
        kind, name = find(plan, text)
        assert name in {"account": plan.accounts, "rotation": plan.schedules, "person": plan.people}[kind]


@given(st.sampled_from(["+12025550180", "+442079460180", "+12025550150"]), st.data())
def test_a_number_means_the_same_however_it_is_spaced(plan: Plan, number: str, data: Any) -> None:
    marks = st.sampled_from(["", " ", "-", ".", "/", "\u2011", "\u00a0", " - "])
    written = number[:2] + "".join(letter + data.draw(marks) for letter in number[2:])
    assert find(plan, written) == find(plan, number)
