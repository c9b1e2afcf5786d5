"""Tables of other systems, read by a mapping: `oncall import csv --map`.

The mapping says what each row is and which cell is which field; here that becomes events. Rows of one call share an id,
or the caller while the call lasts. What picks up on the caller's own leg is the exchange, so that only attempts say who
was reached. How a call ended is told once all its rows are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import IO, Any

from msgspec import Struct
from msgspec.structs import replace

from oncall.errors import OncallError
from oncall.logs.event import OUTCOMES
from oncall.logs.formats.columns import COLUMN_TYPES, NO_DISPATCH, TOO_MANY, is_row_of_types, shown_row
from oncall.logs.formats.timeline import NO_TIME, UNKNOWN_CHANNEL, Attempts, moment
from oncall.logs.importing import Asked, Format, Remark, Row, Telling
from oncall.logs.incoming import Cells, table, unpacked
from oncall.logs.mapping import (
    ANYTHING,
    FIELDS,
    RowRule,
    TableMapping,
    template_pattern,
    texts,
    word_table,
    word_templates,
)
from oncall.logs.shows import Shows
from oncall.logs.vocabulary import CHANNEL_WORDS, NOTHING, OUTCOME_WORDS, plain
from oncall.spelling import suggestion
from oncall.workspace.numbers import endpoint

NO_RULE = "a row that is none of the kinds in the mapping's `rows`"
UNKNOWN_EVENT = "a word for what happened that is not in the mapping; kept as a note"
UNKNOWN_OUTCOME = "a word for how it ended that is not in the mapping; left out"
NO_CALL = "an attempt during no call of that caller: export the calls that came in as well"
NO_LEG = "the leg that the call was connected to is not in the file: export both legs"
NOT_A_CALL = "a call from a telephone of ours, and none that came in"
NOT_A_CALLBACK = "an outgoing call to somebody who had not called in the day before"
NO_LENGTH = "not a length of time; left out"
IGNORED = "a row that the mapping ignores"
FIRST_ROW = "the first leg of the call began then"
LEFT_RINGING = "a telephone stopped ringing as the call ended"
RESOLVED_BY_PERSON = "a person resolved it without acknowledging it first"
NOBODY_TOOK_IT = "it was resolved without anybody having acknowledged it"
CALLED_BACK = "an outgoing call to somebody who had called within a day"

_INTERNAL = "internal"  # from a telephone of ours, in a table that has calls by their legs
_TRIED = "tried"  # a leg to somebody of ours
_OF_ATTEMPTS = ("attempt", _TRIED, "transfer", "event", "call_with_attempt")
_LONGEST_WORD = 500  # letters of a cell that are held against words with fields in them
_AT_ONCE = timedelta(seconds=2)
_WITHIN = timedelta(days=1)  # of a call, an outgoing one to its caller is a callback
_LENGTH = re.compile(r"(?:(\d{1,4}):)?(\d{1,4}):(\d{1,2})(?:\.\d+)?", re.ASCII)
_SECONDS = re.compile(r"\d{1,9}(?:\.\d{1,9})?", re.ASCII)
_RULE, _KIND = "rule", "is"  # cells beside the fields: the place of the rule that a row is read by, and what it is
_TAKEN = ("answered", "acknowledged")
_BEGIN: Mapping[str, tuple[str, ...]] = {
    "attempt": ("started", "ringing", "answered", "ended"),
    "event": ("time", "started"),
    "note": ("time", "started", "received", "ended"),
    "outgoing": ("started", "time", "received"),
}
_CALL_BEGIN = ("received", "started", "time")


def mapped_format(name: str, mapping: TableMapping) -> Format:
    """The format that a mapping describes."""
    reader = _Reader(mapping)
    return Format(name, partial(_rows, reader), partial(_tell, reader), shows=mapping.shows)


def _rows(reader: _Reader, source: IO[bytes], asked: Asked) -> Iterator[Row | Remark]:
    mapping = reader.mapping
    reader.has_attempts = False
    table_reader: _TableReader | None = None
    damaged = False
    for entry in table(unpacked(source), across=True):
        if isinstance(entry, Remark):
            damaged = True
            yield entry
            continue
        if table_reader is None:
            is_header = fits(mapping, entry.cells)
            if not is_header and not mapping.header:
                raise OncallError(f"{asked.file or 'standard input'}: {_misfit(mapping, entry.cells)}")
            table_reader = _TableReader(mapping, entry.cells if is_header else mapping.header, asked)
            if is_header:
                continue
        if is_row_of_types(entry):
            yield Remark(entry.line, COLUMN_TYPES, shown_row(entry), aside=True)
        else:
            for row in table_reader.rows(entry):
                reader.has_attempts |= isinstance(row, Row) and row[_KIND] in _OF_ATTEMPTS
                yield row
    if table_reader is None and not damaged:
        raise OncallError(f"{asked.file or 'standard input'}: it is empty: the first line has to name the columns")


def fits(mapping: TableMapping, header: Sequence[str]) -> bool:
    """Whether a first line names what a mapping cannot do without: what joins its rows, and a time."""
    headings = {plain(cell) for cell in header}
    joins = mapping.columns.dispatch if mapping.joined_by == "dispatch" else mapping.columns.caller
    times = [name for name in ("time", "received", "started", "answered", "ended") for name in _headers(mapping, name)]
    return any(plain(name) in headings for name in texts(joins)) and any(plain(name) in headings for name in times)


def _headers(mapping: TableMapping, name: str) -> Iterator[str]:
    for columns in (mapping.columns, *(rule.columns for rule in mapping.rows)):
        yield from texts(getattr(columns, name))


def _misfit(mapping: TableMapping, header: Sequence[str]) -> str:
    joins = texts(mapping.columns.dispatch if mapping.joined_by == "dispatch" else mapping.columns.caller)
    missing = " or ".join(f"`{name}`" for name in joins)
    return (
        f"this does not look like {mapping.name}: there is no column {missing} with a time beside it"
        f"{suggestion(joins[0], [cell for cell in header if cell])}"
    )


class _TableReader:
    """Rows of cells becoming rows of fields, by the header they stand under."""

    def __init__(self, mapping: TableMapping, header: Sequence[str], asked: Asked) -> None:
        self._mapping = mapping
        self._asked = asked
        self._width = len(header)
        self._place: dict[str, int] = {}
        for index, cell in enumerate(header):
            self._place.setdefault(plain(cell), index)
        self._columns = [self._of_rule(rule) for rule in mapping.rows]
        self._written = {
            name: [template_pattern(template) for template in texts(templates)]
            for name, templates in mapping.written.items()
        }

    def _of_rule(self, rule: RowRule) -> dict[str, list[int]]:
        """Where each field stands in rows of a kind."""
        columns = {}
        for name in FIELDS:
            headers = texts(getattr(rule.columns, name)) or texts(getattr(self._mapping.columns, name))
            places = [self._place[plain(header)] for header in headers if plain(header) in self._place]
            if places:
                columns[name] = places
        return columns

    def rows(self, entry: Cells) -> Iterator[Row | Remark]:
        """The row that a line of the table is, and what is to be remarked about it."""
        if any(entry.cells[self._width :]):
            yield Remark(entry.line, TOO_MANY, ",".join(entry.cells[self._width :])[:200])
        index = next((index for index, rule in enumerate(self._mapping.rows) if self._holds(rule, entry)), None)
        if index is None:
            yield Remark(entry.line, NO_RULE, shown_row(entry))
            return
        rule = self._mapping.rows[index]
        if rule.is_ == "ignored":
            yield Remark(entry.line, IGNORED, shown_row(entry), aside=True)
            return
        cells = self._fields(entry, index)
        cells[_KIND] = self._kind(cells, rule)
        dispatch = self._dispatch(cells)
        yield Row(entry.line, dispatch, cells) if dispatch else Remark(entry.line, NO_DISPATCH, shown_row(entry))

    def _holds(self, rule: RowRule, entry: Cells) -> bool:
        return all(self._is_one_of(entry, header, words) for header, words in rule.when.items()) and not any(
            self._is_one_of(entry, header, words) for header, words in rule.unless.items()
        )

    def _is_one_of(self, entry: Cells, header: str, words: Any) -> bool:
        index = self._place.get(plain(header))
        cell = entry.cells[index] if index is not None and index < len(entry.cells) else ""
        cell = "" if cell.casefold() in NOTHING else cell
        return any(bool(cell) if word == ANYTHING else plain(word) == plain(cell) for word in texts(words))

    def _fields(self, entry: Cells, rule: int) -> dict[str, str]:
        cells = {_RULE: str(rule), **self._mapping.constants, **self._mapping.rows[rule].constants}
        for name, places in self._columns[rule].items():
            if name in cells:
                continue
            values = (entry.cells[place] for place in places if place < len(entry.cells))
            value = next((value for value in values if value.casefold() not in NOTHING), "")
            if value:
                cells[name] = value
        for name, patterns in self._written.items():
            match = next(
                filter(None, (pattern.fullmatch(cells.get(name, "")[:_LONGEST_WORD]) for pattern in patterns)), None
            )
            if match:
                cells |= match.groupdict()
        return cells

    def _kind(self, cells: Mapping[str, str], rule: RowRule) -> str:
        """What a row is; a leg from a telephone of somebody of ours is an outgoing call."""
        contacts, number = self._asked.contacts, cells.get("address", "")
        if rule.is_ not in ("leg", "attempt") or contacts.account_of(number) is not None:
            return rule.is_
        is_ours = bool(cells.get("caller")) and bool(contacts.recognized(cells["caller"]))
        if rule.is_ == "leg":
            return "outgoing" if is_ours else _TRIED if contacts.recognized(number) else rule.is_
        return _INTERNAL if is_ours and self._mapping.first_row_is_call else rule.is_

    def _dispatch(self, cells: Mapping[str, str]) -> str:
        if self._mapping.joined_by == "dispatch":
            return cells.get("dispatch", "")
        number = cells.get("address" if cells[_KIND] == "outgoing" else "caller", "")
        return endpoint(number, self._asked.contacts.plan.country) or "unknown"


class _Reader:
    """A mapping, ready to be asked what words mean."""

    def __init__(self, mapping: TableMapping) -> None:
        self.mapping = mapping
        self.has_attempts = False  # known once all rows are read

    @cached_property
    def _events(self) -> list[tuple[dict[str, str], list[tuple[re.Pattern[str], str]]]]:
        tables = [rule.words if rule.words is not None else self.mapping.words for rule in self.mapping.rows]
        return [(word_table(words.event), word_templates(words.event)) for words in tables]

    @cached_property
    def _outcomes(self) -> dict[str, str]:
        return word_table(self.mapping.words.outcome)

    @cached_property
    def _channels(self) -> dict[str, str]:
        return CHANNEL_WORDS | word_table(self.mapping.words.channel)

    def rule(self, row: Row) -> RowRule:
        """The rule that holds for a row."""
        return self.mapping.rows[int(row[_RULE])]

    def event(self, row: Row) -> tuple[str | None, dict[str, str]]:
        """What a row's word for what happened means, and the fields that stand in it."""
        known, templates = self._events[int(row[_RULE])]
        word = plain(row["event"])
        if word in known:
            return known[word], {}
        for pattern, meaning in templates:
            match = pattern.fullmatch(row["event"][:_LONGEST_WORD])
            if match:
                return meaning, match.groupdict()
        return None, {}

    def suggested_event(self, row: Row) -> str:
        """The word that one which is unknown may mean."""
        return suggestion(plain(row["event"]), list(self._events[int(row[_RULE])][0]))

    def outcome(self, telling: Telling, row: Row) -> str | None:
        """What a row's word for how it ended means."""
        word = plain(row["outcome"])
        meaning = self._outcomes.get(word) or (
            row["outcome"] if row["outcome"] in (*OUTCOMES, "caller_hung_up") else None
        )
        if meaning is None and word:
            telling.remark(row, UNKNOWN_OUTCOME, row["outcome"] + suggestion(word, list(self._outcomes)))
        return meaning

    def channel(self, telling: Telling, row: Row, *, is_attempt: bool = True) -> str | None:
        """The channel of a row; that of an acknowledgement may be any, such as a web page."""
        word = plain(row["channel"])
        if word and word not in self._channels and is_attempt:
            telling.remark(row, UNKNOWN_CHANNEL, row["channel"] + suggestion(word, list(self._channels)))
        return self._channels.get(word)


