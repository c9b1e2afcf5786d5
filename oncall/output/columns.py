"""Two columns of text beside each other, measured in the columns of a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from oncall.output.who_text import Line, Span


def size(text: str) -> int:
    """How many columns a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # here: only what is not ASCII needs it

    return cell_len(text)


def padded(text: str, width: int) -> str:
    """A text with spaces after it, as wide as it should be."""
    return text + " " * (width - size(text))


def cut(text: str, width: int) -> str:
    """A text that takes no more than so many columns; where it is longer an ellipsis ends it."""
    if size(text) <= width:
        return text
    from rich.cells import set_cell_size  # here: only what does not fit needs it

    return f"{set_cell_size(text, width - 1).rstrip()}…" if width > 0 else ""


def folded(text: str, width: int) -> Iterator[str]:
    """A text in lines no wider than that, broken between words where it can be. A terminal may be narrower than a
    single letter of some scripts: a line then holds one letter."""
    line = ""
    for word in text.split(" "):
        whole = f"{line} {word}" if line else word
        if size(whole) <= width:
            line = whole
            continue
        if line:
            yield line
        *full, line = _pieces(word, width)
        yield from full
    yield line


def _pieces(word: str, width: int) -> list[str]:
    if size(word) <= width:
        return [word]
    pieces, piece = [], ""
    for letter in word:
        if piece and size(letter) and size(piece + letter) > width:
            pieces.append(piece)
            piece = ""
        piece += letter
    return [*pieces, piece]


def beside(left: Iterable[Line], right: Iterable[Line], width: int, gap: str) -> Iterator[Line]:
    """Two blocks of lines side by side, the left one as wide as it should be."""
    nothing: Line = ()
    for one, other in zip_longest(left, right, fillvalue=nothing):
        room = width - sum(size(text) for text, _ in one)
        yield (*one, (" " * room + gap, "quiet"), *other)


def joined(cells: Sequence[Span], widths: Sequence[int]) -> Line:
    """Cells in columns, two spaces apart; a column without width is left out."""
    shown = [(text, look, width) for (text, look), width in zip(cells, widths, strict=True) if width]
    last = len(shown) - 1
    return tuple(
        (padded(text, width) + ("" if place == last else "  "), look) for place, (text, look, width) in enumerate(shown)
    )
