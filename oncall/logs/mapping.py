"""Mapping files: what the columns and the words of another system's table mean, so that `oncall import csv` reads it.

A mapping is data: which column is which field, which rows are the call that came in and which an attempt, what the
vendor's words mean, and what such a table can show at all. The ready ones are beside this module, in `mappings/`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta, Struct, field
from msgspec.structs import fields as struct_fields

from oncall import fields
from oncall.errors import OncallError, Problem, file_error, problem
from oncall.logs.event import MEANINGS, OUTCOMES_MEAN
from oncall.logs.shows import Shows
from oncall.logs.vocabulary import plain
from oncall.spelling import suggestion
from oncall.workspace import documents, yaml
from oncall.workspace.files import MOST_BYTES
from oncall.workspace.inputs import read_input

Texts = str | tuple[str, ...]
Kind = Literal[
    "call", "attempt", "transfer", "leg", "call_with_attempt", "event", "alert", "outgoing", "note", "ignored"
]
DateOrder = Literal["ymd", "dmy", "mdy"]
KINDS: Mapping[Kind, str] = {
    "call": "the call that came in, from its start to its end",
    "attempt": "one attempt to reach somebody, from its start to its end",
    "transfer": "whoever had picked up passed the call on; an attempt, where somebody picked up there",
    "leg": "one of these two: the call, where it is to a published line, or where the caller has no call at that time; "
    "`outgoing`, where somebody of ours calls",
    "call_with_attempt": "a whole call in one row: it came in, and one person picked up, or was tried",
    "event": "one thing that happened; `event` says what",
    "alert": "a whole alert in one row: created, acknowledged, resolved",
    "outgoing": "a call that somebody of ours made: a callback, where it is to the number of somebody who called",
    "note": "kept as a note",
    "ignored": "set aside: of no call that came in",
}
ANYTHING = "*"
MOST_CAPTURES = 3
_FOLDER = "mappings"
_Fault = tuple[tuple[str | int, ...], str, bool]  # where in the file, what is wrong, and whether that is at the key
_SUFFIX = ".yaml"
_CAPTURE = re.compile(r"\{(\w+)\}")


class Columns(Struct, frozen=True, forbid_unknown_fields=True):
    """Which column each field stands in: its header, or a list, of which the first that says something counts."""

    CALLED: ClassVar[str] = "the columns"

    dispatch: Annotated[Texts, Meta(description="the call or alert a row is about")] = ()
    id: Annotated[Texts, Meta(description="the row's own id, of an attempt or of the call that came in")] = ()
    link: Annotated[Texts, Meta(description="the id of the row that the call was connected to")] = ()
    time: Annotated[Texts, Meta(description="when an event happened")] = ()
    date: Annotated[Texts, Meta(description="the day of times that are times of day")] = ()
    received: Annotated[Texts, Meta(description="when the call came in, where `started` is something else")] = ()
    started: Annotated[Texts, Meta(description="when the call came in, or the attempt began")] = ()
    ringing: Annotated[Texts, Meta(description="when it began to ring there")] = ()
    answered: Annotated[Texts, Meta(description="when it was picked up")] = ()
    ended: Annotated[Texts, Meta(description="when it ended")] = ()
    duration: Annotated[Texts, Meta(description="how long it took, from its start: seconds, or 0:01:12")] = ()
    talked: Annotated[Texts, Meta(description="how long was talked, until its end")] = ()
    acknowledged: Annotated[Texts, Meta(description="when an alert was acknowledged")] = ()
    acknowledged_by: Annotated[Texts, Meta(description="who acknowledged it")] = ()
    resolved: Annotated[Texts, Meta(description="when an alert was resolved")] = ()
    resolved_by: Annotated[Texts, Meta(description="who resolved it")] = ()
    event: Annotated[Texts, Meta(description="the word for what happened")] = ()
    outcome: Annotated[Texts, Meta(description="the word for how it ended")] = ()
    account: Annotated[Texts, Meta(description="what may name the account")] = ()
    line: Annotated[Texts, Meta(description="the published number that was called")] = ()
    caller: Annotated[Texts, Meta(description="who called")] = ()
    person: Annotated[
        Texts, Meta(description="whom an attempt tried, or who did something, by a name or an email")
    ] = ()
    address: Annotated[Texts, Meta(description="the number or extension that was tried")] = ()
    missed: Annotated[Texts, Meta(description="who was rung besides and did not answer, of whom no time is known")] = ()
    channel: Annotated[Texts, Meta(description="the word for the channel")] = ()
    tier: Annotated[Texts, Meta(description="the role that was being notified")] = ()
    text: Annotated[Texts, Meta(description="anything else worth reading")] = ()
    operator: Annotated[Texts, Meta(description="who answered the line")] = ()
    recording: Annotated[Texts, Meta(description="where a recording is kept")] = ()


FIELDS: tuple[str, ...] = tuple(item.name for item in struct_fields(Columns))


class OutcomeWords(Struct, frozen=True, forbid_unknown_fields=True):
    """The source's words for how a call or an attempt ended, by what they mean."""

    CALLED: ClassVar[str] = "the words for an outcome"

    acknowledged: Annotated[Texts, Meta(description=OUTCOMES_MEAN["acknowledged"])] = ()
    answered: Annotated[Texts, Meta(description=OUTCOMES_MEAN["answered"])] = ()
    no_answer: Annotated[Texts, Meta(description=OUTCOMES_MEAN["no_answer"])] = ()
    busy: Annotated[Texts, Meta(description=OUTCOMES_MEAN["busy"])] = ()
    declined: Annotated[Texts, Meta(description=OUTCOMES_MEAN["declined"])] = ()
    unreachable: Annotated[Texts, Meta(description=OUTCOMES_MEAN["unreachable"])] = ()
    failed: Annotated[Texts, Meta(description=OUTCOMES_MEAN["failed"])] = ()
    voicemail: Annotated[Texts, Meta(description=OUTCOMES_MEAN["voicemail"])] = ()
    no_response: Annotated[Texts, Meta(description=OUTCOMES_MEAN["no_response"])] = ()
    cancelled: Annotated[Texts, Meta(description=OUTCOMES_MEAN["cancelled"])] = ()
    caller_hung_up: Annotated[
        Texts, Meta(description="the caller left; an attempt that still rang was cancelled by that")
    ] = ()
    transferred: Annotated[Texts, Meta(description="whoever had picked up passed the call on")] = ()
    over: Annotated[
        Texts, Meta(description="it is over, and the word says no more: answered where it was picked up, else not")
    ] = ()