class _Entry(Struct, frozen=True):
    """A row, when what it says began, and what it is."""

    time: datetime
    row: Row
    kind: str
    shows: Shows


def _tell(reader: _Reader, telling: Telling, rows: Sequence[Row]) -> None:
    entries = []
    for row in rows:
        rule = reader.rule(row)
        begin = _BEGIN.get(row[_KIND], _CALL_BEGIN)
        cell = next((name for name in begin if row[name]), "")
        if not cell:
            telling.remark(row, NO_TIME)
        elif (time := moment(telling, row, cell)) is not None:
            shows = rule.shows or reader.mapping.shows
            if row[_KIND] in ("call", "leg") and not reader.has_attempts:
                shows = replace(shows, channels=())  # it is exported without the rows that say whom calls rang
            entries.append(_Entry(time, row, row[_KIND], shows))
    entries.sort(key=lambda entry: (entry.time, entry.row.line))
    if reader.mapping.joined_by == "caller":
        _tell_caller(reader, telling, entries)
    else:
        _CallTeller(reader, telling).tell(entries)


def _tell_caller(reader: _Reader, telling: Telling, entries: Sequence[_Entry]) -> None:
    """The calls of one caller, one after the other: what begins while a call lasts is of that call."""
    calls: list[tuple[_Entry, datetime | None, list[_Entry]]] = []
    for entry in entries:
        lasting = [parts for _, end, parts in calls if end is None or entry.time <= end + _AT_ONCE]
        if entry.kind == _TRIED:
            entry = replace(entry, kind="attempt")
        elif entry.kind == "leg":
            is_call = telling.is_line(entry.row["address"]) or not lasting
            entry = replace(entry, kind="call" if is_call else "attempt")
        if entry.kind in ("call", "call_with_attempt"):
            calls.append((entry, _ended(telling, entry.row, entry.time), [entry]))
            continue
        is_outgoing = entry.kind == "outgoing"
        earlier = [parts for call, _, parts in calls if entry.time - call.time <= _WITHIN] if is_outgoing else lasting
        if earlier:
            earlier[-1].append(entry)
        else:
            telling.remark(
                entry.row, NOT_A_CALLBACK if is_outgoing else NO_CALL, entry.row["address"], aside=is_outgoing
            )
    for call, _, parts in calls:
        telling.dispatch = call.row["id"] or f"{call.row.dispatch}@{call.time:%Y-%m-%dT%H:%M:%S}"
        _CallTeller(reader, telling).tell(parts)


