"""A fault of ours takes down the definition, rule or scenario it is about, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from oncall.answers import account_answer
from oncall.errors import Problem
from oncall.lint import run as lint_run
from oncall.lint.context import Context
from oncall.lint.opening import context_of
from oncall.schedule import window_around
from oncall.workspace import documents, numbers, scenarios, yaml
from oncall.workspace.compile import compile_plan
from oncall.workspace.load import Workspace, load

AT = 1_795_186_800
FILE = """\
people:
  ann: {name: Ann, contact_methods: [{channel: voice, address: "+12025550101"}]}
  bob: {name: Bob, contact_methods: [{channel: voice, address: "+12025550102"}]}
policies:
  p: {tiers: [{notify: primary}]}
accounts:
  a: {name: A, policy: p, lines: ["+12025550180"], contacts: {primary: {person: ann}}}
  b: {name: B, policy: p, lines: ["+12025550181"], contacts: {primary: {person: bob}}}
scenarios:
  s: {account: a, at: "2026-11-05T09:00", expect: {disposition: exhausted}}
  t: {account: b, at: "2026-11-05T09:00", expect: {disposition: exhausted}}
"""
SAID = "internal error (ZeroDivisionError: boom); please report it, with the file"


def failing(kept: Callable[..., Any], is_it: Callable[..., bool]) -> Callable[..., Any]:
    def work(*given: Any, **more: Any) -> Any:
        if is_it(*given):
            raise ZeroDivisionError("boom")
        return kept(*given, **more)

    return work


@pytest.fixture
def workspace(make: Any) -> Callable[[], Workspace]:
    return lambda: load(make({"a.yaml": FILE, "b.yaml": "hours: {h: {open: [{days: daily}]}}\n"}))


def problems(workspace: Workspace) -> list[str]:
    return [f"{one.file}:{one.line}: {one.code} {one.message}" for one in workspace.problems]


def test_a_file_that_we_fail_on_leaves_the_others(workspace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "read_yaml", failing(yaml.read_yaml, lambda data, file: file == "b.yaml"))
    found = workspace()
    assert problems(found) == [f"b.yaml:None: OC001 {SAID}"]
    assert set(found.accounts) == {"a", "b"}


def test_a_definition_that_we_fail_on_leaves_the_others(workspace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "check", failing(documents.check, lambda *given: given[-1] == "a"))
    found = workspace()
    assert problems(found) == [f"a.yaml:7: OC001 `a` cannot be read: {SAID}"]
    assert set(found.accounts) == {"b"}


@pytest.mark.parametrize(
    ("function", "text", "line"), [("endpoint", "+12025550102", 3), ("line", "+12025550180", 7)], ids=["person", "line"]
)
def test_a_number_that_a_library_fails_on_leaves_the_others(
    function: str, text: str, line: int, workspace: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbers, function, failing(getattr(numbers, function), lambda *given: given[0] == text))
    plan = compile_plan(workspace(), window_around(AT))
    met = [one for found in plan.reported.values() for one in found]
    assert [(one.line, one.code) for one in met] == [(line, "OC001")]
    assert all(one.message.endswith(SAID) for one in met)
    for account, person in (("a", "ann"), ("b", "bob")):
        answer = account_answer(plan, account, AT)
        assert [entry.shift.person for entry in answer.tiers[0].on_call] == [person]


def test_a_scenario_that_we_fail_on_leaves_the_others(workspace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenarios, "_read", failing(scenarios._read, lambda *given: given[1] == "s"))
    found = scenarios.read_scenarios(workspace())
    assert [type(one).__name__ for one in found.values()] == ["Broken", "Scenario"]


def test_a_rule_that_fails_leaves_what_it_found_and_the_others(workspace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def check(context: Context) -> Iterator[Problem]:
        yield rule.at(("a.yaml", 1, 1), "found before")
        raise ZeroDivisionError("boom")

    context = context_of(workspace(), AT)
    whole = lint_run.findings(context)
    rule = next(one for one in lint_run.RULES if one.code == "OC204")
    broken = type(rule)(**{name: getattr(rule, name) for name in rule.__struct_fields__} | {"check": check})
    monkeypatch.setattr(lint_run, "RULES", tuple(broken if one is rule else one for one in lint_run.RULES))
    new = [f"{one.code} {one.message}" for one in lint_run.findings(context) if one not in whole]
    assert new == [
        "OC204 found before",
        "OC001 OC204 too-many-tiers could not be checked to the end: "
        "internal error (ZeroDivisionError: boom); please report it, with the workspace",
    ]
    assert set(whole) <= set(lint_run.findings(context))