class EventWords(Struct, frozen=True, forbid_unknown_fields=True):
    """The source's words for what happened, by what they mean; `{field}` in a word is any text, which is that field."""

    CALLED: ClassVar[str] = "the words for an event"

    received: Annotated[Texts, Meta(description=MEANINGS["received"])] = ()
    tier_started: Annotated[Texts, Meta(description=MEANINGS["tier_started"])] = ()
    attempt_started: Annotated[Texts, Meta(description=MEANINGS["attempt_started"])] = ()
    attempt_ringing: Annotated[Texts, Meta(description=MEANINGS["attempt_ringing"])] = ()
    attempt_answered: Annotated[Texts, Meta(description=MEANINGS["attempt_answered"])] = ()
    machine: Annotated[Texts, Meta(description="what picked up is a machine: the attempt ends as `voicemail`")] = ()
    attempt_ended: Annotated[
        Texts, Meta(description="an attempt is over: `answered` where it was picked up, else `no_answer`")
    ] = ()
    no_answer: Annotated[Texts, Meta(description="an attempt ended so")] = ()
    busy: Annotated[Texts, Meta(description="an attempt ended so")] = ()
    declined: Annotated[Texts, Meta(description="an attempt ended so")] = ()
    unreachable: Annotated[Texts, Meta(description="an attempt ended so")] = ()
    failed: Annotated[Texts, Meta(description="an attempt ended so")] = ()
    voicemail: Annotated[Texts, Meta(description="an attempt ended so")] = ()
    cancelled: Annotated[Texts, Meta(description="an attempt ended so")] = ()
    acknowledged: Annotated[Texts, Meta(description=MEANINGS["acknowledged"])] = ()
    transferred: Annotated[Texts, Meta(description=MEANINGS["transferred"])] = ()
    caller_hung_up: Annotated[Texts, Meta(description="the caller left")] = ()
    callback_opened: Annotated[Texts, Meta(description=MEANINGS["callback_opened"])] = ()
    callback_completed: Annotated[Texts, Meta(description=MEANINGS["callback_completed"])] = ()
    resolved: Annotated[Texts, Meta(description="the reason was dealt with")] = ()
    closed: Annotated[Texts, Meta(description="the dispatch is over, with nobody having taken it")] = ()
    note: Annotated[Texts, Meta(description="kept as a note")] = ()
    ignored: Annotated[Texts, Meta(description="set aside")] = ()


