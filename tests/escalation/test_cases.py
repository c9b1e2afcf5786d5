"""The thirteen rules: a case under `cases/` is a policy, what is assumed of people, and the whole of what follows.

A case says what it `proves`. `people` have `methods` (`CHANNEL [WAIT [ADDRESS]]`, a list alone being the methods; an
address is the person's name where nothing else is said), `never`, `away` (`FROM UNTIL`) and `gone`. `rotations` are
stretches (`FROM UNTIL NAME…`, `?NAME` being somebody unknown), `turns` the order of their people, `contacts` people or
`rotation NAME`; `policy` and `account` are as in a workspace. `given`, `hang_up` and `callbacks` are as in a scenario.
Times count from the dispatch's start, or are instants.

What is expected is complete: `attempts` are `ROUND/TIER/PERSON/STEP STARTED ENDED OUTCOME [confirmed]`, `-` standing
for no end, `skipped` are `AT ROUND/TIER WHO REASON`, `ends` is `DISPOSITION AT [WHO]`, and `callback` what it comes to.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from oncall.fields import decode
from oncall.model import Account, Binding, Name, Person, Policy

from .oracle import narrate
from .plans import ACCOUNT, AT, DISPATCH, POLICY, Dry, feed, instant_of, make_plan, seconds, told

GIVEN = {"people", "rotations", "turns", "contacts", "policy", "account", "at", "given", "hang_up", "callbacks"}
EXPECTED = {"attempts", "skipped", "ends", "callback"}
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['proves']}")
    for path in sorted((Path(__file__).parent / "cases").glob("*.yaml"))
    for case in yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
]


def dry_run(case: dict[str, Any]) -> Dry:
    at = instant_of(case["at"]) if "at" in case else AT
    people = {name: one if isinstance(one, dict) else {"methods": one} for name, one in case["people"].items()}
    plan = make_plan(
        {name: person(name, one) for name, one in people.items()},
        convert({"tiers": [], **case.get("policy", {})}, Policy),
        msgspec.structs.replace(
            convert({"name": ACCOUNT, "policy": POLICY, **case.get("account", {})}, Account),
            contacts={Name(role): bindings(bound) for role, bound in case.get("contacts", {}).items()},
        ),
        at=at,
        away={name: [stretch(line, at)[:2] for line in one.get("away", [])] for name, one in people.items()},
        gone={name: seconds(one["gone"], at) for name, one in people.items() if "gone" in one},
        shifts={name: [stretch(line, at) for line in lines] for name, lines in case.get("rotations", {}).items()},
        turns=case.get("turns"),
    )
    callbacks = {name: seconds(delay, at) for name, delay in case.get("callbacks", {}).items()}
    return Dry(plan, case.get("given", {}), seconds(case["hang_up"], at) if "hang_up" in case else None, callbacks, at)


def convert(written: Any, kind: type) -> Any:
    return msgspec.convert(written, kind, strict=False, dec_hook=decode)


def person(name: str, written: dict[str, Any]) -> Person:
    methods = []
    for line in written["methods"]:
        channel, *more = line.split()
        method = {"channel": channel, "address": more[1] if len(more) > 1 else name}
        methods.append({**method, "wait": more[0]} if more else method)
    return convert({"name": name.title(), "contact_methods": methods, "never": written.get("never", [])}, Person)


def bindings(written: str | list[str]) -> tuple[Binding, ...]:
    bound = []
    for line in [written] if isinstance(written, str) else written:
        kind, _, name = line.rpartition(" ")
        bound.append(Binding(rotation=Name(name)) if kind == "rotation" else Binding(person=Name(name)))
    return tuple(bound)


def stretch(line: str, at: int) -> tuple[int, int, list[str]]:
    start, end, *names = line.split()
    return seconds(start, at), seconds(end, at), names


def expected(case: dict[str, Any]) -> dict[str, Any]:
    at = instant_of(case["at"]) if "at" in case else AT
    attempts = []
    for line in case.get("attempts", []):
        name, started, ended, outcome, *confirmed = line.split()
        end = None if ended == "-" else seconds(ended, at)
        attempts.append((f"{DISPATCH}/{name}", seconds(started, at), end, outcome, confirmed == ["confirmed"]))
    skipped = [(seconds(when, at), *rest) for when, *rest in map(str.split, case.get("skipped", []))]
    disposition, ended, *who = case["ends"].split()
    callback = case.get("callback")
    return {
        "attempts": attempts,
        "skipped": skipped,
        "disposition": disposition,
        "ended": seconds(ended, at),
        "reached": who[0] if who else None,
        "after": seconds(ended, at) if who else None,
        "callback": callback
        and {
            "owner": callback.get("owner"),
            "opened": seconds(callback["opened"], at),
            "due": seconds(callback["due"], at) if "due" in callback else None,
            "escalated_to": callback.get("escalated_to"),
            "completed": seconds(callback["completed"], at) if "completed" in callback else None,
        },
    }


@pytest.mark.parametrize("case", CASES)
def test_a_dispatch_goes_as_its_case_says(case: dict[str, Any]) -> None:
    assert case.keys() <= GIVEN | EXPECTED | {"proves"}
    assert told(dry_run(case).run()) == expected(case)


@pytest.mark.parametrize("case", CASES)
def test_the_oracle_says_what_the_case_says(case: dict[str, Any]) -> None:
    assert narrate(dry_run(case)) == expected(case)


@pytest.mark.parametrize("case", CASES)
def test_a_dispatch_that_is_told_its_own_events_goes_the_same_way(case: dict[str, Any]) -> None:
    dry = dry_run(case)
    trace = dry.run()
    assert told(feed(dry, trace.events()).trace()) == told(trace)


def test_every_rule_has_several_cases() -> None:
    counts: dict[str, int] = {}
    for param in CASES:
        rule = str(param.id)[:2]
        counts[rule] = counts.get(rule, 0) + 1
    assert sorted(counts) == [f"{number:02}" for number in range(1, 14)]
    assert min(counts.values()) >= 3
