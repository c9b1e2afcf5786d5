"""What the rows of a table say of one dispatch, once it is known which field each cell is.

A row with a word for what happened is one event; one with an end is an attempt from its start to its end. A row of an
attempt at the account's own line is the call that came in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from oncall.fields import Flag
from oncall.logs.importing import Row, Telling
from oncall.logs.stamps import StampError, as_iso
from oncall.logs.vocabulary import CHANNEL_WORDS, EVENT_WORDS, IMPLIED_CHANNELS, OUTCOME_WORDS, plain
from oncall.spelling import suggestion

NO_TIME = "a row without a time"
NO_EVENT = "a row that says neither what happened nor how an attempt ended"
UNKNOWN_EVENT = "a word for what happened that is not known; kept as a note"
UNKNOWN_WHOLE = "a word for what happened that is not known; with its start, end and outcome the row is an attempt"
UNKNOWN_OUTCOME = "a word for how an attempt ended that is not known; left out"
UNKNOWN_CHANNEL = "a channel that is not known; the event is written without it"
UNKNOWN_ACCOUNT = "no account is called so; the event is written without an account"
WHEN = "how an attempt ended, but not when: that needs a column `ended`, or a row of its own"
NOT_A_NUMBER = "not a number; left out"
NEITHER = "neither yes nor no; left out"
NO_RECEIVED = "no row says when the call came in: taken as when the first attempt began"
INFERRED = "the first row of the call: nothing says when it came in"

_CLOCK = re.compile(r"\d{1,2}:\d\d(:\d\d)?(\s?[ap]\.?m\.?)?", re.IGNORECASE)
_NEVER = re.compile(r"0(\.0+)?|0000-00-00([ T]00:00(:00)?)?")
_INSTANTS = ("due", "until", "recorded")
_AS_WRITTEN = ("caller", "tier", "operator", "recording", "disposition", "provider_id")
_OWN_LINE = {"attempt_ended": "closed"}  # what happens on the line that was called, after the call came in
_STARTS = ("attempt_started", "tier_started")
_STATES = {"answered": "attempt_answered"}  # words of a column of states that are an outcome elsewhere


class Words(Struct, frozen=True):
    """What the words of a dispatch's rows mean: the column of outcomes may be one of states, each of them an event."""

    has_states: bool

    def event(self, row: Row) -> str | None:
        """The type of event that a row's word for its outcome stands for; None where it is an outcome."""
        word = plain(row["outcome"])
        if not word or row["event"] or row["ended"]:
            return None
        if self.has_states and OUTCOME_WORDS.get(word) in _STATES and word != "completed":
            return _STATES[OUTCOME_WORDS[word]]
        return EVENT_WORDS.get(word) if word not in OUTCOME_WORDS else None


def tell(telling: Telling, rows: Sequence[Row]) -> None:
    """The events of one dispatch's rows."""
    timed = []
    for row in rows:
        if not row["time"]:
            telling.remark(row, NO_TIME)
        elif (time := moment(telling, row, "time")) is not None:
            timed.append((time, row.line, row))
    timed.sort(key=lambda entry: entry[:2])
    in_order = [(time, row) for time, _, row in timed]
    _RowTeller(telling, [row for _, row in in_order]).tell(in_order)


def moment(telling: Telling, row: Row, cell: str) -> datetime | None:
    """When a cell says; a time of day is one of the day in the row's `date`. A zero is no time."""
    text = row[cell]
    if _NEVER.fullmatch(text):
        return None
    if row["date"] and _CLOCK.fullmatch(text):
        text = f"{row['date']} {text}"
    try:
        return telling.stamp_of(row, as_iso(text, telling.asked.date_order)) if text else None
    except StampError as error:
        telling.remark(row, str(error), text)
        return None


class _OpenAttempt(Struct):
    """An attempt that has begun and not ended, as far as rows say whom it tries and how."""

    name: str
    person: str | None
    address: str | None
    channel: str | None
    is_picked_up: bool = False

    def may_be(self, who: _OpenAttempt) -> bool:
        """Whether another row can be about it: nothing that both say differs."""
        pairs = ((self.person, who.person), (self.address, who.address), (self.channel, who.channel))
        return all(mine is None or theirs is None or mine == theirs for mine, theirs in pairs)


