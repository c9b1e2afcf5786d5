"""A dispatch drawn to scale: what can be read of it."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from oncall.output.blocks import Bar, Drawing, Lane, Mark
from oncall.output.timeline_svg import NARROW, WIDE, timeline_svg

SVG = "{http://www.w3.org/2000/svg}"
LABELS = st.sampled_from(["Zoë Lindgren, voice", "山田 太郎, sms", "Ann Lee, push", "W" * 60])
LANES = st.lists(LABELS, max_size=5).map(
    lambda labels: tuple(
        Lane(label, (Bar(5.0 * n, 5.0 * n + 30, str(n), "no answer", "bad"),)) for n, label in enumerate(labels)
    )
)
MARKS = st.lists(st.tuples(st.integers(0, 400), st.sampled_from(["first", "bad", "note"])), min_size=1, max_size=4).map(
    lambda found: tuple(Mark(float(at), "the caller hung up", look) for at, look in found)
)


@given(LANES, LANES, MARKS, st.sampled_from([WIDE, NARROW]))
def test_no_line_runs_through_a_text(
    expected: tuple[Lane, ...], actual: tuple[Lane, ...], marks: tuple[Mark, ...], width: int
) -> None:
    drawing = Drawing("a call", (), expected, actual, marks, 420.0)
    svg = ElementTree.fromstring(timeline_svg(drawing, width, "t"))
    elements = list(svg.iter())
    lines = [one for one in elements if one.tag.endswith("line") and "mark" in (one.get("class") or "")]
    assert len(lines) == len(marks)
    last_line = elements.index(lines[-1])
    plates = [one for one in elements[last_line:] if one.get("class") == "plate"]
    for text in (one for one in elements if one.tag.endswith("text") and "number" not in (one.get("class") or "")):
        left, base = float(text.get("x", "")), float(text.get("y", ""))
        if text.get("text-anchor") == "end":
            continue  # that of a mark, beside its line
        right = left + 5 * len(text.text or "")  # less than a text takes in any font
        for line in lines:
            x, top, bottom = (float(line.get(key, "")) for key in ("x1", "y1", "y2"))
            if left < x < right and top < base - 6 < bottom and text.get("text-anchor") != "start":
                assert any(covers(plate, x, base - 6) for plate in plates), (text.text, x)


def covers(plate: ElementTree.Element, x: float, y: float) -> bool:
    left, top, width, height = (float(plate.get(key, "")) for key in ("x", "y", "width", "height"))
    return left <= x <= left + width and top <= y <= top + height
