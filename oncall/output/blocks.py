"""A page as plain data: what Markdown and HTML pages are made of. All texts are as they are; how they are escaped is a
matter of the format.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, tzinfo

from msgspec import Struct

_WEB = ("http://", "https://")

LEFT_OUT = "(left out)"
"""What stands in place of a text that a redacted page does not have."""


class Text(Struct, frozen=True):
    """A paragraph; `look` is `lead`, `note` or nothing."""

    text: str
    look: str = ""


class Badge(Struct, frozen=True):
    """A result in one word, what it means, and whether it is `good`, `bad` or `note`."""

    word: str
    text: str
    look: str


class Fact(Struct, frozen=True):
    """A name and what belongs to it. `exact` is a digest or the like, in which nothing is ever masked."""

    name: str
    text: str
    exact: bool = False


class Facts(Struct, frozen=True):
    """Facts, one below the other; `places` where their names are files and lines."""

    items: tuple[Fact, ...]
    places: bool = False


class Table(Struct, frozen=True):
    """Rows under headings. `marked` are the places of rows to be seen first, and `mark` says why."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marked: tuple[int, ...] = ()
    mark: str = ""


class Bullets(Struct, frozen=True):
    """A list; `numbered` where the order counts."""

    items: tuple[str, ...]
    numbered: bool = False


class Code(Struct, frozen=True):
    """Text that is to be copied as it is."""

    language: str
    text: str
    label: str = ""


class Link(Struct, frozen=True):
    """An address with what it is. It leads somewhere in HTML if it is http or https."""

    text: str
    address: str

    @property
    def leads(self) -> bool:
        """Whether it may be followed."""
        web = self.address.casefold().startswith(_WEB)
        return web and not any(letter.isspace() or letter in "<>\"'`\\" for letter in self.address)


class Links(Struct, frozen=True):
    """Links, one below the other."""

    items: tuple[Link, ...]


class Bar(Struct, frozen=True):
    """An attempt in a drawing: from when until when, its number in the table, and how it ended. `open` is one without
    an end, `unsure` one that hangs on something unknown."""

    start: float
    end: float
    number: str
    outcome: str
    look: str
    open: bool = False
    unsure: bool = False


class Lane(Struct, frozen=True):
    """What was tried of one person, or of one tier where there are too many people, along the time."""

    label: str
    bars: tuple[Bar, ...]


class Mark(Struct, frozen=True):
    """An instant in a drawing; the look of the first divergence is `first`."""

    at: float
    label: str
    look: str


class Drawing(Struct, frozen=True):
    """A dispatch along its time, in seconds from the instant `at`: what was expected above what happened. `told` is the
    same in words."""

    title: str
    told: tuple[str, ...]
    expected: tuple[Lane, ...]
    actual: tuple[Lane, ...]
    marks: tuple[Mark, ...]
    end: float
    start: float = 0
    at: float = 0
    zone: tzinfo = UTC

    def instants(self) -> list[float]:
        """Every time that has to be on the line."""
        found = [self.start, self.end, *(mark.at for mark in self.marks)]
        for lane in (*self.expected, *self.actual):
            found += [at for bar in lane.bars for at in (bar.start, bar.end)]
        return found


Block = Text | Badge | Facts | Table | Bullets | Code | Links | Drawing


class Section(Struct, frozen=True):
    """A heading and what is below it. `name` is what links lead to; sections may hold further ones."""

    title: str
    name: str
    blocks: tuple[Block, ...]
    sections: tuple[Section, ...] = ()


class Page(Struct, frozen=True):
    """A page: its title, a line below it, and its sections."""

    title: str
    subtitle: str
    sections: tuple[Section, ...]


def section(title: str, name: str, blocks: Iterable[Block | None], sections: Iterable[Section] = ()) -> Section:
    """A section without the blocks that are not there."""
    return Section(title, name, tuple(one for one in blocks if one is not None), tuple(sections))