class Attempts:
    """What attempts are called where the file does not say: whom they try, and the how many-th time. What follows a
    start is about the attempt that was last started, to that person, at that address, by that channel."""

    def __init__(self) -> None:
        self._count: dict[str, int] = {}
        self._open: list[_OpenAttempt] = []

    def name(self, row: Row, type: str, known: dict[str, Any]) -> str:
        """The attempt that an event is of."""
        who = _who(row, known)
        attempt = None if type == "attempt_started" else self._matching(who)
        if attempt is None:
            who.name = row["attempt"] or self._next_name(who)
            self._open.append(who)
            attempt = who
        if type == "attempt_answered":
            attempt.is_picked_up = True
        if type == "attempt_ended":
            self._open.remove(attempt)
        return attempt.name

    def latest(self, row: Row, known: dict[str, Any]) -> str | None:
        """The attempt that was last begun of those that a row can be of."""
        attempt = self._matching(_who(row, known))
        return attempt.name if attempt is not None else None

    def is_picked_up(self, row: Row, known: dict[str, Any]) -> bool:
        """Whether the attempt that a row is of was answered before."""
        attempt = self._matching(_who(row, known))
        return attempt is not None and attempt.is_picked_up

    def _matching(self, who: _OpenAttempt) -> _OpenAttempt | None:
        if who.name:
            return next((attempt for attempt in reversed(self._open) if attempt.name == who.name), None)
        matches = [attempt for attempt in reversed(self._open) if attempt.may_be(who)]
        names_nobody = who.person is None and who.address is None
        return matches[0] if matches and not (names_nobody and len(matches) > 1) else None

    def _next_name(self, who: _OpenAttempt) -> str:
        whom = who.person or who.address or "attempt"
        self._count[whom] = self._count.get(whom, 0) + 1
        return f"{whom}#{self._count[whom]}"


def _who(row: Row, known: dict[str, Any]) -> _OpenAttempt:
    """What a row says of whom it tries, and how."""
    person = known.get("person") or _spelt(row["person"])
    return _OpenAttempt(row["attempt"], person or None, _spelt(row["address"]) or None, known.get("channel"))


class _RowTeller:
    """The rows of one dispatch becoming events, in the order of their times."""

    def __init__(self, telling: Telling, rows: Sequence[Row]) -> None:
        self._telling = telling
        self._attempts = Attempts()
        self._words = _words_of(rows)
        self._has_received = False
        own = (telling.account_of(row["account"], row["line"]) for row in rows)
        self._account = next(filter(None, own), None)

    def tell(self, timed: Sequence[tuple[datetime, Row]]) -> None:
        """The events of all rows."""
        meanings = [self._meaning(row) for _, row in timed]
        if meanings and not self._has_received:
            self._infer_received(*timed[0], meanings[0][0])
        for (time, row), (kind, outcome) in zip(timed, meanings, strict=True):
            if kind == "received":
                self._tell_received(row, time, outcome)
            else:
                self._tell_row(row, time, kind, outcome)

    def _meaning(self, row: Row) -> tuple[str, str | None]:
        """The type of event that a row is, and the outcome it says. What happens on the line that was called is no
        attempt to reach somebody: its first row is the call that came in."""
        kind, outcome = _what(self._telling, row, self._words)
        if kind.startswith("attempt_") and self._is_own_line(row):
            kind = _OWN_LINE.get(kind, "note") if self._has_received else "received"
            if kind == "closed" and outcome == "cancelled":
                kind = "caller_hung_up"
        self._has_received |= kind == "received"
        return kind, outcome

    def _is_own_line(self, row: Row) -> bool:
        return bool(row["address"]) and not row["person"] and self._telling.is_line(row["address"])

    def _infer_received(self, time: datetime, row: Row, kind: str) -> None:
        """A call whose first row is an attempt's start had come in by then."""
        account = self._account or self._telling.asked.account
        if account is None or kind not in _STARTS:
            return
        self._telling.remark(row, NO_RECEIVED, aside=True)
        known = {"account": account, "line": row["line"], "caller": row["caller"]}
        self._telling.event(row, "received", time, inferred=INFERRED, **known)
        self._has_received = True

    def _tell_received(self, row: Row, time: datetime, outcome: str | None) -> None:
        line = row["line"] or (row["address"] if self._is_own_line(row) else "")
        self._telling.received(row, time, line, (row["account"],), **self._known(row, "received"))
        ended = moment(self._telling, row, "ended") if row["ended"] else None
        if ended is not None:
            left = outcome == "cancelled" and moment(self._telling, row, "answered") is None
            self._telling.event(row, "caller_hung_up" if left else "closed", ended, raw=row["outcome"])

    def _known(self, row: Row, kind: str) -> dict[str, Any]:
        """What a row says whatever happened; the line that was called is neither tried nor a caller."""
        is_own_line = self._is_own_line(row)
        known = _known(self._telling, row, kind, tries=not is_own_line)
        if row["caller"] and self._telling.is_line(row["caller"]):
            known["caller"] = ""
        return known

    def _tell_row(self, row: Row, time: datetime, kind: str, outcome: str | None) -> None:
        known = self._known(row, kind)
        known |= {"account": self._account_of(row), "line": row["line"]}
        if not kind.startswith("attempt_"):
            outcome = outcome if not self._is_own_line(row) else None
            self._telling.event(row, kind, time, outcome=outcome, **known)
            return
        if kind == "attempt_ended":
            was_picked_up = self._attempts.is_picked_up(row, known)
            if outcome is None and not row["outcome"] and was_picked_up:
                outcome = "answered"
        known["attempt"] = self._attempts.name(row, kind, known)
        if kind == "attempt_started" and row["ended"]:
            self._tell_whole(row, time, outcome, known)
            return
        if kind != "attempt_ended" and outcome is not None:
            self._telling.remark(row, WHEN, row["outcome"])
            outcome = None
        self._telling.event(row, kind, time, outcome=outcome, **known)

    def _account_of(self, row: Row) -> str | None:
        """The account of a row: its own, else that given for calls without any, where no other row says it."""
        if row["account"]:
            named = self._telling.account_named(row["account"])
            if named is None:
                self._telling.remark(row, UNKNOWN_ACCOUNT, row["account"])
            return named
        return None if self._account or self._has_received else self._telling.asked.account

    def _tell_whole(self, row: Row, start: datetime, outcome: str | None, known: dict[str, Any]) -> None:
        """A row that is an attempt from its start to its end."""
        self._telling.event(row, "attempt_started", start, **{**known, "raw": ""})
        answered, ended = moment(self._telling, row, "answered"), moment(self._telling, row, "ended")
        if answered is not None:
            self._telling.event(row, "attempt_answered", answered, **{**known, "raw": ""})
            outcome = outcome or (None if row["outcome"] else "answered")
        if ended is not None:
            self._telling.event(row, "attempt_ended", ended, outcome=outcome, **known)
        self._attempts.name(row, "attempt_ended", known)


