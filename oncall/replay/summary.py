"""Many verdicts, counted."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct, field

from oncall.replay.verdict import GOOD, Verdict


class Summary(Struct):
    """How many dispatches there were, by result, cause, account and what they were held against; with a candidate, by
    what it would have changed: `best` if everything unknown had gone well, `worst` if nothing had."""

    dispatches: int = 0
    result: Counter[str] = field(default_factory=Counter)
    cause: Counter[str] = field(default_factory=Counter)
    also: Counter[str] = field(default_factory=Counter)
    accounts: dict[str, Counter[str]] = field(default_factory=dict)
    revisions: Counter[str] = field(default_factory=Counter)
    today: Counter[str] = field(default_factory=Counter)
    verdict: Counter[str] = field(default_factory=Counter)
    best: Counter[str] = field(default_factory=Counter)
    worst: Counter[str] = field(default_factory=Counter)

    def add(self, one: Verdict) -> None:
        """One more."""
        self.dispatches += 1
        self.result[one.result] += 1
        if one.cause is not None:
            self.cause[one.cause] += 1
        for kind in one.also:
            self.also[kind] += 1
        name = one.account or ""
        if name not in self.accounts:
            self.accounts[name] = Counter()
        self.accounts[name][one.result] += 1
        if one.plan is not None and one.plan.revision is not None:
            self.revisions[one.plan.revision] += 1
        elif one.plan is not None:
            self.today[one.plan.why_today or ""] += 1
        if one.counterfactual is not None:
            self.verdict[one.counterfactual.verdict] += 1
            self.best[one.counterfactual.best] += 1
            self.worst[one.counterfactual.worst] += 1

    def merge(self, other: Summary) -> None:
        """Those that another process has counted."""
        self.dispatches += other.dispatches
        for name in ("result", "cause", "also", "revisions", "today", "verdict", "best", "worst"):
            getattr(self, name).update(getattr(other, name))
        for account, results in other.accounts.items():
            self.accounts.setdefault(account, Counter()).update(results)

    @property
    def good(self) -> int:
        """How many ended well."""
        return sum(self.result[name] for name in GOOD)
