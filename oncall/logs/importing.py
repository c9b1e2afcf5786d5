"""How a foreign log becomes an event log, whatever its format.

A format is two functions. `rows` reads a file into rows that say which dispatch each is about, in any order; `tell`
says what the rows of one dispatch mean. Between them rows are brought together by dispatch, and after them events are
put in the order of their times, both on disk where it is too much for memory. Neither drops anything: what cannot be
mapped, and what rightly is no event of a dispatch, is a `Remark`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property, lru_cache, partial
from itertools import groupby
from typing import IO, Any

from msgspec import Struct, field, msgpack

from oncall.errors import OncallError, contained, internal_error
from oncall.logs.callbacks import Callers
from oncall.logs.contacts import Contacts, channel_names
from oncall.logs.event import LogEvent, Source, encode
from oncall.logs.ordering import Sorter
from oncall.logs.shows import EVERYTHING, Shows
from oncall.logs.stamps import NoZoneError, StampError, parse_stamp

NO_ACCOUNT = "no account has this line or name; the call is written without an account (--account gives one)"
NOBODY = "nobody in the workspace has this address or name; the event is written without a person"
SHARED = "several people share this address; the event is written without a person"
NO_NAME = "nothing says who this is; the event is written without a person"
TOO_MUCH = "more than 10,000 letters in one place; left out"
NOT_UNICODE = "not UTF-8: save the file as UTF-8"
REPEATED = "the same entry once more"
UNRELATED = "an outgoing call that belongs to no incoming one"
OUTGOING = "part of a call that somebody of the workspace made"
INTERNAL = "a call between two people of the workspace: nobody from outside is in it"
MOST_UNMAPPED = 100_000
MOST_LETTERS = 10_000  # of one cell: an event of several such is still a line that the log's reader takes

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Remark(Struct, frozen=True):
    """Something in the source that no event says, or not entirely: the line, why, and the text it is about.

    `aside` is what rightly is no event of a dispatch, such as an agent who signs in; the rest could not be mapped.
    `reason` is the same for the same thing, so that remarks can be counted.
    """

    line: int | None
    reason: str
    what: str = ""
    aside: bool = False


class Row(Struct, frozen=True):
    """One entry of a source: the line it begins in, the dispatch it is about, its cells, empty ones left out."""

    line: int
    dispatch: str
    cells: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "")


class Asked(Struct, frozen=True):
    """What the person who imports says about the file: its name, the zone of times without one, the account of calls
    whose line is nobody's, the headers of columns by field, the order of day, month and year in a date (`dmy`); and the
    workspace's contacts."""

    contacts: Contacts
    file: str | None = None
    zone: tzinfo | None = None
    account: str | None = None
    columns: Mapping[str, str] = {}
    date_order: str | None = None


class Format(Struct, frozen=True):
    """A format by its name: how its rows are read, and what those of one dispatch mean. `needs_zone` where no time in
    it has one; `shows` is what its records can show at all; `recognizes` says of the beginning of a file whether it
    can be of no other format, which is then called by its `title`."""

    name: str
    rows: Callable[[IO[bytes], Asked], Iterator[Row | Remark]]
    tell: Callable[[Telling, Sequence[Row]], None]
    needs_zone: bool = False
    shows: Shows = EVERYTHING
    title: str = ""
    recognizes: Callable[[str], bool] | None = None


