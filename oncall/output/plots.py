"""Plots as SVG, drawn by ourselves: small enough for a phone, coloured by the page's variables, told to who cannot see
them. Numbers go into attributes, text only through `escape.html`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil

from msgspec import Struct

from oncall.output.columns import size
from oncall.output.escape import html as text
from oncall.replay.survival import Curve
from oncall.times import show_duration

WIDTH = 360
STYLE = """
.plot { max-width: 34rem; }
.plot text { font-size: 11px; }
.plot .quiet-text { fill: var(--quiet); }
.plot .rule { stroke: var(--line); stroke-width: 1; }
.plot .bar { fill: var(--accent); }
.plot .softly { fill: var(--band); stroke: var(--accent); stroke-width: 1; }
.plot .band { fill: var(--band); }
.plot .curve { fill: none; stroke: var(--accent); stroke-width: 2; }
.plot .whisker { stroke: var(--ink); stroke-width: 1; }
.plot .name { unicode-bidi: plaintext; }
"""

_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 18, 8, 22
_HEIGHT = 190
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400, 604_800)
_TICKS = 6
_LABEL = 44  # columns of a name


class Bar(Struct, frozen=True):
    """A bar: what it is of, how long it is, what stands beside it, and the ends of its interval."""

    label: str
    value: float
    told: str
    interval: tuple[float, float] | None = None


def survival_plot(key: str, title: str, description: str, curve: Curve, until: int) -> str:
    """The share that still waits, over time, in its band."""
    inner, bottom = WIDTH - _LEFT - _RIGHT, _HEIGHT - _BOTTOM

    def x(at: float) -> str:
        return _n(_LEFT + inner * min(at, until) / max(until, 1))

    def y(share: float) -> str:
        return _n(_TOP + (bottom - _TOP) * (1 - share))

    steps = [step for step in curve.steps if step.at <= until]
    line = f"M{x(0)} {y(1)}"
    upper, lower = [(x(0), y(1))], [(x(0), y(1))]
    before = (y(1), y(1))
    for step in steps:
        line += f"H{x(step.at)}V{y(step.left)}"
        upper += [(x(step.at), before[0]), (x(step.at), y(step.high))]
        lower += [(x(step.at), before[1]), (x(step.at), y(step.low))]
        before = y(step.high), y(step.low)
    line += f"H{x(until)}"
    upper.append((x(until), before[0]))
    lower.append((x(until), before[1]))
    band = " ".join(f"{one},{other}" for one, other in (*upper, *reversed(lower)))
    parts = [*_shares(1.0, y), f'<polygon class="band" points="{band}"/>', f'<path class="curve" d="{line}"/>']
    step_size = next((one for one in _STEPS if until / one <= _TICKS), _STEPS[-1])
    for tick in range(0, until + 1, step_size):
        parts.append(_text(x(tick), _n(_HEIGHT - 6), show_duration(tick), "middle"))
    return _svg(key, title, description, _HEIGHT, parts)


def hour_plot(key: str, title: str, description: str, bars: Sequence[Bar | None], *, shares: bool) -> str:
    """A bar for each hour of the day; None where nothing came in. Shares have their intervals, counts their most."""
    inner, bottom = WIDTH - _LEFT - _RIGHT, _HEIGHT - _BOTTOM
    ends = [max(bar.value, bar.interval[1] if bar.interval else 0) for bar in bars if bar]
    top = _round_up(max(ends, default=1.0), shares=shares)
    room = inner / max(len(bars), 1)

    def y(value: float) -> str:
        return _n(_TOP + (bottom - _TOP) * (1 - min(value, top) / top))

    parts = _shares(top, y) if shares else _numbers(top, y)
    for place, bar in enumerate(bars):
        left = _LEFT + place * room
        if bar is not None:
            height = (bottom - _TOP) * min(bar.value, top) / top
            where = f'x="{_n(left + room * 0.15)}" y="{y(bar.value)}" width="{_n(room * 0.7)}" height="{_n(height)}"'
            look, told = "softly" if bar.interval else "bar", text(f"{bar.label}: {bar.told}")
            parts.append(f'<rect class="{look}" {where}><title>{told}</title></rect>')
            if bar.interval:
                at = _n(left + room / 2)
                ends_at = f'x1="{at}" x2="{at}" y1="{y(bar.interval[0])}" y2="{y(bar.interval[1])}"'
                parts.append(f'<line class="whisker" {ends_at}/>')
        if place % 3 == 0:
            parts.append(_text(_n(left + room / 2), _n(_HEIGHT - 6), f"{place:02}", "middle"))
    return _svg(key, title, description, _HEIGHT, parts)


def bar_plot(key: str, title: str, description: str, bars: Sequence[Bar]) -> str:
    """Bars side by side under their names."""
    most = max((bar.value for bar in bars), default=0) or 1
    parts, row = [], 34
    for place, bar in enumerate(bars):
        top = place * row
        parts.append(_text("0", _n(top + 12), _short(bar.label), "start", "name"))
        parts.append(_text(_n(WIDTH), _n(top + 12), bar.told, "end", "quiet-text"))
        width = WIDTH * bar.value / most
        parts.append(f'<rect class="bar" x="0" y="{_n(top + 17)}" width="{_n(width)}" height="9"/>')
    return _svg(key, title, description, max(row * len(bars), 1), parts)


def _short(label: str) -> str:
    if size(label) <= _LABEL:
        return label
    while size(label) > _LABEL - 1:
        label = label[:-1]
    return f"{label}…"


def _round_up(value: float, *, shares: bool) -> float:
    if shares:
        return max(0.2, min(1.0, ceil(value * 5) / 5))
    step = 1
    while step * 10 < value:
        step *= 10
    return max(1.0, -(-value // step) * step)


def _shares(top: float, y: Callable[[float], str]) -> list[str]:
    return _rules([(top * part / 4, f"{round(top * part * 25)}%") for part in range(5)], y)


def _numbers(top: float, y: Callable[[float], str]) -> list[str]:
    parts = 4 if top % 4 == 0 else 5 if top % 5 == 0 else 2 if top % 2 == 0 else 1
    return _rules([(top * part / parts, f"{round(top * part / parts):,}") for part in range(parts + 1)], y)


def _rules(marks: Sequence[tuple[float, str]], y: Callable[[float], str]) -> list[str]:
    found = []
    for value, label in marks:
        at = y(value)
        found.append(f'<line class="rule" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{at}" y2="{at}"/>')
        found.append(_text(_n(_LEFT - 4), _n(float(at) + 4), label, "end"))
    return found


def _text(x: str, y: str, label: str, anchor: str, look: str = "quiet-text") -> str:
    return f'<text class="{look}" x="{x}" y="{y}" text-anchor="{anchor}">{text(label)}</text>'


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _svg(key: str, title: str, description: str, height: float, parts: Sequence[str]) -> str:
    """`key` is an id of ours."""
    head = (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {_n(height)}" role="img" aria-labelledby="{key}-title {key}-desc">'
        f'\n<title id="{key}-title">{text(title)}</title>\n<desc id="{key}-desc">{text(description)}</desc>'
    )
    return "\n".join([head, *parts, "</svg>"])
