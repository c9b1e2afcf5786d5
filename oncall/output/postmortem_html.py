"""A page of blocks as one self-contained HTML file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from oncall.output.axis import axis_of
from oncall.output.blocks import Badge, Block, Bullets, Code, Drawing, Facts, Link, Links, Page, Section, Table, Text
from oncall.output.escape import html as escaped
from oncall.output.page import page
from oncall.output.replay_words import offset
from oncall.output.timeline_svg import NARROW, WIDE, timeline_svg
from oncall.output.timeline_svg import STYLE as TIMELINE_STYLE
from oncall.output.words import safe

_MOST = 4000
_SHORT = 6  # sections of a page that needs no list of them
_RIGHT_TO_LEFT = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
_RUN = re.compile(f"[{_RIGHT_TO_LEFT}]+(?:[\\s'\".-]+[{_RIGHT_TO_LEFT}]+)*")

_STYLE = """
.lead { font-size: 1.1rem; }
.aside { color: var(--quiet); }
.badge { border-left: .4rem solid; padding: .25rem .75rem; background: var(--soft); }
.badge strong { text-transform: uppercase; letter-spacing: .03em; }
dl { margin: .5rem 0; }
dt { font-weight: 600; margin-top: .5rem; }
dt.place { font-weight: 400; }
dd { margin: 0 0 .25rem 1rem; }
nav ul { columns: 14rem; padding-left: 1.25rem; margin: .5rem 0; }
pre { white-space: break-spaces; overflow-x: visible; tab-size: 4; }
table { width: 100%; table-layout: fixed; }
td, th { overflow-wrap: anywhere; }
th.short, td.short { width: 2.5rem; }
tr.marked td, tr.marked th { background: var(--soft); }
tr.marked td:first-child { box-shadow: inset .25rem 0 var(--bad); padding-left: .5rem; }
tr.marked strong { color: var(--bad); display: block; }
footer { margin-top: 2rem; color: var(--quiet); border-top: 1px solid var(--line); padding-top: .5rem; }
@media screen and (max-width: 48rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  table, tbody, caption { display: block; }
  tr { display: block; border: 1px solid var(--line); border-radius: 4px; margin: .5rem 0; padding: .25rem .5rem; }
  td, td.short { display: block; width: auto; border: 0; padding: .1rem 0; }
  td::before { content: attr(data-head) ": "; color: var(--quiet); }
  td:empty { display: none; }
  tr.marked { border-color: var(--bad); background: var(--soft); }
  tr.marked td:first-child { box-shadow: none; padding-left: 0; }
}
@media print {
  pre { white-space: break-spaces; }
  nav { display: none; }
  details > *:not(summary) { display: block; }
}
"""


def html_of(found: Page) -> str:
    """The whole page."""
    links = "".join(f'<li><a href="#{one.name}">{shown(one.title)}</a></li>' for one in found.sections)
    nav = f'<nav aria-label="On this page"><ul>{links}</ul></nav>\n' if len(found.sections) > _SHORT else ""
    body = "\n".join(line for one in found.sections for line in _section(one, 2))
    return page(
        found.title,
        f"<header>\n<h1>{shown(found.title)}</h1>\n<p>{shown(found.subtitle)}</p>\n</header>\n"
        f"{nav}<main>\n{body}\n</main>",
        TIMELINE_STYLE + _STYLE,
    )


def shown(value: str) -> str:
    """A text as HTML that shows it; what is written from right to left does not turn what stands beside it."""
    parts, last = [], 0
    whole = safe(value, _MOST)
    for run in _RUN.finditer(whole):
        parts += [escaped(whole[last : run.start()], _MOST), f"<bdi>{escaped(run[0], _MOST)}</bdi>"]
        last = run.end()
    return "".join((*parts, escaped(whole[last:], _MOST)))


def _section(one: Section, level: int) -> Iterator[str]:
    yield f'<section aria-labelledby="{one.name}">\n<h{level} id="{one.name}">{shown(one.title)}</h{level}>'
    for number, block in enumerate(one.blocks):
        yield from _block(block, f"{one.name}-{number}")
    for below in one.sections:
        yield from _section(below, level + 1)
    yield "</section>"


def _block(block: Block, name: str) -> Iterator[str]:
    match block:
        case Text(text, look):
            kind = {"lead": ' class="lead"', "note": ' class="aside"'}.get(look, "")
            yield f"<p{kind}>{shown(text)}</p>"
        case Badge(word, text, look):
            yield f'<p class="badge {look}"><strong>{shown(word)}</strong>: {shown(text)}</p>'
        case Facts():
            yield from _facts(block)
        case Table():
            yield from _table(block)
        case Bullets(items, numbered):
            kind = "ol" if numbered else "ul"
            yield f"<{kind}>{''.join(f'<li>{shown(item)}</li>' for item in items)}</{kind}>"
        case Code():
            yield from _code(block)
        case Links(items):
            yield f"<ul>{''.join(f'<li>{_link(one)}</li>' for one in items)}</ul>"
        case Drawing():
            yield from _drawing(block, name)


def _facts(block: Facts) -> Iterator[str]:
    yield "<dl>"
    for one in block.items:
        text = f"<code>{shown(one.text)}</code>" if one.exact else shown(one.text)
        if block.places:
            yield f'<dt class="place"><code>{shown(one.name)}</code></dt><dd>{text}</dd>'
        else:
            yield f"<dt>{shown(one.name)}</dt><dd>{text}</dd>"
    yield "</dl>"


def _table(block: Table) -> Iterator[str]:
    """A table that is a list of cards on a telephone. The roles say that it is a table there, too."""
    short = ["short" if heading == "#" else "" for heading in block.head]
    yield f'<table role="table">\n<caption>{shown(block.caption)}</caption>\n<thead role="rowgroup"><tr role="row">'
    for heading, kind in zip(block.head, short, strict=True):
        yield f'<th scope="col" role="columnheader"{_class(kind)}>{shown(heading)}</th>'
    yield '</tr></thead>\n<tbody role="rowgroup">'
    for place, row in enumerate(block.rows):
        marked = place in block.marked
        cells = [shown(cell) for cell in row]
        if marked:
            cells[-1] = f"{cells[-1]} <strong>{shown(block.mark)}</strong>"
        yield f'<tr role="row"{_class("marked" if marked else "")}>'
        for cell, heading, kind in zip(cells, block.head, short, strict=True):
            yield f'<td role="cell"{_class(kind)} data-head="{escaped(heading)}">{cell}</td>'
        yield "</tr>"
    yield "</tbody>\n</table>"


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""


def _code(block: Code) -> Iterator[str]:
    if block.label:
        yield f"<p>{shown(block.label)}:</p>"
    lines = [escaped(line, _MOST) for line in block.text.rstrip("\n").split("\n")]
    if block.language == "diff":
        lines = [_coloured(line) for line in lines]
    yield f"<pre><code>{chr(10).join(lines)}</code></pre>"


def _coloured(line: str) -> str:
    look = {"+": "good", "-": "bad"}.get(line[:1])
    return f'<span class="{look}">{line}</span>' if look else line


def _link(one: Link) -> str:
    if not one.leads:
        return f"{shown(one.text)}: <code>{shown(one.address)}</code>"
    return f'{shown(one.text)}: <a href="{escaped(one.address, _MOST)}" rel="noreferrer">{shown(one.address)}</a>'


def _drawing(block: Drawing, name: str) -> Iterator[str]:
    yield "<figure>"
    yield timeline_svg(block, WIDE, f"{name}-wide")
    yield timeline_svg(block, NARROW, f"{name}-narrow")
    yield f"<figcaption>{shown(_caption(block))}</figcaption>"
    yield "</figure>"
    if block.told:
        items = "".join(f"<li>{shown(line)}</li>" for line in block.told)
        yield f"<details><summary>The timeline in words</summary><ul>{items}</ul></details>"


def _caption(block: Drawing) -> str:
    text = (
        "Drawn to scale; the numbers are those of the tables below. Green: a person took it. Red: it ended without."
        " Dashed: it has no end, or nobody knows how it would have ended."
    )
    breaks = axis_of(block.instants(), WIDE, 1).breaks
    if breaks:
        left_out = " and ".join(f"{offset(one.end - one.start)} from {offset(one.start)}" for one in breaks)
        text += f" Not to scale where the line is broken: {left_out} are left out, in which nothing begins or ends."
    return text