class ChannelWords(Struct, frozen=True, forbid_unknown_fields=True):
    """The source's words for a channel."""

    CALLED: ClassVar[str] = "the words for a channel"

    voice: Texts = ()
    sms: Texts = ()
    whatsapp: Texts = ()
    viber: Texts = ()
    push: Texts = ()
    chat: Texts = ()
    email: Texts = ()
    secure: Texts = ()
    pager: Texts = ()


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """What the source's words mean. Case, spaces and punctuation do not matter."""

    CALLED: ClassVar[str] = "the words"

    event: Annotated[EventWords, Meta(description="words for what happened")] = EventWords()
    outcome: Annotated[OutcomeWords, Meta(description="words for how an attempt ended")] = OutcomeWords()
    channel: Annotated[ChannelWords, Meta(description="words for a channel")] = ChannelWords()


class RowRule(Struct, frozen=True, forbid_unknown_fields=True):
    """What a row is, if its columns say so. The first rule that holds for a row counts."""

    CALLED: ClassVar[str] = "a kind of row"

    is_: Annotated[Kind, Meta(description="what such a row is")] = field(name="is")
    when: Annotated[
        dict[str, Texts],
        Meta(description="by header, the words one of which is in that column; `*` is anything, an empty text nothing"),
    ] = {}
    unless: Annotated[dict[str, Texts], Meta(description="the same, of which none may hold")] = {}
    columns: Annotated[Columns, Meta(description="columns that are other ones in such a row")] = Columns()
    constants: Annotated[dict[str, str], Meta(description="by field, what holds for every such row")] = {}
    words: Annotated[Words | None, Meta(description="what words mean in such rows, where that is something else")] = (
        None
    )
    shows: Annotated[Shows | None, Meta(description="what such rows show, where that is not what the others do")] = None


