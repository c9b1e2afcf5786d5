"""The end of what a finding is about is found in its neighbourhood, however long the line is."""

from __future__ import annotations

import pytest

from oncall.lint.places import token_end
from tests.work import growth

COLUMN = 5000


@pytest.mark.parametrize(
    ("token", "length"),
    [("plain", 5), ("'quo, ted'", 10), ("[a, [b], c]", 11), ("{a: {b: c}}", 11)],
)
def test_the_end_of_a_value_in_a_long_line_is_found(token: str, length: int) -> None:
    line = "k: [" + "a, " * 5000
    line = line[: COLUMN - 1] + token + ", b]"
    assert token_end(line, COLUMN) == COLUMN + length


@pytest.mark.parametrize("part", ["a, ", "[", "{a: ", "'a", '"\\'])
def test_many_findings_on_one_line_take_no_longer_for_its_length(part: str) -> None:
    def look(size: int) -> None:
        line = "k: [" + part * size
        for column in range(5, 5000, 10):
            token_end(line, column + len(line) // 2)

    assert growth(look, 40_000) < 1.7
