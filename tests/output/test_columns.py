"""Text in columns of a terminal, whatever its width and whatever the text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from oncall.output.columns import cut, folded, padded, size

ODD = ("日本", "👩‍👩‍👧", "👍🏽", "e\u0301", "אבג", "\u200d", "a", " ", "—", "ｆ", "한", "🇩🇪", "Zoë", "-")
TEXTS = st.one_of(st.text(st.sampled_from("".join(ODD)), max_size=40), st.lists(st.sampled_from(ODD)).map("".join))
WIDTHS = st.integers(-3, 120)


@given(TEXTS, WIDTHS)
def test_what_is_folded_is_whole_however_narrow_the_terminal(text: str, width: int) -> None:
    lines = list(folded(text, width))
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@given(TEXTS, st.integers(2, 120))
def test_what_is_folded_fits_where_a_letter_does(text: str, width: int) -> None:
    assert all(cell_len(line) <= width for line in folded(text, width))


@given(TEXTS, WIDTHS)
def test_what_is_cut_is_no_wider_than_asked_for(text: str, width: int) -> None:
    shown = cut(text, width)
    assert size(shown) <= max(width, 0)
    assert shown == text if size(text) <= width else not width > 0 or shown.endswith("…")


@given(TEXTS, st.integers(0, 120))
def test_what_is_padded_is_as_wide_as_asked_for(text: str, width: int) -> None:
    assert size(padded(text, width)) == max(width, size(text))
