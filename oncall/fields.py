"""How the scalars of a YAML file get their types.

A workspace is read with every scalar as text; what a text means is decided by the field it stands in. Each meaning is a
class here: msgspec asks `decode` for it when files are validated, and `restore` when a cached plan is read.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, TypeVar

from msgspec import Meta, field

from oncall import times

_T = TypeVar("_T")

_LONGEST_PATTERN, _DEEPEST_PATTERN, _LARGEST_PATTERN = 1000, 50, 10_000
# An escape, a set, a count, or a character.
_PATTERN_FAULTS = {  # by what the libraries say
    "missing )": "a ( has no )",
    "unbalanced parenthesis": "a ) has no (",
    "unterminated character set": "a [ has no ]",
    "missing ]": "a [ has no ]",
    "bad set": "a [ has no ]",
    "nothing to repeat": "nothing comes before * or + or ? or {}",
    "multiple repeat": "one * or + or ? or {} follows another",
    "bad escape": "\\ comes before a letter that means nothing there",
    "bad character range": "a range such as a-z ends before it begins",
    "min repeat greater": "{m,n} has m above n",
    "unknown group name": "a group is named that is not there",
    "redefinition of group name": "two groups have one name",
    "duplicate group": "two groups have one name",
    "bad character in group name": "the name of a group has a character that no name has",
    "missing group name": "a group has no name",
    "unknown extension": "(? begins something unknown",
    "unexpected end of pattern": "it ends too soon",
    "look-behind requires": "(?<= looks behind by a length that is not fixed",
}
_PATTERN_PARTS = r"(?s)\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{\d{0,20}(?:,\d{0,20})?\}|."

FLAGS = ("true", "false", "yes", "no", "on", "off")
DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Duration(int):
    """Whole seconds, written `45s`, `2m`, `1h30m` or `90d`."""

    @classmethod
    def parse(cls, text: str) -> Duration:
        return cls(times.parse_duration(text))


class Clock(int):
    """A time of day as minutes since midnight, written `8:00`."""

    @classmethod
    def parse(cls, text: str) -> Clock:
        return cls(times.parse_clock(text))


class Flag(int):
    """True or false, as people write it."""

    @classmethod
    def parse(cls, text: str) -> Flag:
        word = text.strip().lower()
        if word not in FLAGS:
            raise ValueError(f"neither true nor false: {text!r}")
        return cls(word in ("true", "yes", "on"))


class Name(str):
    """What something may be called: names stand in attempt ids and on command lines."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Name:
        if not is_name(text):
            raise ValueError(f"not a name: {text!r}; letters, digits, '.', '_' and '-' make one")
        return cls(text)


class Zone(str):
    """An IANA time zone."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Zone:
        if times.zone(text.strip()) is None:
            from oncall.spelling import suggestion  # here: only an error needs it

            raise ValueError(f"not an IANA time zone: {text!r}{suggestion(text, times.zone_names())}")
        return cls(text.strip())


class Pattern(str):
    """A regular expression with a group `who`."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Pattern:
        if "who" not in pattern_groups(text):
            raise ValueError("the pattern has no group (?P<who>…) that says where the name stands")
        return cls(text)


class TitlePattern(str):
    """A regular expression that is looked for in titles."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> TitlePattern:
        if not text.strip():
            raise ValueError("an empty pattern is in every title")
        pattern_groups(text)
        return cls(text)


def pattern_groups(text: str) -> frozenset[str]:
    """The names of the groups of a regular expression. ValueError where it is none, or one that could take all memory
    or time there is."""
    import warnings  # here, as the next: few workspaces have a pattern

    import regex

    _check_size(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what another version of Python may read otherwise
            return frozenset(re.compile(text).groupindex) & frozenset(regex.compile(text).groupindex)
    except (re.error, regex.error) as error:
        raise ValueError(f"not a regular expression: {_pattern_fault(error)}") from None
    except (RecursionError, OverflowError, MemoryError):
        raise ValueError("the pattern is nested too deep, or repeats too much: make it simpler") from None


def _pattern_fault(error: Any) -> str:
    """What is wrong with a pattern, and where, by what Python's `re` or the `regex` library says of it."""
    told = str(error.msg)
    what = next((words for start, words in _PATTERN_FAULTS.items() if told.startswith(start)), "it cannot be read")
    return what if error.pos is None else f"{what}, at character {error.pos + 1}"


def _check_size(text: str) -> None:
    """ValueError for a pattern that is too long, too deep, or would be too long with its `{n}` written out."""
    if len(text) > _LONGEST_PATTERN:
        raise ValueError(f"the pattern is longer than {_LONGEST_PATTERN:,} characters")
    sizes, last = [0], 0  # of the groups that are open, and of what a `{n}` would be about
    for part in re.findall(_PATTERN_PARTS, text):
        if part == "(":
            sizes.append(0)
            continue
        if part == ")" and len(sizes) > 1:
            last = sizes.pop() + 1
        elif part[0] == "{" and len(part) > 1:
            last *= max(1, *(int(count or 0) for count in part[1:-1].split(",")))
        else:
            last = 1
        sizes[-1] += last
        if len(sizes) > _DEEPEST_PATTERN or sizes[-1] > _LARGEST_PATTERN:
            raise ValueError("the pattern is nested too deep, or repeats too much: make it simpler")


