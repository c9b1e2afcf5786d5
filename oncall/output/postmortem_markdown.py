"""A page as Markdown. Text is shown as it is: nothing in it means anything to a reader of Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.output.blocks import Badge, Block, Bullets, Code, Drawing, Facts, Links, Page, Section, Table, Text
from oncall.output.drawing_text import drawing_lines
from oncall.output.escape import code, fenced, markdown

_MOST = 4000


def markdown_of(page: Page) -> str:
    """The whole page."""
    lines = [f"# {_escaped(page.title)}", "", _escaped(page.subtitle), ""]
    for one in page.sections:
        lines += _section(one, 2)
    return "\n".join(lines).rstrip("\n") + "\n"


def _escaped(text: str) -> str:
    return markdown(text, _MOST)


def _section(one: Section, level: int) -> Iterator[str]:
    yield f"{'#' * level} {_escaped(one.title)}"
    yield ""
    for block in one.blocks:
        yield from _block(block)
        yield ""
    for below in one.sections:
        yield from _section(below, level + 1)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Text(text, _):
            yield _escaped(text)
        case Badge(word, text, _):
            yield f"**{_escaped(word.upper())}**: {_escaped(text)}"
        case Facts():
            yield from _facts(block)
        case Table():
            yield from _table(block)
        case Bullets(items, numbered):
            yield from (f"{f'{number}.' if numbered else '-'} {_escaped(item)}" for number, item in enumerate(items, 1))
        case Code(language, text, label):
            if label:
                yield f"{_escaped(label)}:"
                yield ""
            yield from fenced(language, text)
        case Links(items):
            yield from (
                f"- {_escaped(one.text)}: {f'<{one.address}>' if one.leads else code(one.address)}" for one in items
            )
        case Drawing():
            yield from fenced("text", "\n".join(drawing_lines(block)))


def _facts(block: Facts) -> Iterator[str]:
    for one in block.items:
        name = code(one.name) if block.places else _escaped(one.name)
        yield f"- {name}: {code(one.text) if one.exact else _escaped(one.text)}"


def _table(block: Table) -> Iterator[str]:
    yield f"{_escaped(block.caption)}:"
    yield ""
    yield "| " + " | ".join(_escaped(cell) for cell in block.head) + " |"
    yield "|" + "---|" * len(block.head)
    for place, row in enumerate(block.rows):
        cells = [_escaped(cell) for cell in row]
        if place in block.marked:
            cells = [f"**{cell}**" if cell else "" for cell in cells]
            cells[-1] += f" **← {_escaped(block.mark)}**"
        yield "| " + " | ".join(cells) + " |"