def _spelt(text: str) -> str:
    return " ".join(text.casefold().split())


def _words_of(rows: Sequence[Row]) -> Words:
    """A column of outcomes in which a word stands that is an event and no outcome is one of states."""
    words = {plain(row["outcome"]) for row in rows if not row["event"] and not row["ended"]}
    return Words(any(word in EVENT_WORDS and word not in OUTCOME_WORDS for word in words))


def _what(telling: Telling, row: Row, words: Words) -> tuple[str, str | None]:
    """The type of event a row is, and the outcome it says."""
    state = words.event(row)
    if state is not None:
        return state, None
    outcome = OUTCOME_WORDS.get(plain(row["outcome"]))
    word = plain(row["event"])
    if row["outcome"] and outcome is None and (word or row["ended"]):
        telling.remark(row, UNKNOWN_OUTCOME, row["outcome"] + suggestion(row["outcome"], list(OUTCOME_WORDS)))
    if word in EVENT_WORDS:
        return EVENT_WORDS[word], outcome
    if word in OUTCOME_WORDS:
        return "attempt_ended", outcome or OUTCOME_WORDS[word]
    if row["ended"] and (outcome or not word):
        if word:
            telling.remark(row, UNKNOWN_WHOLE, row["event"], aside=True)
        return "attempt_started", outcome
    if outcome is not None and not word:
        return "attempt_ended", outcome
    unknown = row["event"] or row["outcome"]
    if unknown:
        telling.remark(row, UNKNOWN_EVENT, unknown + suggestion(plain(unknown), [*EVENT_WORDS, *OUTCOME_WORDS]))
    else:
        telling.remark(row, NO_EVENT)
    return "note", None


def _known(telling: Telling, row: Row, type: str, *, tries: bool) -> dict[str, Any]:
    """The fields of an event that a row says whatever the type, with whom it `tries` where it does."""
    person, address = row["person"], row["address"]
    known: dict[str, Any] = {name: row[name] for name in _AS_WRITTEN}
    known |= {name: moment(telling, row, name) for name in _INSTANTS}
    known |= {"raw": row["outcome"] or row["event"], "text": row["text"]}
    known["channel"] = _channel(telling, row)
    if tries and (person or address or type.startswith("attempt_")):
        who = telling.who(row, (person,), address)
        known |= {**who, "text": ": ".join(filter(None, (who["text"], row["text"])))}
    if row["owner"]:
        owner = telling.who(row, (row["owner"],))
        known |= {"owner": owner["person"], "text": ": ".join(filter(None, (owner["text"], known["text"])))}
    if row["round"]:
        known["round"] = _round(telling, row)
    known["resolved"] = _flag(telling, row, type)
    return known


def _channel(telling: Telling, row: Row) -> str | None:
    word = plain(row["channel"])
    if word and word not in CHANNEL_WORDS:
        telling.remark(row, UNKNOWN_CHANNEL, row["channel"] + suggestion(word, list(CHANNEL_WORDS)))
    return CHANNEL_WORDS.get(word) or (IMPLIED_CHANNELS.get(plain(row["event"])) if not word else None)


def _round(telling: Telling, row: Row) -> int | None:
    if re.fullmatch(r"\d{1,6}", row["round"], re.ASCII):
        return int(row["round"])
    telling.remark(row, NOT_A_NUMBER, row["round"])
    return None


def _flag(telling: Telling, row: Row, type: str) -> bool | None:
    if not row["resolved"]:
        return True if type == "resolved" else None
    try:
        return bool(Flag.parse(row["resolved"]))
    except ValueError:
        telling.remark(row, NEITHER, row["resolved"])
        return None
