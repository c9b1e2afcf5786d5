"""What checking a workspace costs grows with its size, whatever stands in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from oncall.lint.opening import open_context
from oncall.lint.run import report
from tests.work import growth

AT = 1_795_186_800
HEAD = "version: 1\nsettings: {country: US}\n"
ACCOUNT = """\
policies: {p: {tiers: [{notify: primary, ack_window: 45s}, {notify: backup, ack_window: 45s}]}}
"""


def many(section: str, line: str) -> Callable[[int], str]:
    """A section of as many entries, `#` being the number of each."""
    return lambda size: f"{section}:\n" + "".join(f"  n{n}: {line.replace('#', str(n))}\n" for n in range(size))


def in_list(before: str, item: str, after: str) -> Callable[[int], str]:
    return lambda size: before + ", ".join(item.replace("#", str(n)) for n in range(size)) + after


BOUND = "accounts: {a: {name: A, policy: p, contacts: {primary: ["
KINDS: dict[str, Callable[[int], str]] = {
    "people": many("people", "{name: P#, contact_methods: [{channel: voice, address: a#}]}"),
    "people of one name": many("people", "{name: Same}"),
    "people of one number": many("people", "{name: P#, contact_methods: [{channel: voice, address: '+12025550111'}]}"),
    "people without a zone": many("people", "{name: P#, timezone: America/NewYork}"),
    "aliases": in_list("people: {x: {name: X, aliases: [", "a#", "]}}"),
    "absences of one person": in_list(
        "people: {x: {name: X, away: [", "{from: 2026-11-20T18:00, until: 2026-11-22T08:00}", "]}}"
    ),
    "contact methods": in_list("people: {x: {name: X, contact_methods: [", "{channel: chat, address: a#}", "]}}"),
    "accounts": many("accounts", "{name: A#, policy: p, contacts: {primary: {person: ann}, backup: {person: bob}}}"),
    "accounts of one line": many(
        "accounts", '{name: A#, policy: p, lines: ["+12025550111"], contacts: {primary: {person: ann}}}'
    ),
    "accounts without a person": many("accounts", "{name: A#, policy: p, contacts: {primary: {person: x#}}}"),
    "bindings": in_list(BOUND, "{person: x#}", "]}}}"),
    "bindings of one person": in_list(BOUND, "{person: ann}", "]}}}"),
    "roles": in_list("accounts: {a: {name: A, policy: p, contacts: {", "r#: {person: ann}", "}}}"),
    "operators": in_list("accounts: {a: {name: A, policy: p, operators: [", "ann", "]}}"),
    "policies": many("policies", "{tiers: [{notify: primary, ack_window: 45s}]}"),
    "keys that are none": in_list("people: {x: {name: X, ", "k#: 1", "}}"),
    "sections that are none": lambda size: "".join(f"k{n}: 1\n" for n in range(size)),
    "values that are none": many("people", "{name: P#, verified: no}"),
    "one key again and again": lambda size: "people:\n" + "  x: {name: X}\n" * size,
    "scenarios": many("scenarios", "{account: a, at: 2026-11-05T09:00, expect: {reached: x#}}"),
    "comments": lambda size: (
        "people:\n" + "".join(f"  n{n}: {{name: P{n}}}  # oncall: ignore[OC101]\n" for n in range(size))
    ),
    "comments within a comment": lambda size: "# " + "#oncall:ignore[" * (20 * size) + "\npeople: {}\n",
    "words of a trigger": lambda size: (
        "policies: {q: {tiers: [{notify: a, ack_window: 1m}, {notify: b, ack_window: 1m}, "
        f"{{notify: c, ack_window: 1m, trigger: {'one a ' * (20 * size)}}}]}}}}\n"
    ),
    "tiers": in_list("policies: {q: {tiers: [", "{notify: primary, ack_window: 45s}", "]}}"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_twice_as_many_definitions_take_no_more_than_twice_as_long(kind: str, tmp_path: Path) -> None:
    people = "people: {ann: {name: Ann}, bob: {name: Bob}}\n"

    def check(size: int) -> None:
        (tmp_path / "oncall.yaml").write_text(HEAD)
        (tmp_path / "a.yaml").write_text(people + ACCOUNT)
        (tmp_path / "b.yaml").write_text(KINDS[kind](size))
        report(open_context(str(tmp_path), AT))

    assert growth(check, 50 if kind == "tiers" else 700) < 3.2
