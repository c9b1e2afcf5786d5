"""The time of a dispatch as a line to scale, broken where so long nothing happens that the rest could not be seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from msgspec import Struct

_STEPS = (
    *(1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200),
    *(86_400, 172_800, 604_800, 2_592_000, 31_536_000),
)
_MOST_BREAKS = 3
_TOO_LARGE = 0.6  # the share of what is drawn to scale that a stretch without anything may have


class Piece(Struct, frozen=True):
    """A stretch of time and the stretch of the line that shows it; what is `left_out` is not to scale."""

    start: float
    end: float
    left: float
    right: float
    left_out: bool = False


class Axis(Struct, frozen=True):
    """A line from 0 to `width`. All that is not left out has one scale."""

    pieces: tuple[Piece, ...]
    width: float

    def at(self, second: float) -> float:
        """Where an instant is on the line."""
        for piece in self.pieces:
            if second <= piece.end:
                break
        share = (second - piece.start) / (piece.end - piece.start) if piece.end > piece.start else 0
        return piece.left + max(0.0, min(1.0, share)) * (piece.right - piece.left)

    @property
    def breaks(self) -> tuple[Piece, ...]:
        """What is left out."""
        return tuple(piece for piece in self.pieces if piece.left_out)

    def ticks(self, room: float) -> Iterator[float]:
        """Round times no nearer to each other than that."""
        drawn = [piece for piece in self.pieces if not piece.left_out]
        seconds = sum(piece.end - piece.start for piece in drawn)
        width = sum(piece.right - piece.left for piece in drawn)
        scale = width / seconds if seconds else 0
        step = next((one for one in _STEPS if one * scale >= room), _STEPS[-1])
        last = float("-inf")
        for piece in drawn:
            second = -(-piece.start // step) * step
            found = [piece.start] if piece is not self.pieces[0] else []
            while second <= piece.end:
                found.append(second)
                second += step
            for one in found:
                if self.at(one) - last >= room or last == float("-inf"):
                    last = self.at(one)
                    yield one


def axis_of(instants: Iterable[float], width: float, gap: float) -> Axis:
    """The line for some instants; a break takes `gap` of it."""
    points = sorted(set(instants)) or [0.0]
    if len(points) == 1:
        points = [points[0], points[0] + 1]
    stretches = list(pairwise(points))
    left_out = _left_out(stretches)
    seconds = sum(end - start for place, (start, end) in enumerate(stretches) if place not in left_out)
    scale = (width - gap * len(left_out)) / (seconds or 1)
    pieces: list[Piece] = []
    left = 0.0
    for place, (start, end) in enumerate(stretches):
        right = left + (gap if place in left_out else (end - start) * scale)
        pieces.append(Piece(start, end, left, right, place in left_out))
        left = right
    return Axis(tuple(_joined(pieces)), width)


def _left_out(stretches: list[tuple[float, float]]) -> set[int]:
    """The stretches that would leave no room for the others."""
    found: set[int] = set()
    lengths = [end - start for start, end in stretches]
    while len(found) < min(_MOST_BREAKS, len(stretches) - 1):
        rest = [place for place in range(len(stretches)) if place not in found]
        longest = max(rest, key=lambda place: lengths[place])
        if lengths[longest] <= _TOO_LARGE * sum(lengths[place] for place in rest) or lengths[longest] < 60:
            break
        found.add(longest)
    return found


def _joined(pieces: list[Piece]) -> Iterator[Piece]:
    """Neighbours that are to scale, as one."""
    last: Piece | None = None
    for piece in pieces:
        if last is not None and not last.left_out and not piece.left_out:
            last = Piece(last.start, piece.end, last.left, piece.right)
            continue
        if last is not None:
            yield last
        last = piece
    if last is not None:
        yield last