class Country(str):
    """A country by its two letters, as telephone numbers have one."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Country:
        from oncall import countries  # here: a plan that is kept has it checked

        code = text.strip().upper()
        if not countries.is_country(code):
            meant = countries.meant_by(text)
            use = f"use {meant}" if meant else "write the two letters of ISO 3166, such as US or GB"
            raise ValueError(f"{text!r} is not a country code; {use}")
        return cls(code)


class Instant(str):
    """A date and time, as written; without an offset the nearest zone gives it one."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Instant:
        times.parse_instant(text)
        return cls(text.strip())

    @property
    def local(self) -> datetime:
        """The date and time, naive where it has no offset."""
        return times.parse_instant(self)


def _any_case(*words: str) -> str:
    return "|".join("".join(f"[{one.upper()}{one}]" for one in word) for word in words)


_DATE = r"\d{4}-?(\d\d-?\d\d|W\d\d-?\d)"
_TIME = r"\d\d(:?\d\d(:?\d\d([.,]\d+)?)?)?(Z|[+-]\d\d(:?\d\d(:?\d\d)?)?)?"
_NOT_IN_NAMES = r"\x00-,/:-@\[-\^`{-\x7f"  # of ASCII; any letter that is not may stand in one

# What an editor's parser makes of a scalar that is a text to us. Patterns, as ECMA 262 has them, apply to texts alone.
SCHEMAS: dict[type, dict[str, Any]] = {
    Duration: {
        "type": "string",
        "pattern": r"^\s*(?=\d)(\d{1,9}d)?(\d{1,9}h)?(\d{1,9}m)?(\d{1,9}s)?\s*$",
        "examples": ["45s", "1h30m"],
    },
    Clock: {"type": "string", "pattern": r"^\s*(([01]?\d|2[0-3]):[0-5]\d|24:00)\s*$", "examples": ["17:00"]},
    Flag: {"type": ["boolean", "string"], "pattern": rf"^\s*({_any_case(*FLAGS)})\s*$"},
    Name: {"type": ["string", "number", "boolean"], "pattern": rf"^[^{_NOT_IN_NAMES}.-][^{_NOT_IN_NAMES}]{{0,99}}$"},
    Zone: {
        "type": "string",
        "pattern": r"^\s*[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*\s*$",
        "examples": ["America/New_York"],
    },
    Pattern: {"type": "string", "pattern": r"\(\?P<who>", "examples": ["^(?P<who>[^-]+) -"]},
    TitlePattern: {"type": "string", "pattern": ".", "examples": ["(?i)holiday"]},
    Country: {"type": ["string", "boolean"], "pattern": r"^\s*[A-Za-z]{2}\s*$", "examples": ["US", "GB"]},
    Instant: {"type": "string", "pattern": rf"^\s*{_DATE}[T ]{_TIME}\s*$", "examples": ["2026-11-20T18:00"]},
}


_DAY = f"({_any_case(*DAY_NAMES)})"
DAYS_SCHEMA = {"type": "string", "pattern": rf"^\s*({_any_case('daily')}|{_DAY}(\s*-\s*{_DAY})?)\s*$"}


def decode(kind: type, value: object) -> object:
    """A value of one of these classes from the text of a file."""
    if kind not in SCHEMAS:
        raise NotImplementedError(kind)
    if isinstance(value, str):
        return kind.parse(value)  # type: ignore[attr-defined]
    raise ValueError("a single value belongs here, not a list or a mapping")


def restore(kind: type, value: object) -> object:
    """A value of one of these classes from what `encode` gave: its text was understood when the file was read."""
    if kind not in SCHEMAS or not isinstance(value, int if issubclass(kind, int) else str):
        raise ValueError(f"not what was kept of a {kind.__name__}")
    return kind(value)


def encode(value: object) -> object:
    """What JSON can hold of a value of one of these classes."""
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str):
        return str(value)
    raise NotImplementedError(type(value))


def parse_days(text: str) -> tuple[int, ...]:
    """`daily`, `sat-sun` or `mon` as weekdays, Monday 0."""
    written = text.strip().lower()
    if written == "daily":
        return tuple(range(7))
    first, dash, last = (part.strip() for part in written.partition("-"))
    if first not in DAY_NAMES or (dash and last not in DAY_NAMES):
        raise ValueError(f"days: not days: {text!r}; write daily, mon, mon-fri or [tue, thu]")
    start, end = DAY_NAMES.index(first), DAY_NAMES.index(last or first)
    return tuple((start + step) % 7 for step in range((end - start) % 7 + 1))


def key(meaning: str) -> Meta:
    """What a key of the files means: it is said here alone, and shown by editors and in docs/files.md."""
    return Meta(description=meaning)


def constant(value: _T) -> _T:
    """A default that is one of these classes: msgspec describes fields to editors and cannot describe those."""
    return field(default_factory=lambda: value)


def is_name(text: str) -> bool:
    """Whether something may be called this."""
    return re.fullmatch(r"\w[\w.-]{0,99}", text) is not None
