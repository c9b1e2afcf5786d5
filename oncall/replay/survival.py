"""How long something takes where not everybody was watched to the end.

Kaplan and Meier's product-limit estimate: the share of those still waiting after a time, of everybody, when those who
went out of sight before (the censored) count as long as they were seen. Intervals are pointwise, from Greenwood's
variance on the scale of log(-log), which keeps them between 0 and 1; those of a percentile are Brookmeyer and
Crowley's: the times at which the band passes it.

Kaplan, E. L. and Meier, P. (1958), Nonparametric estimation from incomplete observations, JASA 53, 457-481.
Brookmeyer, R. and Crowley, J. (1982), A confidence interval for the median survival time, Biometrics 38, 29-41.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, log, sqrt

from msgspec import Struct

from oncall.replay.shares import Z

_SAME = 1e-12  # two shares that differ by less are one: products of fractions are not exact


class Step(Struct, frozen=True):
    """A time at which it happened to somebody: how many were still seen to wait just before, to how many it happened,
    and the share that waits on, with its interval."""

    at: int
    waiting: int
    happened: int
    left: float
    low: float
    high: float


class Percentile(Struct, frozen=True):
    """The time by which it has happened to a share, and its interval; None where that is beyond what was seen."""

    share: float
    at: int | None
    low: int | None
    high: int | None


class Curve(Struct, frozen=True):
    """The estimate: its steps, of how many, to how many it happened, and the last time at which anybody was seen."""

    steps: tuple[Step, ...]
    number: int
    happened: int
    last: int

    def percentile(self, share: float) -> Percentile:
        """The time by which it has happened to a share of all."""
        found: list[int | None] = []
        for value in ("left", "low", "high"):
            reached = (one.at for one in self.steps if getattr(one, value) <= 1 - share + _SAME)
            found.append(next(reached, None))
        return Percentile(share, found[0], found[1], found[2])

    def left_at(self, at: float) -> float:
        """The share that still waits after a time."""
        return next((one.left for one in reversed(self.steps) if one.at <= at), 1.0)


def survival(happened: Mapping[int, int], censored: Mapping[int, int]) -> Curve:
    """The estimate from counts by time: to how many it happened then, and how many were seen until then. At one time
    it happens first, and who goes out of sight was still there."""
    waiting = number = sum(happened.values()) + sum(censored.values())
    left, variance, high, steps = 1.0, 0.0, 1.0, []
    times = sorted({*happened, *censored})
    for at in times:
        hits = happened.get(at, 0)
        if hits:
            left *= 1 - hits / waiting if hits < waiting else 0.0
            low, high, variance = _interval(left, variance, hits, waiting, high)
            steps.append(Step(at, waiting, hits, left, low, high))
        waiting -= hits + censored.get(at, 0)
    return Curve(tuple(steps), number, sum(happened.values()), times[-1] if times else 0)


def _interval(left: float, variance: float, hits: int, waiting: int, before: float) -> tuple[float, float, float]:
    """The interval of a share, and Greenwood's sum so far. Where nobody is left there is none: the last upper end
    stands."""
    if hits == waiting:
        return 0.0, before, variance
    variance += hits / (waiting * (waiting - hits))
    spread = Z * sqrt(variance) / abs(log(left))
    centre = log(-log(left))
    return exp(-exp(centre + spread)), exp(-exp(centre - spread)), variance
