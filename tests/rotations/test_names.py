"""Names are compared without what does not count, however long they are."""

from __future__ import annotations

import sys
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from oncall.rotations.titles import normal, visible
from tests.work import growth

LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})


@given(st.lists(st.text(max_size=20), min_size=20, max_size=20))
def test_a_name_is_its_letters_without_case_accents_and_runs_of_spaces(names: list[str]) -> None:
    for name in names:
        plain = [one for one in unicodedata.normalize("NFKD", visible(name)) if not unicodedata.combining(one)]
        assert normal(name) == " ".join("".join(plain).casefold().translate(LETTERS).split())


def test_every_letter_comes_out_as_if_normalized_at_once() -> None:
    for number in range(sys.maxunicode):
        letter = chr(number)
        plain = [one for one in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(one)]
        if unicodedata.combining(letter) or len(plain) > 1:
            assert normal(letter) == " ".join("".join(plain).casefold().split())


def test_a_run_of_accents_takes_no_longer_than_it_is_long() -> None:
    assert growth(lambda size: normal("\u0301\u0323" * size), 20_000) < 3
