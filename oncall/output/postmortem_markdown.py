"""A page as Markdown. Text is shown as it is: nothing in it means anything to a reader of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from oncall.output.blocks import Badge, Block, Bullets, Code, Drawing, Facts, Links, Page, Section, Table, Text
from oncall.output.drawing_text import drawing_lines
from oncall.output.words import safe

_MOST = 4000
_MEANT = re.compile(r"[\\`*\[\]<>|~&#$!]|\b_|_\b|(?<=\w)@|://|^\s*(?:[-+=]|\d+[.)])", re.MULTILINE)
_HARMLESS = {"://": r":\/\/"}


def markdown_of(page: Page) -> str:
    """The whole page."""
    lines = [f"# {escaped(page.title)}", "", escaped(page.subtitle), ""]
    for one in page.sections:
        lines += _section(one, 2)
    return "\n".join(lines).rstrip("\n") + "\n"


def escaped(text: str) -> str:
    """A text on one line as Markdown that shows it; nothing becomes a link by itself."""
    return re.sub(_MEANT, _escape, safe(text, _MOST))


def _escape(found: re.Match[str]) -> str:
    text = found[0]
    if text == "://":
        return ":\\//"
    return text[:-1] + "\\" + text[-1]


def _section(one: Section, level: int) -> Iterator[str]:
    yield f"{'#' * level} {escaped(one.title)}"
    yield ""
    for block in one.blocks:
        yield from _block(block)
        yield ""
    for below in one.sections:
        yield from _section(below, level + 1)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Text(text, _):
            yield escaped(text)
        case Badge(word, text, _):
            yield f"**{escaped(word.upper())}**: {escaped(text)}"
        case Facts():
            yield from _facts(block)
        case Table():
            yield from _table(block)
        case Bullets(items, numbered):
            yield from (f"{f'{number}.' if numbered else '-'} {escaped(item)}" for number, item in enumerate(items, 1))
        case Code(language, text, label):
            if label:
                yield f"{escaped(label)}:"
                yield ""
            yield from fenced(language, text)
        case Links(items):
            yield from (
                f"- {escaped(one.text)}: {f'<{one.address}>' if one.leads else code(one.address)}" for one in items
            )
        case Drawing():
            yield from fenced("text", "\n".join(drawing_lines(block)))


def _facts(block: Facts) -> Iterator[str]:
    for one in block.items:
        name = code(one.name) if block.places else escaped(one.name)
        yield f"- {name}: {code(one.text) if one.exact else escaped(one.text)}"


def _table(block: Table) -> Iterator[str]:
    yield f"{escaped(block.caption)}:"
    yield ""
    yield "| " + " | ".join(escaped(cell) for cell in block.head) + " |"
    yield "|" + "---|" * len(block.head)
    for place, row in enumerate(block.rows):
        cells = [escaped(cell) for cell in row]
        if place in block.marked:
            cells = [f"**{cell}**" if cell else "" for cell in cells]
            cells[-1] += f" **← {escaped(block.mark)}**"
        yield "| " + " | ".join(cells) + " |"


def fenced(language: str, text: str) -> Iterator[str]:
    """A block of code, its fence longer than any in it."""
    lines = [safe(line, _MOST) for line in text.rstrip("\n").split("\n")]
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}{language}"
    yield from lines
    yield fence


def code(text: str) -> str:
    """Code within a line."""
    shown = safe(text, _MOST)
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    room = " " if shown.startswith("`") or shown.endswith("`") or longest else ""
    return f"{fence}{room}{shown}{room}{fence}"
