"""Properties of calendar components, taken apart by icalendar one line at a time.

Products leave quotes out where RFC 5545 wants them: `DTSTART;TZID=tzone://Microsoft/Utc:20261127T080000`. Where the
value of a property can be told from what stands before it, that is where its parameters end.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from icalendar.parser import Contentline
from msgspec import Struct, field

from oncall.rotations.text import Component, Line, Spot
from oncall.rotations.values import value_start

_NAME = re.compile(r"\s*([A-Za-z0-9-]+)[;:]")
_LONGEST = 1_000_000  # of a line with parameters
_BARE = re.compile(r"[A-Za-z0-9-]+")
_PLAIN = re.compile(r"([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=[^\";:,^\\]*)*):")
_DATES = {"DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE", "DTSTAMP", "LAST-MODIFIED", "CREATED"}
_PEOPLE = {"ATTENDEE", "ORGANIZER"}
_ADDRESS = re.compile(r":(?=mailto:)", re.IGNORECASE)
_PARAMETER = re.compile(r"[A-Za-z0-9-]+=")
_WHOLE_PARAMETER = re.compile(r';\s*([A-Za-z0-9-]+)=("[^"]*"|[^";:]*)')
_OUTSIDE_QUOTES = re.compile(r'[^":]*+(?:"[^"]*+"[^":]*+)*+:')
_URI_PARAMETERS = r"ALTREP|DIR|MEMBER|SENT-BY|DELEGATED-TO|DELEGATED-FROM"
# An address without quotes, such as `ALTREP=http://example.org:8080/x`, ends at a colon that is not of its own.
_ENDS_IN_URI = re.compile(rf";(?:{_URI_PARAMETERS})=[A-Za-z][A-Za-z0-9+.-]*\Z", re.IGNORECASE)
_REST_OF_URI = re.compile(r"(?:[^\s:;\"]|:\d{1,5}(?=[/?#]))*(?:;[A-Za-z0-9-]+=(?:\"[^\"]*\"|[^\";:]*))*:", re.ASCII)


class Property(Struct):
    """One property: its name in capitals, its parameters (names in capitals), its value as written, the content line it
    is on and where the value begins in that. One that `is_broken` was read as far as it goes."""

    name: str
    value: str
    source: Line
    start: int
    parameters: dict[str, str] = field(default_factory=dict)
    is_broken: bool = False

    @property
    def line(self) -> int:
        """The line of the file it begins on."""
        return self.source.number

    def spot(self, index: int = 0) -> Spot:
        """A letter of the value."""
        return Spot(self.source, self.start + index)


class BrokenLineError(ValueError):
    """A content line that cannot be taken apart, and its number."""

    def __init__(self, line: int) -> None:
        super().__init__("a line that is not NAME:VALUE")
        self.line = line


def properties(component: Component, names: Collection[str], lenient: Collection[str] = ()) -> Iterator[Property]:
    """The properties of these names, in order; BrokenLineError for one that is broken. The `lenient` ones are read
    as far as they go, and say that they are broken."""
    for line in component.lines:
        name = _NAME.match(line.text)
        if name and name[1].upper() in names:
            try:
                yield _property(line)
            except BrokenLineError:
                if name[1].upper() not in lenient:
                    raise
                yield _broken(name[1].upper(), line)


def _property(line: Line) -> Property:
    """Most lines are `NAME:value` or `NAME;PARAMETER=value:value` without quotes. Of others it is known where the value
    begins, because it is a date or an address; the rest is for icalendar."""
    head, colon, rest = line.text.partition(":")
    name = head.upper()
    if colon and _BARE.fullmatch(head) and name not in _PEOPLE and (name not in _DATES or ":" not in rest):
        return Property(name, rest, line, len(head) + 1)
    if len(line.text) > _LONGEST:
        raise BrokenLineError(line.number)
    plain = _PLAIN.match(line.text)
    name = plain[1].upper() if plain else line.text.partition(":")[0].partition(";")[0].strip().upper()
    start = plain.end() if plain and not plain[2] and name not in _DATES else None
    if start is None:
        start = _value_start(name, line.text, plain.end() if plain else None)
    if plain and start == plain.end():
        if not plain[2]:
            return _made(line, name, start, {})
        parameters = dict(part.split("=", 1) for part in plain[2].split(";")[1:])
        return _made(line, name, start, {key.upper(): value for key, value in parameters.items()})
    if start is not None:
        return _made(line, name, start, _parameters(line.text[: start - 1]))
    try:
        written, quoted, value = Contentline(line.text).raw_parts()
    except ValueError:
        raise BrokenLineError(line.number) from None
    found = {str(key).upper(): value if isinstance(value, str) else ",".join(value) for key, value in quoted.items()}
    start = max(len(line.text) - len(str(value)), 0)
    return Property(str(written).upper(), str(value), line, start, found)


def _made(line: Line, name: str, start: int, parameters: dict[str, str]) -> Property:
    return Property(name, line.text[start:], line, start, parameters)


def _value_start(name: str, text: str, plain: int | None) -> int | None:
    """Where the value of a content line begins, None where only icalendar can tell. `plain` is where the first colon
    ends, where no quotes come before it."""
    if name in _DATES:
        if plain is not None and ":" not in text[plain:]:
            return plain
        start = value_start(text)
        if start is None and plain is not None and text[plain : plain + 1].isdigit():
            return plain
        return start or text.rfind(":") + 1 or None
    if plain is None:
        return _address_start(text) if name in _PEOPLE and text.count('"') % 2 == 0 and '"' not in text else None
    if name in _PEOPLE and not text[plain:].lower().startswith("mailto:"):
        return _address_start(text) or _after_uri(text, plain)
    return _after_uri(text, plain)


def _address_start(text: str) -> int | None:
    """Where the last `mailto:` of a line begins: those before it stand in parameters."""
    return max((colon.end() for colon in _ADDRESS.finditer(text)), default=None)


def _after_uri(text: str, colon: int) -> int:
    """Where the value begins if what ends at the first colon may be the scheme of an address without quotes."""
    if not _ENDS_IN_URI.search(text[: colon - 1]):
        return colon
    end = _REST_OF_URI.match(text, colon)
    return end.end() if end else colon


def _parameters(head: str) -> dict[str, str]:
    """The parameters before a value. What follows a `;` or `,` and is no parameter belongs to the one before it."""
    found: dict[str, str] = {}
    last = ""
    for part in re.findall(r'(?:"[^"]*"|[^";]|"(?![^"]*"))+', head)[1:]:
        name, equals, value = part.partition("=")
        if equals and _PARAMETER.match(part):
            last = name.upper()
            found[last] = value
        elif last:
            found[last] += f";{part}"
    return {name: value.replace('"', "") for name, value in found.items()}


def _broken(name: str, line: Line) -> Property:
    """A line that breaks the rules of quotes and parameters: the parameters that are whole, and as value what follows
    the last `:mailto:`, else the first colon outside quotes, else the first one."""
    text = line.text
    outside = _OUTSIDE_QUOTES.match(text)
    start = _address_start(text) or (outside.end() if outside else text.find(":") + 1)
    parameters = {match[1].upper(): match[2].strip('"') for match in _WHOLE_PARAMETER.finditer(text[: start - 1])}
    return Property(name, text[start:].strip(), line, start, parameters, is_broken=True)