class Names:
    """Whose an address, a line or a name is, each asked of the workspace once."""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts
        self.account_of = lru_cache(maxsize=4096)(contacts.account_of)
        self.person = lru_cache(maxsize=4096)(self._person)

    def account_named(self, text: str) -> str | None:
        """The account that a text is the id or the name of."""
        return text if text in self._contacts.plan.accounts else self._accounts.get(_spelt(text))

    def _person(self, names: tuple[str, ...], address: str) -> tuple[str | None, str | None]:
        """Who is called one of the names, else has the address, else an extension that a name is; or why nobody is."""
        spellings = (*names, *(part for name in names for part in channel_names(name)))
        named = next(filter(None, map(self._contacts.person_named, spellings)), None)
        if named is not None:
            return named, None
        people = self._contacts.recognized(address) if address else ()
        people = people or next(filter(None, map(self._contacts.people_with_extension, names)), ())
        if len(people) == 1:
            return people[0], None
        if people:
            return None, SHARED
        return None, NOBODY if names or address else NO_NAME

    @cached_property
    def _accounts(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        twice = set()
        for name, account in self._contacts.plan.accounts.items():
            for spelling in {_spelt(name), _spelt(account.name)}:
                if spelling in found:
                    twice.add(spelling)
                found[spelling] = name
        return {spelling: name for spelling, name in found.items() if spelling not in twice}


class Telling:
    """What is told of one dispatch: events and remarks, in the order they are to stand at one instant."""

    def __init__(self, format: Format, dispatch: str, asked: Asked, names: Names, calls: _Calls | None = None) -> None:
        self.dispatch = dispatch
        self.said: list[LogEvent | Remark] = []
        self._calls = _Calls() if calls is None else calls
        self._format = format
        self._shows = format.shows
        self.asked = asked
        self._names = names

    def event(self, row: Row, type: str, time: datetime, **fields: Any) -> None:
        """Something happened; empty fields are left out."""
        known: dict[str, Any] = {name: value for name, value in fields.items() if value not in (None, "")}
        source = Source(self._format.name, self.asked.file, row.line, shows=self._shows)
        known |= {"type": type, "source": source}
        self.said.append(LogEvent(time=time, dispatch=self.dispatch, **known))

    @contextmanager
    def showing(self, shows: Shows) -> Iterator[None]:
        """Events whose records show more, or less, than those of the format as a rule."""
        before, self._shows = self._shows, shows
        yield
        self._shows = before

    def remark(self, row: Row, reason: str, what: str = "", *, aside: bool = False) -> None:
        """Something no event says."""
        self.said.append(Remark(row.line, reason, what, aside))

    def untold(self, rows: Iterable[Row]) -> list[Row]:
        """The rows that no event and no remark is about so far."""
        told = {said.line if isinstance(said, Remark) else said.source and said.source.line for said in self.said}
        return [row for row in rows if row.line not in told]

    def received(self, row: Row, time: datetime, line: str, names: Iterable[str] = (), **fields: Any) -> None:
        """A call or message came in, on a line; `names` are what may name the account besides."""
        names = [name for name in names if name]
        named = (self._names.account_named(name) for name in names)
        account = next(filter(None, named), None) or (self._names.account_of(line) if line else None)
        account = account or self.asked.account
        if account is None:
            self.remark(row, NO_ACCOUNT, line or next(iter(names), ""))
        self._calls.callers.add(fields.get("caller") or "", self.dispatch, time)
        self.event(row, "received", time, account=account, line=line, **fields)

    def outgoing(self, call: OutgoingCall) -> None:
        """A call that somebody of ours made, which is no dispatch: a callback, where its number had called."""
        self._calls.outgoing.append(call)

    def called_back(self, call: OutgoingCall) -> None:
        """An outgoing call to the number that this dispatch came from."""
        known = {**call.fields, "address": call.number}
        if call.picked_up is not None:
            why = "an outgoing call to the number that had called"
            self.event(call.row, "callback_completed", call.picked_up, inferred=why, **known)
        else:
            text = "an outgoing call to the number that had called was not taken"
            self.event(call.row, "note", call.began, text=text, **known)

    def who(self, row: Row, names: Iterable[str] = (), address: str = "") -> dict[str, str | None]:
        """The fields that say who a row is about. A name nobody has is kept as `text`: the longest, which says most."""
        names = tuple(name for name in names if name)
        person, why_not = self._names.person(names, address)
        shown = max(names, key=len, default="")
        if why_not:
            self.remark(row, why_not, address or shown)
        return {"person": person, "address": address, "text": "" if person else shown}

    def who_is(self, text: str) -> str | None:
        """The person who is called so, or has this number."""
        return self._names.person((text,), text)[0]

    def account_named(self, text: str) -> str | None:
        """The account that a text is the id or the name of."""
        return self._names.account_named(text)

    def account_of(self, name: str, line: str) -> str | None:
        """The account that a name is of, else a line; None where neither is known."""
        named = self._names.account_named(name) if name else None
        return named or (self._names.account_of(line) if line else None)

    def is_line(self, number: str) -> bool:
        """Whether a number is a published line, and nobody's own."""
        return self._names.account_of(number) is not None and self._names.person((), number)[0] is None

    def stamp(self, row: Row, cell: str, *, not_before: int | None = None) -> datetime | None:
        """When a cell says; None where it is empty or cannot be understood, which is remarked. A local time that came
        twice is the first that is not before an instant, where one is given."""
        return self.stamp_of(row, row[cell], not_before=not_before) if row[cell] else None

    def stamp_of(self, row: Row, text: str, *, not_before: int | None = None) -> datetime | None:
        """When a text says, as `stamp`."""
        try:
            time, doubt = parse_stamp(text, self.asked.zone, not_before)
        except NoZoneError as error:
            raise OncallError(f"{self.asked.file or 'standard input'}:{row.line}: {error}") from None
        except StampError as error:
            self.remark(row, str(error), text)
            return None
        if doubt:
            self.remark(row, doubt, text)
        return time


class OutgoingCall(Struct, frozen=True):
    """A call that somebody of ours made: to which number, when, and when it was picked up, if it was."""

    row: Row
    number: str
    began: datetime
    picked_up: datetime | None = None
    fields: dict[str, Any] = {}


class _Calls(Struct, frozen=True):
    """What the dispatches of a log have to know of each other: who called, and which calls were made."""

    callers: Callers = field(default_factory=Callers)
    outgoing: list[OutgoingCall] = field(default_factory=list)

    def tell(self, telling: Callable[[str], Telling]) -> Iterator[LogEvent | Remark]:
        """What the outgoing calls were: part of the dispatch that they answer, or nothing of a dispatch."""
        for call in self.outgoing:
            dispatch = self.callers.called(call.number, call.began)
            if dispatch is None:
                yield Remark(call.row.line, UNRELATED, call.number, aside=True)
                continue
            told = telling(dispatch)
            told.called_back(call)
            yield from told.said


def import_log(format: Format, source: IO[bytes], asked: Asked, remark: Callable[[Remark], None]) -> Iterator[bytes]:
    """The lines of the event log that a file becomes, by time. Remarks are told as they come; all have been told
    before the first line is given."""
    with closing(Sorter()) as grouped, closing(Sorter()) as ordered:
        for one in _rows(format, source, asked):
            if isinstance(one, Remark):
                remark(one)
            else:
                _add_row(grouped, one, remark)
        for said in _told(format, grouped, asked):
            if isinstance(said, Remark):
                remark(said)
            else:
                ordered.add((said.time - _EPOCH) // timedelta(microseconds=1), encode(said))
        grouped.close()
        for _, line in ordered:
            yield line


def _told(format: Format, grouped: Sorter, asked: Asked) -> Iterator[LogEvent | Remark]:
    """What the rows mean, dispatch by dispatch, and the calls that were made between them."""
    names, calls = Names(asked.contacts), _Calls()
    for dispatch, rows in _by_dispatch(grouped):
        telling = Telling(format, dispatch, asked, names, calls)
        contained(partial(format.tell, telling, rows), partial(telling.remark, rows[0]), "the lines of this dispatch")
        yield from telling.said
    yield from calls.tell(lambda dispatch: Telling(format, dispatch, asked, names, calls))


def _rows(format: Format, source: IO[bytes], asked: Asked) -> Iterator[Row | Remark]:
    """The rows of a file, until it is plain that it is no such file."""
    unmapped = 0
    try:
        for number, one in enumerate(format.rows(source, asked), 1):
            yield one
            unmapped += isinstance(one, Remark) and not one.aside
            if unmapped > MOST_UNMAPPED and unmapped > number // 2:
                what = f"more than half of {number:,} entries are none of {format.name}: the rest was not tried"
                yield Remark(one.line, what)
                return
    except (OncallError, OSError):
        raise
    except Exception as error:
        yield Remark(None, f"{internal_error(error, 'the file')}: what comes after is not imported")


_ROWS = msgpack.Decoder(Row)


def _add_row(grouped: Sorter, row: Row, remark: Callable[[Remark], None]) -> None:
    for name in [name for name, cell in row.cells.items() if len(cell) > MOST_LETTERS]:
        remark(Remark(row.line, TOO_MUCH, f"{name}: {row.cells.pop(name)[:100]}"))
    if len(row.dispatch) > MOST_LETTERS:
        remark(Remark(row.line, TOO_MUCH, f"the dispatch: {row.dispatch[:100]}"))
        return
    try:
        grouped.add(row.dispatch, msgpack.encode(row))
    except UnicodeEncodeError:
        remark(Remark(row.line, NOT_UNICODE))


def _by_dispatch(grouped: Sorter) -> Iterator[tuple[str, list[Row]]]:
    for dispatch, entries in groupby(grouped, key=lambda one: one[0]):
        yield dispatch, [_ROWS.decode(data) for _, data in entries]


def _spelt(text: str) -> str:
    return " ".join(text.casefold().split())
