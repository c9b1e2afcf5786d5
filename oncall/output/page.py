"""One self-contained HTML page: what every report shares. No network, no script; dark and light, on paper, on a phone.

Text from files is data: `text` is the only way it comes into a page, and no style or address is ever made of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from oncall.output.escape import html as text

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
"""

STYLE = """
:root { --ground: #ffffff; --soft: #f4f6f8; --line: #c9d1d9; --ink: #1b1f24; --quiet: #535c66; --accent: #0a5ea8;
  --band: #cfe3f5; --good: #176f2c; --bad: #b3261e; --note: #7a5200; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ground: #10151b; --soft: #182029; --line: #39434e; --ink: #e6edf3; --quiet: #a3adb8; --accent: #6cb6ff;
    --band: #1f3f5c; --good: #56d364; --bad: #ff9b93; --note: #e3b341; }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 66rem; padding: 1rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.25rem; margin: 2rem 0 .5rem; border-top: 1px solid var(--line); padding-top: 1rem; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
p { margin: .5rem 0; }
a { color: var(--accent); }
.quiet, figcaption, caption { color: var(--quiet); }
.good { color: var(--good); }
.bad { color: var(--bad); }
.note { color: var(--note); }
.scroll { overflow-x: auto; margin: .5rem 0; }
.scroll:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; font-size: .9rem; }
caption { text-align: left; padding: .25rem 0; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line);
  overflow-wrap: normal; }
th { font-weight: 600; }
td { font-variant-numeric: tabular-nums; }
.whole td, .whole th { white-space: nowrap; }
pre { overflow-x: auto; background: var(--soft); padding: .75rem; border-radius: 4px; font-size: .85rem; }
code { font-family: ui-monospace, monospace; }
figure { margin: 1rem 0; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--ink); font-family: system-ui, sans-serif; }
details { margin: .5rem 0; }
summary { cursor: pointer; color: var(--accent); }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  h2, h3, figcaption { break-after: avoid; }
  figure, tr { break-inside: avoid; }
  .scroll, pre { overflow: visible; }
  .whole td, .whole th { white-space: normal; overflow-wrap: anywhere; padding-right: .35rem; font-size: 8pt; }
  pre { white-space: pre-wrap; }
}
"""


def page(title: str, body: str, style: str = "") -> str:
    """A whole page. `title` is text; `body` is HTML that is safe already, `style` more rules of ours."""
    head = f"{_HEAD}<title>{text(title)}</title>\n<style>{STYLE}{style}</style>\n</head>"
    return f"{head}\n<body>\n{body}\n</body>\n</html>\n"


def name(value: object) -> str:
    """The same for a name: letters written from right to left do not turn what stands beside them."""
    return f"<bdi>{text(value)}</bdi>"


def table(caption: str, headings: Sequence[str], rows: Iterable[Sequence[str]], *, whole: bool = False) -> str:
    """A table of texts, whose first column names its rows; what is too wide is scrolled, by keyboard too. Cells that
    are `whole` are not broken into lines."""
    head = "".join(f'<th scope="col">{text(heading)}</th>' for heading in headings)
    lines = []
    for first, *rest in rows:
        cells = "".join(f"<td>{name(cell)}</td>" for cell in rest)
        lines.append(f'<tr><th scope="row">{name(first)}</th>{cells}</tr>')
    look = ' class="whole"' if whole else ""
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{text(caption)}">\n<table{look}>\n'
        f"<caption>{text(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{chr(10).join(lines)}\n</tbody>\n</table>\n</div>"
    )
