"""What replay says of a dispatch: a case under `cases/` is a plan, a log, and what follows from the two.

A case says what it `proves` and stands `in` one of `cases/settings.yaml`, whose keys are as in the cases of escalation;
its own replace them. `log` is written as `logs.py` reads it, of the account `log_account` where it is not the plan's.

What is expected: `result`, `cause` (nothing where there is none), `first` (`KIND [SECOND]`, by default no divergence
unless it matters nothing: `also_has`, or a log with something missing), `also` (all of them) or `also_has` (some),
`missing` (`some`, none, or the lines that are said to show it), who took it (`by`), when it `ends`, and whose the
attempts were (`people`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from oncall.plan import Plan
from oncall.replay.judge import judge
from oncall.replay.record import record_of
from oncall.replay.verdict import Divergence, Verdict
from oncall.workspace.numbers import endpoint
from tests.escalation.plans import ACCOUNT
from tests.escalation.test_cases import dry_run

from . import oracle
from .logs import Writer, numbered

FOLDER = Path(__file__).parent / "cases"
GIVEN = {"people", "rotations", "turns", "contacts", "policy", "account"}
EXPECTED = {"result", "cause", "first", "also", "also_has", "missing", "by", "ends", "people"}


def read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader)


class Loader(yaml.SafeLoader):
    """Every scalar is text, and `<<` merges."""


Loader.yaml_implicit_resolvers = {
    "<": [one for one in yaml.SafeLoader.yaml_implicit_resolvers["<"] if one[0].endswith("merge")]
}
SETTINGS = read(FOLDER / "settings.yaml")
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['proves']}")
    for path in sorted(FOLDER.glob("*.yaml"))
    if path.stem != "settings"
    for case in read(path)
]


def plan_of(case: dict[str, Any]) -> Plan:
    setting = SETTINGS[case["in"]]
    plan = dry_run({**setting, **{key: value for key, value in case.items() if key in GIVEN}}).plan
    same = {name: tuple(endpoint(one, plan.country) for one in theirs) for name, theirs in plan.endpoints.items()}
    return msgspec.structs.replace(plan, endpoints=same)


def events_of(case: dict[str, Any]) -> list[Any]:
    return Writer(case.get("log_account", ACCOUNT) or None).events(case["log"])


def verdict_of(case: dict[str, Any]) -> Verdict:
    return judge(record_of(numbered(events_of(case))), plan_of(case))


def found(verdict: Verdict, expect: dict[str, Any]) -> dict[str, Any]:
    """What a verdict says of what a case speaks of, as the case says it."""
    first = verdict.first_divergence
    said = {
        "result": verdict.result,
        "cause": verdict.cause or "-",
        "first": of_divergence(first, expect.get("first", "-")),
        "also": sorted(verdict.also),
        "also_has": [kind for kind in expect.get("also_has", []) if kind in verdict.also],
        "by": verdict.by,
        "ends": f"{verdict.ended:g}",
        "people": [one.person or "-" for one in verdict.actual],
        "missing": missing(verdict, expect.get("missing")),
    }
    return {key: said[key] for key in expect}


def of_divergence(one: Divergence | None, as_in: str) -> str:
    if one is None:
        return "-"
    return f"{one.kind} {one.at:g}" if " " in as_in else one.kind


def missing(verdict: Verdict, expect: Any) -> Any:
    lines = [str(one.log_line) for one in verdict.missing]
    if expect == "some":
        return "some" if lines else []
    return [line for line in expect if line in lines] if expect else lines


def whole(case: dict[str, Any]) -> dict[str, Any]:
    """What a case expects, and what it expects by saying nothing."""
    expect = dict(case["expect"])
    if "also" in expect:
        expect["also"] = sorted(expect["also"])
    if expect["result"] in ("reached", "answered"):
        expect.setdefault("cause", "-")
    if "cause" in expect and "missing" not in expect and "also_has" not in expect:
        expect.setdefault("first", "-")
    return expect


@pytest.mark.parametrize("case", CASES)
def test_a_dispatch_is_judged_as_its_case_says(case: dict[str, Any]) -> None:
    assert case.keys() <= GIVEN | {"proves", "in", "log", "log_account", "expect"}
    assert case["expect"].keys() <= EXPECTED
    expect = whole(case)
    assert found(verdict_of(case), expect) == expect


# What is missing, and whose phone it is that two people share, is not for the oracle to say.
@pytest.mark.parametrize("case", [one for one in CASES if not str(one.id).startswith(("missing:", "people:"))])
def test_the_oracle_says_what_the_case_says(case: dict[str, Any]) -> None:
    expect = whole(case)
    said = oracle.judge(plan_of(case), events_of(case))
    assert said.result == expect["result"]
    if "cause" in expect:
        assert (None if expect["cause"] == "-" else expect["cause"]) in said.causes
    if "first" in expect:
        kind, _, at = expect["first"].partition(" ")
        told: tuple[str | int, ...] | None = None if kind == "-" else (kind, int(at)) if at else (kind,)
        assert told in {one and one[: len(told or one)] for one in said.firsts}
    if "also" in expect:
        assert said.also <= set(expect["also"])
