"""`oncall who --format json`: the keys and types that scripts rely on."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

TEXT = {"type": "string"}
MAYBE = {"type": ["string", "null"]}
INSTANT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$"}
MAYBE_INSTANT = {"anyOf": [INSTANT, {"type": "null"}]}
MAYBE_NUMBER = {"type": ["integer", "null"]}


def shape(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def several(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}


METHOD = shape(channel=TEXT, address=TEXT, wait={"type": "integer", "minimum": 0})
ENTRY = shape(
    person=MAYBE,
    label=TEXT,
    since=MAYBE_INSTANT,
    until=MAYBE_INSTANT,
    layer={"enum": ["planned", "override", "direct"]},
    priority={"type": "integer"},
    uid=MAYBE,
    source={"anyOf": [shape(file=TEXT, line={"type": "integer"}), {"type": "null"}]},
    reachable={"type": "boolean"},
    why_not={"enum": [None, "left", "away", "unidentified", "no_usable_channel"]},
    contact_methods=several(METHOD),
)
PROBLEM = shape(
    code={"type": "string", "pattern": "^OC[0-9]{3}$"},
    severity={"enum": ["error", "warning", "info"]},
    message=TEXT,
    file=TEXT,
    line=MAYBE_NUMBER,
    column=MAYBE_NUMBER,
)
TIER = shape(
    role=TEXT,
    in_policy={"type": "boolean"},
    on_call=several(ENTRY),
    next={"anyOf": [shape(at=INSTANT, on_call=several(ENTRY)), {"type": "null"}]},
)
ANSWER = {
    **shape(at=INSTANT, timezone=TEXT, tiers=several(TIER), runbook=MAYBE, problems=several(PROBLEM)),
    "oneOf": [shape(account=TEXT), shape(rotation=TEXT), shape(calendar=TEXT)],
}
WHO = shape(schema={"const": "oncall.who/1"}, answers={"type": "array", "items": ANSWER, "minItems": 1})

ASKED = [
    "--at 2026-11-03T12:00",
    "acme field empty estate --at 2026-11-23T12:00 --at 2026-11-24T12:00 --at 2026-11-04T12:00",
    "--calendar field.ics --at 2026-11-03T12:00",
    "--calendar empty.ics --at 2026-11-03T12:00",
    "--at 2026-11-21T12:00 --timezone Asia/Kathmandu",
    "--at 1970-01-01T00:00 --at 2190-01-01",
]


@pytest.mark.parametrize("asked", ASKED)
def test_the_document_has_the_shape_it_is_documented_to_have(asked: str, harbor: Any, oncall: Any) -> None:
    harbor({"broken.yaml": "peple: {}\n"})
    ran = oncall("who", "--format", "json", *asked.split())
    jsonschema.validate(json.loads(ran.out), WHO)


def told(oncall: Any, *asked: str) -> Any:
    return json.loads(oncall("who", "--format", "json", *asked).out)["answers"]


def test_there_is_one_answer_for_each_name_and_each_instant(harbor: Any, oncall: Any) -> None:
    harbor({})
    answers = told(oncall, "acme", "field", "--at", "2026-11-03T12:00", "--at", "2026-12-03T12:00")
    assert [(one.get("account") or one["rotation"], one["at"][:10]) for one in answers] == [
        ("acme", "2026-11-03"),
        ("field", "2026-11-03"),
        ("acme", "2026-12-03"),
        ("field", "2026-12-03"),
    ]


def test_an_entry_says_everything(harbor: Any, oncall: Any) -> None:
    harbor({})
    [answer] = told(oncall, "acme", "--at", "2026-11-04T12:30")
    [entry] = answer["tiers"][0]["on_call"]
    assert entry == {
        "person": "fay",
        "label": "Fay Example",
        "since": "2026-11-04T12:00:00-05:00",
        "until": "2026-11-04T18:00:00-05:00",
        "layer": "override",
        "priority": 0,
        "uid": "o1",
        "source": {"file": "field-overrides.ics", "line": 5},
        "reachable": True,
        "why_not": None,
        "reason": None,
        "away": None,
        "contact_methods": [
            {"channel": "push", "address": "fay-phone", "wait": 120},
            {"channel": "voice", "address": "+12025550106", "wait": 20},
        ],
    }
    assert answer["tiers"][0]["next"]["at"] == "2026-11-04T18:00:00-05:00"
    assert [one["person"] for one in answer["tiers"][0]["next"]["on_call"]] == ["ann"]
    assert [(tier["role"], tier["in_policy"]) for tier in answer["tiers"]] == [
        ("primary", True),
        ("backup", True),
        ("manager", False),
    ]


@pytest.mark.parametrize(
    ("at", "who", "why"),
    [
        ("2026-11-10T12:00", "bob", "no_usable_channel"),
        ("2026-11-21T12:00", "cem", "away"),
        ("2026-11-23T12:00", None, "unidentified"),
    ],
)
def test_why_somebody_cannot_be_reached(at: str, who: str | None, why: str, harbor: Any, oncall: Any) -> None:
    harbor({})
    [answer] = told(oncall, "field", "--at", at)
    [entry] = answer["tiers"][0]["on_call"]
    assert (entry["person"], entry["reachable"], entry["why_not"]) == (who, False, why)


def test_whoever_is_next_is_judged_at_that_instant(harbor: Any, oncall: Any) -> None:
    """Dee is there when it is asked and has left when she would be next."""
    event = "BEGIN:VEVENT\nUID:{0}\nSUMMARY:{1}\nDTSTART:{2}\nDTEND:{3}\nEND:VEVENT\n"
    calendar = event.format(1, "Ann Example", "20261114", "20261117") + event.format(
        2, "Dee Example", "20261117", "20261120"
    )
    harbor(
        {
            "more.yaml": "rotations: {late: {calendar: late.ics}}\naccounts:\n"
            "  farm: {name: Farm, contacts: {primary: [{person: dee}, {rotation: late}]}}\n",
            "late.ics": f"BEGIN:VCALENDAR\n{calendar}END:VCALENDAR\n",
        }
    )
    [answer] = told(oncall, "farm", "--at", "2026-11-14T12:00")
    [tier] = answer["tiers"]
    assert [(one["person"], one["why_not"]) for one in tier["on_call"]] == [("dee", None), ("ann", None)]
    assert [(one["person"], one["why_not"]) for one in tier["next"]["on_call"]] == [("dee", "left")]


def test_problems_are_in_the_answers_they_touch(harbor: Any, oncall: Any) -> None:
    harbor({"more.yaml": "rotations: {lost: {calendar: lost.ics}}\n"})
    field, lost = told(oncall, "field", "lost", "--at", "2026-11-03T12:00")
    assert field["problems"] == []
    assert lost["problems"] == [
        {
            "code": "OC005",
            "severity": "error",
            "message": "there is no file 'lost.ics'",
            "file": "more.yaml",
            "line": 1,
            "column": 30,
        }
    ]


def test_a_runbook_is_a_path_or_null(harbor: Any, oncall: Any) -> None:
    harbor({})
    assert [one["runbook"] for one in told(oncall, "acme", "clinic", "--at", "2026-11-03T12:00")] == ["acme.md", None]


def test_what_could_steer_a_terminal_is_escaped(harbor: Any, oncall: Any) -> None:
    person = 'people: {ann2: {name: "\\x9b31m\\u202e\\U000E0041 Zoë"}}\n'
    harbor({"evil.yaml": person + "accounts: {evil: {name: E, contacts: {primary: {person: ann2}}}}\n"})
    ran = oncall("who", "evil", "--format", "json", "--at", "2026-11-03T12:00")
    assert r"\u009b31m\u202e\udb40\udc41 Zoë" in ran.out
    assert json.loads(ran.out)["answers"][0]["tiers"][0]["on_call"][0]["label"] == "\x9b31m\u202e\U000e0041 Zoë"
