"""Properties of calendar components, taken apart by icalendar one line at a time."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from icalendar.parser import Contentline
from msgspec import Struct, field

from oncall.rotations.text import Component

_NAME = re.compile(r"\s*([A-Za-z0-9-]+)[;:]")
_PLAIN = re.compile(r"([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=[^\";:,^\\]*)*):")


class Property(Struct):
    """One property: its name in capitals, its parameters (names in capitals), its value as written, its line."""

    name: str
    value: str
    line: int
    parameters: dict[str, str] = field(default_factory=dict)


def properties(component: Component, names: Collection[str], unneeded: Collection[str] = ()) -> Iterator[Property]:
    """The properties of these names, in order; ValueError, with the line as second argument, for one that is broken.
    Those that are `unneeded` are passed over where they are broken."""
    for line in component.lines:
        name = _NAME.match(line.text)
        if name and name[1].upper() in names:
            try:
                yield _property(line.text, line.number)
            except ValueError:
                if name[1].upper() not in unneeded:
                    raise


def _property(text: str, number: int) -> Property:
    """Most lines are `NAME;PARAMETER=value:value` without quotes; the rest is for icalendar."""
    plain = _PLAIN.match(text)
    if plain:
        parameters = dict(part.split("=", 1) for part in plain[2].split(";")[1:])
        return Property(
            plain[1].upper(), text[plain.end() :], number, {name.upper(): value for name, value in parameters.items()}
        )
    try:
        written, quoted, value = Contentline(text).raw_parts()
    except ValueError:
        raise ValueError("a line that is not NAME:VALUE", number) from None
    found = {str(key).upper(): value if isinstance(value, str) else ",".join(value) for key, value in quoted.items()}
    return Property(str(written).upper(), str(value), number, found)