class TableMapping(Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping file."""

    CALLED: ClassVar[str] = "a mapping"

    name: Annotated[str, Meta(description="what the table is, for people")]
    columns: Annotated[Columns, Meta(description="which column each field stands in")]
    rows: Annotated[tuple[RowRule, ...], Meta(description="what the rows are")]
    export: Annotated[str, Meta(description="how to get such a table")] = ""
    recognized_by: Annotated[tuple[str, ...], Meta(description="headers that only such a table has")] = ()
    header: Annotated[tuple[str, ...], Meta(description="the columns of a file that comes without a header")] = ()
    joined_by: Annotated[
        Literal["dispatch", "caller"],
        Meta(
            description="what the rows of one call have in common: the column `dispatch`, or the caller, while the "
            "call lasts"
        ),
    ] = "dispatch"
    first_row_is_call: Annotated[bool, Meta(description="whether a call came in when its first attempt began")] = False
    constants: Annotated[dict[str, str], Meta(description="by field, what holds for every row")] = {}
    words: Annotated[Words, Meta(description="what the source's words mean")] = Words()
    written: Annotated[
        dict[str, Texts],
        Meta(description="by field, how its cells are written around what counts: `Ext.{address}`"),
    ] = {}
    timezone: Annotated[fields.Zone | None, Meta(description="the zone of times without one")] = None
    date_order: Annotated[DateOrder | None, Meta(description="the order of day, month and year")] = None
    shows: Annotated[Shows, Meta(description="what such a table can show at all")] = Shows()


def ready() -> tuple[str, ...]:
    """The names of the ready mappings."""
    names = (path.name for path in resources.files(__package__).joinpath(_FOLDER).iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)))


@cache
def ready_mapping(name: str) -> TableMapping:
    """A ready mapping."""
    data = resources.files(__package__).joinpath(_FOLDER, name + _SUFFIX).read_bytes()
    return parse_mapping(data, f"{_FOLDER}/{name}{_SUFFIX}")


def recognized(first_line: Sequence[str]) -> str | None:
    """The ready mapping of a table with this first line: by the headers that only such a table has, or, of one that
    comes without a header, by its width and the word for an outcome in it."""
    headings = {plain(cell) for cell in first_line}
    for name in ready():
        mapping = ready_mapping(name)
        if mapping.recognized_by and headings >= {plain(header) for header in mapping.recognized_by}:
            return name
        places = [mapping.header.index(header) for header in texts(mapping.columns.outcome) if header in mapping.header]
        has_width = bool(places) and len(first_line) == len(mapping.header)
        if has_width and plain(first_line[places[0]]) in word_table(mapping.words.outcome):
            return name
    return None


def find_mapping(text: str) -> tuple[str, TableMapping]:
    """The mapping that is called so, or that a file holds, with a short name for it. OncallError where there is none or
    something is wrong with it."""
    if text in ready():
        return text, ready_mapping(text)
    if not re.search(r"[/\\.]", text):
        raise OncallError(
            f"--map {text}: there is no ready mapping of that name{suggestion(text, ready())}: "
            f"one of {', '.join(ready())}, or a file"
        )
    try:
        data = read_input(text, MOST_BYTES)
    except (OSError, ValueError) as error:
        raise OncallError(f"--map {text}: {file_error(error)}") from None
    name = re.split(r"[/\\]", text)[-1].rpartition(".")[0]
    return name or "csv", parse_mapping(data, text)


def parse_mapping(data: bytes, file: str) -> TableMapping:
    """A mapping from its YAML. OncallError with the place of everything that is wrong."""
    document = yaml.read_yaml(data, file)
    problems = list(document.problems)
    mapping: Any = None
    if isinstance(document.root, yaml.Mapping):
        checked = documents.check(TableMapping, document.root, file, (1, 1))
        problems += checked.problems
        mapping = checked.value
    elif not problems:
        raise OncallError(
            f"{file}: a mapping has keys such as `name`, `columns` and `rows`; docs/importing.md shows one"
        )
    if not problems and mapping is not None:
        problems = list(_faults(mapping, document.root, file))
    if problems or mapping is None:
        raise OncallError("\n".join(f"{one.file}:{one.line}:{one.column}: {one.message}" for one in problems))
    found: TableMapping = mapping
    return found


def _faults(mapping: TableMapping, root: Any, file: str) -> Iterator[Problem]:
    """What is wrong with a mapping whose shape is right."""
    for path, message, at_key in (*_unknown_fields(mapping), *_ambiguous_words(mapping), *_incomplete(mapping)):
        place = yaml.key_place(root, path) if at_key else yaml.place_of(root, path)
        yield problem("OC003", message, file, *place)


def _unknown_fields(mapping: TableMapping) -> Iterator[_Fault]:
    for path, names in _named_fields(mapping):
        for name in names:
            if name not in FIELDS:
                yield (*path, name), _not_a_field(f"`{name}`", name), True
    for path, template in _templates(mapping):
        captures = _CAPTURE.findall(template)
        for name in captures:
            if name not in FIELDS:
                yield path, _not_a_field(f"{{{name}}}", name), False
        if len(captures) > MOST_CAPTURES:
            yield path, f"more than {MOST_CAPTURES} fields in {template!r}", False


def _not_a_field(shown: str, name: str) -> str:
    return f"{shown} is not a field{suggestion(name, FIELDS)}; there are {', '.join(FIELDS)}"


def _ambiguous_words(mapping: TableMapping) -> Iterator[_Fault]:
    for path, words in _word_tables(mapping):
        seen: dict[str, str] = {}
        for item in struct_fields(words):
            for word in texts(getattr(words, item.name)):
                other = seen.setdefault(word if _CAPTURE.search(word) else plain(word), item.name)
                if other != item.name:
                    yield (*path, item.name), f"{word!r} means both {other} and {item.name}", True


def _incomplete(mapping: TableMapping) -> Iterator[_Fault]:
    if not mapping.rows:
        yield ("rows",), "rows: say at least of one kind of row what it is", False
    if mapping.joined_by == "dispatch" and not mapping.columns.dispatch:
        message = "columns: `dispatch` is missing: which column says which rows belong together? (or joined_by: caller)"
        yield ("columns",), message, False


def _named_fields(mapping: TableMapping) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, Any]]]:
    yield ("constants",), mapping.constants
    yield ("written",), mapping.written
    for index, rule in enumerate(mapping.rows):
        yield ("rows", index, "constants"), rule.constants


def _templates(mapping: TableMapping) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for name, written in mapping.written.items():
        for template in texts(written):
            yield ("written", name), template
    for item in struct_fields(EventWords):
        for template in texts(getattr(mapping.words.event, item.name)):
            yield ("words", "event", item.name), template


def _word_tables(mapping: TableMapping) -> Iterator[tuple[tuple[str | int, ...], Struct]]:
    tables: list[tuple[tuple[str | int, ...], Words]] = [((), mapping.words)]
    tables += [(("rows", index), rule.words) for index, rule in enumerate(mapping.rows) if rule.words is not None]
    for path, words in tables:
        yield (*path, "words", "event"), words.event
        yield (*path, "words", "outcome"), words.outcome
        yield (*path, "words", "channel"), words.channel


def texts(value: Texts) -> tuple[str, ...]:
    """One text or several, as several."""
    return (value,) if isinstance(value, str) else value


def word_table(words: Struct) -> dict[str, str]:
    """What each word of a table means, by its letters alone."""
    table: dict[str, str] = {}
    for item in struct_fields(words):
        for word in texts(getattr(words, item.name)):
            if not _CAPTURE.search(word):
                table[plain(word)] = item.name
    return table


def word_templates(words: Struct) -> list[tuple[re.Pattern[str], str]]:
    """The words of a table that hold fields, as patterns, with what they mean."""
    return [
        (template_pattern(word), item.name)
        for item in struct_fields(words)
        for word in texts(getattr(words, item.name))
        if _CAPTURE.search(word)
    ]


def template_pattern(template: str) -> re.Pattern[str]:
    """A text with fields in it as a pattern that a whole cell fits."""
    parts = _CAPTURE.split(template)
    seen: set[str] = set()
    pattern = ""
    for index, part in enumerate(parts):
        if index % 2 == 0:
            pattern += re.escape(part)
        else:
            pattern += ".+?" if part in seen else f"(?P<{part}>.+?)"
            seen.add(part)
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a mapping file, for editors."""
    return documents.schema_of(TableMapping, "oncall mapping file, format 1")
