"""How the scalars of a YAML file get their types.

A workspace is read with every scalar as text; what a text means is decided by the field it stands in. Each meaning is a
`Text` that says how to read it and what an editor may expect. pydantic asks for the schemas when files are loaded; it
is not imported before that.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from oncall import times

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

_T = TypeVar("_T")

DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Text:
    """A scalar with a meaning: `parse` reads it or raises ValueError, `schema` describes it to editors."""

    def __init__(self, parse: Callable[[str], object], schema: dict[str, Any]) -> None:
        self.parse = parse
        self.schema = schema

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        def read(value: object) -> object:
            if not isinstance(value, str):
                raise ValueError("a single value belongs here, not a list or a mapping")
            return self.parse(value)

        return core_schema.no_info_plain_validator_function(read)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return dict(self.schema)


class OneOrMany:
    """A list that may be written as its only member."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        def listed(value: object) -> object:
            return value if isinstance(value, list) else [value]

        return core_schema.no_info_before_validator_function(listed, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        many = handler(schema)
        return {"anyOf": [many["items"], many]}


def _zone(text: str) -> str:
    if times.zone(text.strip()) is None:
        raise ValueError(f"not an IANA time zone: {text!r}{suggestion(text, times.zone_names())}")
    return text.strip()


def _days(text: str) -> tuple[int, ...]:
    written = text.strip().lower()
    if written == "daily":
        return tuple(range(7))
    first, dash, last = (part.strip() for part in written.partition("-"))
    if first not in DAY_NAMES or (dash and last not in DAY_NAMES):
        raise ValueError(f"not days: {text!r}; write daily, mon, mon-fri or [tue, thu]")
    start, end = DAY_NAMES.index(first), DAY_NAMES.index(last or first)
    return tuple((start + step) % 7 for step in range((end - start) % 7 + 1))


def _pattern(text: str) -> str:
    try:
        compiled = re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"not a regular expression: {error}") from None
    if "who" not in compiled.groupindex:
        raise ValueError("the pattern has no group (?P<who>…) that says where the name stands")
    return text


def _choice(text: str, known: tuple[str, ...]) -> str:
    if text.strip() not in known:
        raise ValueError(f"not one of {', '.join(known)}: {text!r}{suggestion(text, known)}")
    return text.strip()


def choice(*known: str) -> Text:
    """One of a few words."""
    return Text(lambda text: _choice(text, known), {"type": "string", "enum": list(known)})


def _name(text: str) -> str:
    if not is_name(text):
        raise ValueError(f"not a name: {text!r}; letters, digits, '.', '_' and '-' make one")
    return text


def is_name(text: str) -> bool:
    """Whether something may be called this: ids stand in attempt ids and on command lines."""
    return re.fullmatch(r"\w[\w.-]{0,99}", text) is not None


def _whole(text: str, least: int) -> int:
    if not re.fullmatch(r"\d{1,9}", text.strip(), re.ASCII) or int(text) < least:
        raise ValueError(f"not a whole number of {least} or more: {text!r}")
    return int(text)


def _flag(text: str) -> bool:
    word = text.strip().lower()
    if word not in ("true", "false", "yes", "no", "on", "off"):
        raise ValueError(f"neither true nor false: {text!r}")
    return word in ("true", "yes", "on")


def suggestion(text: str, known: tuple[str, ...] | list[str]) -> str:
    """` (did you mean …?)` with the nearest known word, or nothing. Slow enough to be for errors only."""
    from rapidfuzz import process, utils

    best = process.extractOne(text[:200], known, score_cutoff=68, processor=utils.default_process)
    return f" (did you mean {best[0]!r}?)" if best else ""


_WRITTEN = {"type": ["string", "number", "boolean"]}

WORDS = Text(str, _WRITTEN)
NAME = Text(_name, {"type": ["string", "integer"], "pattern": r"^\w[\w.-]*$"})
PATH = Text(lambda text: text.strip(), {"type": "string"})
WHOLE = Text(lambda text: _whole(text, 0), {"type": "integer", "minimum": 0})
POSITIVE = Text(lambda text: _whole(text, 1), {"type": "integer", "minimum": 1})
FLAG = Text(_flag, {"type": "boolean"})
DURATION = Text(times.parse_duration, {"type": "string", "pattern": r"^(\d+d)?(\d+h)?(\d+m)?(\d+s)?$"})
INSTANT = Text(times.parse_instant, {"type": "string", "format": "date-time", "examples": ["2026-11-20T18:00"]})
DATE = Text(times.parse_date, {"type": "string", "format": "date"})
TIME = Text(times.parse_time, {"type": "string", "pattern": r"^\d{1,2}:\d{2}$", "examples": ["17:00"]})
ZONE = Text(_zone, {"type": "string", "examples": ["America/New_York"]})
PATTERN = Text(_pattern, {"type": "string", "format": "regex"})
DAYS = Text(_days, {"type": "string", "examples": ["daily", "sat-sun", "mon"]})
ONE_OR_MANY = OneOrMany()
