"""The metrics as JSON, oncall.stats/1, and as rows of one number each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import Any

from oncall.output.words import iso, safe
from oncall.replay.metrics import MESSAGE, PERCENTILES, Backup, Counts, Kind, Metrics, Operator, Span
from oncall.replay.shares import Share
from oncall.replay.survival import Curve
from oncall.replay.verdict import RULES_VERSION

SCHEMA = "oncall.stats/1"
COLUMNS = ("kind", "by", "name", "measure", "value", "number", "of", "low", "high")


def stats_document(metrics: Metrics, zone: tzinfo) -> dict[str, Any]:
    """Everything."""
    return {
        "schema": SCHEMA,
        "rules": RULES_VERSION,
        "timezone": str(zone),
        "from": iso(metrics.first, zone),
        "until": iso(metrics.last, zone),
        "dispatches": metrics.dispatches,
        "undetermined": metrics.undetermined,
        "kinds": [_kind(name, metrics.kinds[name], metrics, zone) for name in sorted(metrics.kinds)],
        "backup": _backup(metrics.backup, zone)
        | {"accounts": [{"account": name, **_backup(one, zone)} for name, one in _sorted(metrics.backups)]},
        "people": [
            {
                "person": person,
                "name": one.name,
                "timezone": one.timezone,
                "dispatches": one.dispatches,
                "attempts": one.attempts,
                "answer_rate": _share(one.answer_rate),
                "reasons": {"answer_rate": one.lacking} if one.lacking else {},
                "attempts_at_night": one.at_night,
                "wake_ups": len(one.wakings),
            }
            for person, one in sorted(metrics.people.items())
        ],
        "supervisors": [
            {
                "supervisor": who.strip(),
                "name": one.name,
                **_span(one.total),
                "hours": [{"hour": hour, **_span(one.hours[hour])} for hour in sorted(one.hours)],
            }
            for who, one in sorted(metrics.supervisors.items())
        ],
        "without_supervisor": metrics.unsupervised,
        "supervisor_unknown": metrics.supervision_unknown,
    }


def _sorted(found: dict[str | None, Any]) -> list[tuple[str | None, Any]]:
    return sorted(found.items(), key=lambda entry: (entry[0] is None, entry[0] or ""))


def _kind(name: str, found: Kind, metrics: Metrics, zone: tzinfo) -> dict[str, Any]:
    peak = None
    if found.peak is not None and name != MESSAGE:
        peak = {"hour": found.peak, "abandonment": _share(found.hours[found.peak].abandonment)}
    return {
        "kind": name,
        "within": _seconds(found.limit),
        "total": _counts(name, found.total) | {"curve": _steps(found.total.curve)},
        "peak": peak,
        "accounts": [
            {"account": account, "name": metrics.names.get(account or ""), **_counts(name, counts)}
            for account, counts in _sorted(found.accounts)
        ],
        "hours": [{"hour": hour, **_counts(name, found.hours[hour])} for hour in sorted(found.hours)],
        "operators": [_operator(name, operator, one, zone) for operator, one in _sorted(found.operators)],
    }


def _operator(kind: str, name: str | None, one: Operator, zone: tzinfo) -> dict[str, Any]:
    listed = [
        {
            "dispatch": each.dispatch,
            "account": each.account,
            "at": iso(each.at, zone),
            "kind": each.kind,
            "log_line": each.log_line,
        }
        for each in one.diverged
    ]
    left = one.counts.judged - one.counts.followed - len(listed)
    return {"operator": name, **_counts(kind, one.counts), "diverged": listed, "diverged_left_out": left}


def _counts(kind: str, counts: Counts) -> dict[str, Any]:
    curve = counts.curve
    return {
        "dispatches": counts.dispatches,
        "undetermined": counts.dispatches - counts.determined,
        "result": dict(sorted(counts.result.items())),
        **{name: _share(share) for name, share in shares_of(kind, counts)},
        "reasons": reasons_of(kind, counts),
        "time_to_acknowledge": {
            "number": curve.number,
            "acknowledged": curve.happened,
            "censored": curve.number - curve.happened,
            "percentiles": [
                {"share": one.share, "at": one.at, "low": one.low, "high": one.high}
                if counts.is_time_shown
                else {"share": one.share, "at": None, "low": None, "high": None}
                for one in map(curve.percentile, PERCENTILES)
            ],
        },
        "depth": [{"tier": tier or None, **_share(counts.depth(tier))} for tier in sorted(counts.tier)],
    }


def reasons_of(kind: str, counts: Counts) -> dict[str, str]:
    """Why measures have no value, where the source of the log cannot show what they are of."""
    measures = [*(name for name, _ in shares_of(kind, counts)), "time_to_acknowledge"]
    return {measure: lacking for measure in measures if (lacking := counts.lacking(measure))}


def shares_of(kind: str, counts: Counts) -> Iterator[tuple[str, Share]]:
    """The shares there are of a group of dispatches, by name. Nobody hangs up on a message."""
    yield "answer_rate", counts.answer_rate
    yield "recovered", counts.recovered
    if kind != MESSAGE:
        yield "abandonment", counts.abandonment
    yield "service_level", counts.service_level
    if kind != MESSAGE:
        yield "service_level_without_early", counts.service_level_without_early
    yield "resolved", counts.resolution
    yield "adherence", counts.adherence


def _share(share: Share) -> dict[str, Any]:
    low, high = share.interval or (None, None)
    return {
        "number": share.number,
        "of": share.of,
        "share": _rounded(share.value),
        "low": _rounded(low),
        "high": _rounded(high),
    }


def _backup(one: Backup, zone: tzinfo) -> dict[str, Any]:
    return {"exercised": _share(one.share), "last": iso(one.last, zone)}


def _span(span: Span) -> dict[str, Any]:
    return {"dispatches": span.dispatches, "accounts_mean": _rounded(span.mean), "accounts_most": span.most}


def _steps(curve: Curve) -> list[dict[str, Any]]:
    return [
        {
            "at": one.at,
            "waiting": one.waiting,
            "acknowledged": one.happened,
            "left": _rounded(one.left),
            "low": _rounded(one.low),
            "high": _rounded(one.high),
        }
        for one in curve.steps
    ]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _seconds(value: float) -> float | int:
    return int(value) if value == int(value) else value


# One number a row.


def stats_rows(metrics: Metrics, zone: tzinfo) -> Iterator[tuple[str, ...]]:
    """Everything as rows under COLUMNS; times are in seconds."""
    for name in sorted(metrics.kinds):
        found = metrics.kinds[name]
        yield from _group(name, "all", "", found.total)
        if found.peak is not None and name != MESSAGE:
            yield _share_row(name, "peak hour", str(found.peak), "abandonment", found.hours[found.peak].abandonment)
        for account, counts in _sorted(found.accounts):
            yield from _group(name, "account", safe(account or ""), counts)
        for hour in sorted(found.hours):
            yield from _group(name, "hour", str(hour), found.hours[hour])
        for operator, one in _sorted(found.operators):
            yield from _group(name, "operator", safe(operator or ""), one.counts)
    yield from _common_rows(metrics, zone)


def _group(kind: str, by: str, name: str, counts: Counts) -> Iterator[tuple[str, ...]]:
    yield _plain(kind, by, name, "dispatches", counts.dispatches)
    yield _plain(kind, by, name, "undetermined", counts.dispatches - counts.determined)
    for measure, share in shares_of(kind, counts):
        yield _share_row(kind, by, name, measure, share)
    curve = counts.curve
    for one in map(curve.percentile, PERCENTILES):
        ends = (_cell(one.at), str(curve.happened), str(curve.number), _cell(one.low), _cell(one.high))
        yield (kind, by, name, f"time_to_acknowledge_{round(one.share * 100)}", *ends)
    for tier in sorted(counts.tier):
        yield _share_row(kind, by, name, f"tier_{tier or 'unknown'}", counts.depth(tier))


def _common_rows(metrics: Metrics, zone: tzinfo) -> Iterator[tuple[str, ...]]:
    for account, one in _sorted(metrics.backups):
        yield _share_row("", "account", safe(account or ""), "backup_exercised", one.share)
        yield ("", "account", safe(account or ""), "backup_last", iso(one.last, zone) or "", "", "", "", "")
    for person, tried in sorted(metrics.people.items()):
        yield _plain("", "person", safe(person), "wake_ups", len(tried.wakings))
        yield _plain("", "person", safe(person), "attempts_at_night", tried.at_night)
        yield _plain("", "person", safe(person), "attempts", tried.attempts)
        yield _share_row("", "person", safe(person), "answer_rate", tried.answer_rate)
    for who, supervisor in sorted(metrics.supervisors.items()):
        spans = [("", supervisor.total), *((f"_{hour}", supervisor.hours[hour]) for hour in sorted(supervisor.hours))]
        for hour, span in spans:
            name = safe(who.strip())
            yield _plain("", "supervisor", name, f"accounts_most{hour}", span.most)
            yield _plain("", "supervisor", name, f"accounts_mean{hour}", round(span.mean, 6))


def _plain(kind: str, by: str, name: str, measure: str, value: float) -> tuple[str, ...]:
    return (kind, by, name, measure, str(value), "", "", "", "")


def _share_row(kind: str, by: str, name: str, measure: str, share: Share) -> tuple[str, ...]:
    low, high = share.interval or (None, None)
    ends = (_cell(share.value), str(share.number), str(share.of), _cell(low), _cell(high))
    return (kind, by, name, measure, *ends)


def _cell(value: float | None) -> str:
    return "" if value is None else str(round(value, 6))