def _ended(telling: Telling, row: Row, start: datetime | None) -> datetime | None:
    """When what a row says ended: as it says, else as long after its start as it took."""
    if row["ended"]:
        return moment(telling, row, "ended")
    length = _length(telling, row, "duration")
    return start + length if start is not None and length is not None else None


def _length(telling: Telling, row: Row, cell: str) -> timedelta | None:
    text = row[cell]
    if not text:
        return None
    clock = _LENGTH.fullmatch(text)
    if clock:
        return timedelta(hours=int(clock[1] or 0), minutes=int(clock[2]), seconds=int(clock[3]))
    if _SECONDS.fullmatch(text):
        return timedelta(seconds=float(text))
    telling.remark(row, NO_LENGTH, text)
    return None


class _CallTeller:
    """The rows of one call or alert becoming events."""

    def __init__(self, reader: _Reader, telling: Telling) -> None:
        self._reader = reader
        self._telling = telling
        self._attempts = Attempts()
        self._machines: set[str] = set()
        self._received: datetime | None = None
        self._is_taken = False
        self._is_acknowledged = False
        self._hung_up: datetime | None = None
        self._cut_off: list[datetime] = []
        self._call_end: tuple[datetime, Row, str | None] | None = None

    def tell(self, entries: Sequence[_Entry]) -> None:
        """The events of all rows."""
        if self._reader.mapping.first_row_is_call and entries and entries[0].kind == "attempt":
            self._receive(entries[0].row, entries[0].time, inferred=FIRST_ROW)
        handlers = {
            "call": self._call,
            "attempt": self._attempt,
            "transfer": self._transfer,
            "call_with_attempt": self._call_with_attempt,
            "event": self._event,
            "alert": self._alert,
            "outgoing": self._outgoing,
            _INTERNAL: self._internal,
        }
        for entry in entries:
            with self._telling.showing(entry.shows):
                handlers.get(entry.kind, self._note)(entry.row, entry.time)
        if entries:
            with self._telling.showing(entries[0].shows):
                self._missing_leg(entries)
                self._end()

    # Calls.

    def _call(self, row: Row, time: datetime) -> None:
        self._receive(row, time)
        self._missed(row, time)
        end = _ended(self._telling, row, time)
        if end is not None:
            self._call_end = end, row, self._reader.outcome(self._telling, row)

    def _missed(self, row: Row, time: datetime) -> None:
        """Who was rung besides and did not answer: no attempt, for nothing says when that was."""
        if not row["missed"]:
            return
        addresses = filter(None, re.split(r"[;,|]\s*", row["missed"]))
        names = [self._telling.who_is(address) or address for address in addresses]
        self._telling.event(
            row, "note", time, text=f"rung, and did not answer: {', '.join(names)}; when is not recorded"
        )

    def _missing_leg(self, entries: Sequence[_Entry]) -> None:
        """A call that was connected to a leg which is not in the file: whom it rang is not known."""
        ids = {entry.row["id"] for entry in entries}
        for entry in entries:
            end = self._call_end[0] if self._call_end else None
            if entry.kind == "call" and entry.row["link"] and entry.row["link"] not in ids:
                self._telling.remark(entry.row, NO_LEG, entry.row["link"])
                self._telling.event(entry.row, "gap", entry.time, until=end, text=NO_LEG)

    def _receive(self, row: Row, time: datetime, **more: Any) -> None:
        if self._received is not None:
            self._note(row, time)
            return
        self._received = time
        known = {**self._known(row), "channel": "", **more}
        self._telling.received(row, time, row["line"], (row["account"],), caller=row["caller"], **known)

    def _end(self) -> None:
        """How the call ended: the caller left, or it is just over."""
        if self._call_end is None:
            return
        end, row, outcome = self._call_end
        known = {"raw": row["outcome"], "provider_id": row["id"]}
        if self._hung_up is not None:
            return
        if self._is_taken:
            self._telling.event(row, "closed", end, **known)
        elif outcome == "caller_hung_up":
            self._telling.event(row, "caller_hung_up", end, **known)
        elif any(abs(cut - end) <= _AT_ONCE for cut in self._cut_off):
            self._telling.event(row, "caller_hung_up", end, inferred=LEFT_RINGING, **known)
        else:
            self._telling.event(row, "closed", end, **known)

    def _call_with_attempt(self, row: Row, time: datetime) -> None:
        self._call(row, time)
        answered = moment(self._telling, row, "answered") if row["answered"] else None
        outcome = self._call_end[2] if self._call_end else self._reader.outcome(self._telling, row)
        picked_up = answered is not None or outcome in _TAKEN or outcome == "voicemail"
        has_start = bool(row["received"] and row["started"]) or bool(row["ringing"])
        if picked_up or has_start:
            self._attempt(row, time, begins=has_start, outcome=outcome)
        elif row["person"] or row["address"]:
            named = row["person"] or row["address"]
            self._telling.event(row, "note", time, raw=row["outcome"], text=f"last at {named}; when is not recorded")

    # Attempts.

    def _attempt(self, row: Row, time: datetime, *, begins: bool = True, outcome: str | None = None) -> None:
        known = self._attempt_fields(row)
        name = self._attempts.name(row, "attempt_started", known)
        known["attempt"] = name
        start = moment(self._telling, row, "started") if row["started"] and begins else None
        answered = moment(self._telling, row, "answered") if row["answered"] else None
        end = _ended(self._telling, row, start or time)
        outcome = outcome or (None if self._call_is_row(row) else self._reader.outcome(self._telling, row))
        talked = _length(self._telling, row, "talked")
        if answered is None and talked and end is not None:
            answered = end - talked
        ending = _attempt_outcome(outcome, answered is not None)
        bare = {**known, "raw": ""}
        if start is not None:
            self._telling.event(row, "attempt_started", start, **bare)
        if row["ringing"] and (ringing := moment(self._telling, row, "ringing")) is not None:
            self._telling.event(row, "attempt_ringing", ringing, **bare)
        if answered is not None:
            self._telling.event(row, "attempt_answered", answered, **bare)
        if end is not None:
            self._telling.event(row, "attempt_ended", end, outcome=ending, **known)
        self._after(row, end, outcome, ending)
        self._attempts.name(row, "attempt_ended", known)

    def _transfer(self, row: Row, time: datetime) -> None:
        """A call that was passed on: it goes on until that is over."""
        self._telling.event(row, "transferred", time, text=row["text"], provider_id=row["id"])
        if row["answered"]:
            self._attempt(row, time, begins=False)
        end = _ended(self._telling, row, time)
        if end is not None and (self._call_end is None or end > self._call_end[0]):
            self._call_end = end, row, self._reader.outcome(self._telling, row)

    def _after(self, row: Row, end: datetime | None, outcome: str | None, ending: str | None) -> None:
        """What an attempt's end says of the call."""
        self._is_taken |= ending in _TAKEN
        if end is None:
            return
        if ending == "cancelled":
            self._cut_off.append(end)
        if (
            outcome == "caller_hung_up"
            and ending == "cancelled"
            and self._hung_up is None
            and not self._call_is_row(row)
        ):
            self._hung_up = end
            self._telling.event(row, "caller_hung_up", end, raw=row["outcome"])
        if outcome == "transferred" and ending == "answered":
            self._telling.event(row, "transferred", end, raw=row["outcome"])

    def _call_is_row(self, row: Row) -> bool:
        return self._call_end is not None and self._call_end[1] is row

    def _attempt_fields(self, row: Row) -> dict[str, Any]:
        known = {**self._known(row, is_attempt=True), "raw": row["outcome"]}
        if not (row["person"] or row["address"]) and row[_KIND] == "call_with_attempt":
            return known  # such a table does not say who picked up
        who = self._telling.who(row, (row["person"],), row["address"])
        return {**known, **who, "text": ": ".join(filter(None, (who["text"], row["text"])))}

    def _known(self, row: Row, *, is_attempt: bool = False) -> dict[str, Any]:
        """What a row says whatever it is."""
        return {
            "channel": self._reader.channel(self._telling, row, is_attempt=is_attempt),
            "provider_id": row["id"],
            "tier": row["tier"],
            "text": row["text"],
            "operator": row["operator"],
            "recording": row["recording"],
        }

    # Single events.

    def _event(self, row: Row, time: datetime) -> None:
        kind, fields = self._reader.event(row)
        if kind is None:
            self._telling.remark(row, UNKNOWN_EVENT, row["event"] + self._reader.suggested_event(row))
        if kind == "ignored":
            self._telling.remark(row, IGNORED, row["event"], aside=True)
            return
        row = replace(row, cells={**row.cells, **fields})
        if kind == "received":
            self._receive(row, time)
        elif kind in ("attempt_started", "attempt_ringing", "attempt_answered", "attempt_ended", "machine", *OUTCOMES):
            self._attempt_event(row, time, str(kind))
        elif kind in ("acknowledged", "resolved", "callback_completed", "tier_started", "transferred"):
            self._person_event(row, time, str(kind))
        else:
            known = {**self._known(row), "channel": "", "raw": row["event"]}
            if kind == "closed" and not self._is_taken and self._shows(row).acknowledgements:
                known["disposition"] = "exhausted"
            self._telling.event(row, kind or "note", time, **known)

    def _attempt_event(self, row: Row, time: datetime, kind: str) -> None:
        if kind == "acknowledged":
            self._person_event(row, time, kind)
            return
        if row["id"]:
            row = replace(row, cells={**row.cells, "attempt": row["id"]})
        known = {**self._attempt_fields(row), "raw": row["event"]}
        if kind == "machine":
            self._machines.add(row["attempt"])
            self._telling.event(row, "note", time, **known)
            return
        outcome = kind if kind in OUTCOMES else None
        if outcome and self._is_notification(row):
            known["attempt"] = self._attempts.name(row, "attempt_started", known)
            self._telling.event(row, "attempt_started", time, outcome=outcome, **known)
            return
        kind = "attempt_ended" if outcome else kind
        was_picked_up = self._attempts.is_picked_up(row, known)
        known["attempt"] = self._attempts.name(row, kind, known)
        if kind == "attempt_ended":
            outcome = outcome if outcome and not was_picked_up else _attempt_outcome(None, was_picked_up)
            outcome = "voicemail" if row["attempt"] in self._machines else outcome
            self._is_taken |= outcome in _TAKEN
            if outcome == "cancelled":
                self._cut_off.append(time)
        elif kind == "attempt_started" and self._is_notification(row):
            outcome = "no_response"
        self._telling.event(row, kind, time, outcome=outcome, **known)

    def _is_notification(self, row: Row) -> bool:
        """Whether an attempt is on record by its start alone: nobody responded to it who did not acknowledge."""
        return self._shows(row).acknowledgements and not self._shows(row).pick_ups

    def _shows(self, row: Row) -> Shows:
        return self._reader.rule(row).shows or self._reader.mapping.shows

    def _person_event(self, row: Row, time: datetime, kind: str) -> None:
        known = {**self._known(row), "raw": row["event"]}
        if (row["person"] or row["address"]) and kind != "tier_started":
            who = self._telling.who(row, (row["person"],), row["address"])
            known |= {**who, "text": ": ".join(filter(None, (who["text"], row["text"])))}
        if kind == "acknowledged" and known.get("channel"):
            known["attempt"] = self._attempts.latest(row, known)
        known["channel"] = ""
        if kind == "acknowledged":
            self._is_acknowledged = self._is_taken = True
        elif kind == "resolved":
            known["resolved"] = True
            if known.get("person") and not self._is_acknowledged:
                self._is_acknowledged = True
                self._telling.event(
                    row, "acknowledged", time, inferred=RESOLVED_BY_PERSON, **known | {"resolved": None}
                )
        self._telling.event(row, kind, time, **known)
        if kind == "resolved" and not (self._is_acknowledged or row["person"]) and self._shows(row).acknowledgements:
            self._telling.event(row, "closed", time, disposition="resolved", text=NOBODY_TOOK_IT)

    # Alerts.

    def _alert(self, row: Row, time: datetime) -> None:
        self._receive(row, time)
        for cell, kind in (("acknowledged", "acknowledged"), ("resolved", "resolved")):
            at = moment(self._telling, row, cell) if row[cell] else None
            if at is not None:
                by = replace(row, cells={_RULE: row[_RULE], "person": row[f"{cell}_by"], "event": cell})
                self._person_event(by, at, kind)

    # Everything else.

    def _outgoing(self, row: Row, time: datetime) -> None:
        """An outgoing call to the caller: a callback where it was picked up."""
        outcome = self._reader.outcome(self._telling, row)
        known = {**self._known(row), "raw": row["outcome"]}
        if outcome in _TAKEN or row["answered"]:
            by = next(
                filter(None, (self._telling.who_is(row[name]) for name in ("person", "operator", "caller"))), None
            )
            known["person"] = by
            self._telling.event(row, "callback_completed", time, inferred=CALLED_BACK, **known)
        else:
            self._telling.event(row, "note", time, **known | {"text": "called back, and not reached"})

    def _internal(self, row: Row, time: datetime) -> None:
        """A leg from somebody of ours: beside a call that came in, a consultation; else of no such call."""
        if self._received is None:
            self._telling.remark(row, NOT_A_CALL, row["address"], aside=True)
        else:
            self._telling.event(row, "note", time, raw=row["outcome"], text=f"a call to {row['address']} by our side")

    def _note(self, row: Row, time: datetime) -> None:
        text = row["text"] or row["event"] or row["outcome"]
        self._telling.event(row, "note", time, raw=row["event"] or row["outcome"], text=text)


def _attempt_outcome(meaning: str | None, was_picked_up: bool) -> str | None:
    """How an attempt ended: what its word means, where that fits with whether it was picked up."""
    if meaning in ("voicemail", "acknowledged"):
        return meaning
    if was_picked_up:
        return "answered"
    if meaning == "caller_hung_up":
        return "cancelled"
    if meaning == "transferred":
        return "answered"
    return meaning if meaning in OUTCOME_WORDS.values() else "no_answer" if meaning == "over" else None
