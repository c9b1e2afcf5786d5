"""Shares of counted things, with what a few cases leave open."""

from __future__ import annotations

from math import sqrt

from msgspec import Struct

Z = 1.959963984540054  # of the normal distribution: 95% lie between -Z and Z


class Share(Struct, frozen=True):
    """So many of so many. There is no share of none."""

    number: int
    of: int

    @property
    def value(self) -> float | None:
        """The share, from 0 to 1."""
        return self.number / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95% interval. Wilson, E. B. (1927), Probable inference, the law of succession, and statistical
        inference, JASA 22, 209-212."""
        if not self.of:
            return None
        share, square = self.number / self.of, Z * Z / self.of
        centre = (share + square / 2) / (1 + square)
        spread = Z * sqrt(share * (1 - share) / self.of + square / (4 * self.of)) / (1 + square)
        low = centre - spread if self.number else 0.0
        high = centre + spread if self.number < self.of else 1.0
        return max(0.0, low), min(1.0, high)
