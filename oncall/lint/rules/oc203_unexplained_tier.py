"""OC203 unexplained-tier."""

from __future__ import annotations

import re
from collections.abc import Iterator

from oncall import times
from oncall.errors import WARNING, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule

_EXPLAINS_ITSELF = 2  # the first and the second tier need no words
_SHOWN = 3
_MAX_LETTERS = 1000  # of a trigger that are read: it is one sentence
_ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_TENS = {"fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90}
_NUMBERS: dict[str, float] = {"half": 0.5, "a": 1, "an": 1, **{word: n for n, word in enumerate(_ONES)}, **_TENS}
_WORD = f"(?:{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_UNITS = {"d": times.DAY, "h": 3600, "m": 60, "s": 1}
_PART = (
    r"(?:(?P<digits>\d{1,9}(?:\.\d{1,9})?)[\s-]*(?P<unit>d|h|m|s|days?|hours?|hrs?|h|mins?|minutes?|secs?|seconds?)"
    rf"|(?P<words>{_WORD}(?:[\s-]+{_WORD})*)[\s-]+(?P<long>days?|hours?|minutes?|seconds?))(?![a-z])"
)
_FIRST = re.compile(rf"(?<![\w.:-]){_PART}", re.IGNORECASE)
_NEXT = re.compile(rf"(?:,|\s|\band\b)*{_PART}", re.IGNORECASE)
_AND_A_HALF = re.compile(r"\s+and\s+a\s+half\b", re.IGNORECASE)
_HALF_INSIDE = re.compile(rf"\b({_WORD}|\d{{1,9}})\s+and\s+a\s+half[\s-]+(?=(?:day|hour|minute)s?\b)", re.IGNORECASE)
_FULL_STOP = re.compile(r"(\S+)[.!?]+[\"')\]]*\s+[\"'(\[]*(\w)")


def check(context: Context) -> Iterator[Problem]:
    starts = _starts(context)
    for name, policy in context.workspace.policies.items():
        place = context.place("policies", name)
        for index, tier in list(enumerate(policy.tiers))[_EXPLAINS_ITSELF:]:
            called = f"tier {policy.tier_names[index]} of {name}"
            where = place.at("tiers", index, "trigger")
            if not (tier.trigger and re.search(r"\w", tier.trigger)):
                if tier.trigger is not None or not context.refused(place, "tiers", index, "trigger"):
                    yield RULE.at(where, f"{called} has no `trigger`: say in one sentence when it is called")
                continue
            trigger = tier.trigger[:_MAX_LETTERS]
            if _sentences(trigger) > 1:
                yield RULE.at(where, f"the trigger of {called} takes more than one sentence: say it in one")
            said, known = durations(trigger), starts.get((name, index), set())
            if said and known and known.isdisjoint(said):
                message = (
                    f"the trigger of {called} says {_any_of(said)}, and the tier starts after {_any_of(sorted(known))}"
                )
                yield RULE.at(where, f"{message}: mend the sentence, or the windows before it")


def _starts(context: Context) -> dict[tuple[str, int], set[float]]:
    """When each tier of each policy can start: nothing of tiers that never do with everybody before them tried, for
    then that somebody is missing is the fault."""
    found: dict[tuple[str, int], set[float]] = {}
    sound: set[tuple[str, int]] = set()
    for name, account in context.workspace.accounts.items():
        for chain in context.chains.of(name):
            complete = True
            for played in chain.tiers:
                tier = (str(account.policy), played.index)
                found.setdefault(tier, set()).add(played.started)
                if complete:
                    sound.add(tier)
                complete = complete and not played.passed_over
    return {tier: starts for tier, starts in found.items() if tier in sound}


def _any_of(seconds: list[float]) -> str:
    shown = [times.show_duration(one) for one in seconds[:_SHOWN]]
    return " or ".join(shown) + (f" or {len(seconds) - _SHOWN} more" if len(seconds) > _SHOWN else "")


def durations(text: str) -> list[float]:
    """Every time that a sentence names: `90 seconds`, `1m30s`, `ten minutes`, `a minute and a half`."""
    found: list[float] = []
    text = _HALF_INSIDE.sub(lambda one: f"{_NUMBERS.get(one[1].lower()) or float(one[1]):g}.5 ", text)
    first = _FIRST.search(text)
    while first is not None:
        part: re.Match[str] | None = first
        total, unit, end = 0.0, times.DAY + 1, first.end()
        while part and _unit(part) < unit:
            unit, end = _unit(part), part.end()
            total += _number(part) * unit
            half = _AND_A_HALF.match(text, end)
            if half:
                total, end = total + unit / 2, half.end()
            part = _NEXT.match(text, end)
        if not (first["words"] and total == 1):  # "a second time"
            found.append(total)
        first = _FIRST.search(text, end)
    return found


def _unit(part: re.Match[str]) -> int:
    return _UNITS[(part["unit"] or part["long"])[0].lower()]


def _number(part: re.Match[str]) -> float:
    if part["digits"]:
        return float(part["digits"])
    numbers = [_NUMBERS[word] for word in re.split(r"[\s-]+", part["words"].lower())]
    return numbers[0] if len(numbers) > 1 and numbers[0] < 1 else sum(numbers)  # "half an hour", "forty-five minutes"


def _sentences(text: str) -> int:
    """How many sentences a text has; what ends in a full stop after `Dr` or `e.g` goes on."""
    found = 1
    for last, following in _FULL_STOP.findall(text.strip()):
        abbreviated = "." in last or last[:1].isupper()
        if following.isupper() and not abbreviated:
            found += 1
    return found


RULE = Rule(
    code="OC203",
    name="unexplained-tier",
    severity=WARNING,
    finds="A third or later tier of a policy without a `trigger` of one sentence, or whose trigger names a time at "
    "which the tier cannot start when nobody responds, whoever is on call.",
    why="Whoever is called third wants to know why it is them. A sentence that names another time than the chain "
    "keeps is worse than none: people plan by it.",
    mend="Say in one sentence when the tier is called, as in `trigger: nobody has answered within 90 seconds`, with "
    "the time that `oncall explain` shows.",
    check=check,
)
