"""The metrics as tables of texts, the same in every format that people read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import tzinfo

from msgspec import Struct
from msgspec.structs import replace

from oncall.output.replay_words import KINDS, short
from oncall.output.words import moment, safe
from oncall.replay.metrics import (
    CALL,
    HANG_UPS,
    MESSAGE,
    NEEDS,
    PERCENTILES,
    Counts,
    Kind,
    Metrics,
    Operator,
    Person,
    Span,
    Supervisor,
)
from oncall.replay.shares import Share
from oncall.replay.survival import Curve, Percentile
from oncall.times import show_duration

NONE = "—"
NOT_KNOWN = "(not known)"
NOT_NAMED = "(not named)"
MARKS = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400)
"""Seconds at which the curve is read off."""

_LISTED = 5  # dispatches of an operator


class Row(Struct, frozen=True):
    """A row; `bar` is the length of its picture, from 0 to 1, where it has one. `brief` is what a measure means in the
    few words that the summary has room for; it leaves out a measure without."""

    cells: tuple[str, ...]
    bar: float | None = None
    brief: str = ""


class Table(Struct, frozen=True):
    """Rows under headings, and what has to be known to read them. `key` tells it from the others; `pictured` says what
    the bars show. `footnotes` say why a cell has a dash, where the source of the log cannot show it."""

    key: str
    title: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str = ""
    pictured: str = ""
    footnotes: tuple[str, ...] = ()


def tables_of(metrics: Metrics, zone: tzinfo) -> Iterator[Table]:
    """All of them: of calls, of messages, and of what concerns both."""
    for kind in (CALL, MESSAGE):
        if kind in metrics.kinds:
            yield from kind_tables(kind, metrics.kinds[kind], metrics)
    yield from common_tables(metrics, zone)


def summary_tables(metrics: Metrics) -> Iterator[Table]:
    """The most important numbers: of each kind as a whole, the accounts that are answered least, and who is woken."""
    kinds = [(kind, metrics.kinds[kind]) for kind in (CALL, MESSAGE) if kind in metrics.kinds]
    for kind, found in kinds:
        table = overview(kind, found)
        rows = (replace(row, cells=(*row.cells[:2], row.brief)) for row in table.rows if row.brief)
        yield replace(table, rows=tuple(rows))
    for kind, found in kinds:
        table = account_table(kind, found, metrics)
        yield _with_columns(table, ("account", plural(kind), "answered", "service level"))
    table = people_table(metrics.people)
    woken = tuple(row for row in table.rows if row.bar)
    if woken:
        titled = replace(table, title="woken, 22:00 to 08:00", rows=woken)
        yield _with_columns(titled, ("person", "name", "wake-ups"))


def _with_columns(table: Table, headings: tuple[str, ...]) -> Table:
    """A table with some of its columns alone."""
    kept = [table.headings.index(heading) for heading in headings]
    rows = (replace(row, cells=tuple(row.cells[column] for column in kept)) for row in table.rows)
    return replace(table, headings=headings, rows=tuple(rows))


def topic(table: Table) -> str:
    """What a table is about, whatever kind it is of: `hours`."""
    return table.key.partition("-")[2] or table.key


TOPICS = (
    *("overview", "taken", "depth", "accounts", "hours", "operators", "diverged"),
    *("backup", "people", "supervisors", "supervision"),
)


def plural(kind: str) -> str:
    """`calls`."""
    return f"{kind}s"


# Cells.


def percent(share: float) -> str:
    """A share in whole per cent, a half rounded up; only all is 100%, only none is 0%."""
    whole = int(round(share * 100, 9) + 0.5)  # 29 of 200 is 14.5, and a little less as a float
    if whole == 100 and share < 1:
        return ">99%"
    return "<1%" if whole == 0 and share > 0 else f"{whole}%"


def share_text(share: Share) -> str:
    """`81% 301/371 [77–85]`: never a share without what it is of."""
    value, interval = share.value, share.interval
    if value is None or interval is None:
        return NONE
    return f"{percent(value)} {share.number:,}/{share.of:,} [{round(interval[0] * 100)}–{round(interval[1] * 100)}]"


def percentile_text(one: Percentile, number: int) -> str:
    """`19s [17s–23s]`; a dash for an end beyond what was seen."""
    if not number:
        return NONE
    if one.at is None and one.low is None:
        return "not reached"
    at, low, high = (show_duration(value) if value is not None else "?" for value in (one.at, one.low, one.high))
    return f"{at if one.at is not None else 'not reached'} [{low}–{high}]"


def hour_text(hour: int) -> str:
    """`20:00`, the hour that begins then."""
    return f"{hour:02}:00"


def _median(counts: Counts) -> str:
    curve = counts.curve
    if not counts.is_time_shown:
        return NONE
    return percentile_text(curve.percentile(0.5), curve.number)


def _named(name: str | None, otherwise: str) -> str:
    return safe(name) if name else otherwise


# Calls, or messages.


def kind_tables(kind: str, found: Kind, metrics: Metrics) -> Iterator[Table]:
    """The tables of one kind."""
    yield overview(kind, found)
    yield taken_table(kind, found.total.curve)
    yield depth_table(kind, found.total)
    yield account_table(kind, found, metrics)
    yield hour_table(kind, found)
    yield operator_table(kind, found)
    if any(one.diverged for one in found.operators.values()):
        yield diverged_table(kind, found)


SHARES = "how many, of how many, and in brackets the likely range (95%)"
OVERVIEW = ("measure", "value", "means")


def overview(kind: str, found: Kind) -> Table:
    """All of them together."""
    rows = tuple(_overview(kind, found))
    return Table(f"{kind}-overview", f"{plural(kind)}", OVERVIEW, rows, SHARES, "", _footnotes(kind, [found.total]))


def _footnotes(kind: str, groups: Iterable[Counts]) -> tuple[str, ...]:
    """Why some numbers of some groups are a dash."""
    measures = [measure for measure in NEEDS if kind == CALL or measure != "abandonment"]
    found = (counts.lacking(measure) for counts in groups for measure in measures)
    return tuple(dict.fromkeys(f"{NONE} {lacking}" for lacking in found if lacking))


def _overview(kind: str, found: Kind) -> Iterator[Row]:
    counts, limit, those = found.total, show_duration(found.limit), plural(kind)
    came_in = "that came in"
    yield Row((those, f"{counts.dispatches:,}", came_in), None, came_in)
    if counts.dispatches - counts.determined:
        number = f"{counts.dispatches - counts.determined:,}"
        means = "their end is not in the log: left out of the percentages"
        yield Row(("undetermined", number, means), None, "end not in the log: not counted")
    answered = "taken by a person, or picked up (not proven to be a person)"
    yield _shared("answered", counts.answer_rate, answered, "taken, or at least picked up")
    back = "called back in time, of those not answered"
    yield _shared("called back", counts.recovered, back, "in time, of those not answered")
    if kind == CALL:
        left = "the caller hung up before anyone took it, called back or not"
        yield _shared("abandoned", counts.abandonment, left, "hung up before anyone took it")
        if found.peak is not None:
            share = found.hours[found.peak].abandonment
            text = f"the same in the busiest hour of the day, from {hour_text(found.peak)}"
            yield _shared("abandoned at peak", share, text)
    against = "; hang-ups count against it" if kind == CALL else ""
    taken = f"taken within {limit}, of all"
    yield _shared("service level", counts.service_level, f"{taken}{against}", taken)
    if kind == CALL:
        text = f"the same without callers who hung up within {limit}"
        yield _shared("without early leavers", counts.service_level_without_early, text)
    yield from _times_taken(those, counts)
    resolved = "the reason was dealt with, where the log says"
    yield _shared("resolved", counts.resolution, resolved, "dealt with, where the log says")
    followed = "no step differed, where that can be judged"
    yield _shared("as the policy says", counts.adherence, followed, "no step differed, where known")


def _times_taken(those: str, counts: Counts) -> Iterator[Row]:
    curve = counts.curve
    for share in PERCENTILES:
        value = percentile_text(curve.percentile(share), curve.number) if counts.is_time_shown else NONE
        if share == 0.5:
            means = f"half of all {those} were taken by then (unanswered ones allowed for)"
            yield Row(("median time to take", value, means), None, "half were taken by then")
            continue
        means = f"{percent(share)} were taken by then"
        yield Row((f"{percent(share)} taken after", value, means), None, means if share == max(PERCENTILES) else "")


def _shared(what: str, share: Share, means: str, brief: str = "") -> Row:
    return Row((what, share_text(share), means), share.value, brief)


def taken_table(kind: str, curve: Curve) -> Table:
    """The curve, read off at some times."""
    last = max((step.at for step in curve.steps), default=0)
    marks = [mark for mark in MARKS if mark < last]
    marks += [mark for mark in MARKS if mark >= last][:1] if curve.steps else []
    return Table(
        f"{kind}-taken",
        f"{plural(kind)}: taken by then",
        ("after", "taken", "interval", "still waiting"),
        tuple(_taken(curve, mark) for mark in marks),
        f"how many had been taken after so long: {curve.happened:,} of {curve.number:,} were in the end, and the others"
        " count as waiting for as long as they lasted (Kaplan–Meier, with its 95% interval at each time)",
        "share taken",
    )


def _taken(curve: Curve, mark: int) -> Row:
    step = next((one for one in reversed(curve.steps) if one.at <= mark), None)
    taken = 1 - step.left if step else 0.0
    interval = f"{round((1 - step.high) * 100)}–{round((1 - step.low) * 100)}%" if step else NONE
    return Row((show_duration(mark), percent(taken), interval, percent(1 - taken)), taken)


def depth_table(kind: str, counts: Counts) -> Table:
    """Which tier took them."""
    total = sum(counts.tier.values())
    tiers = range(1, max(counts.tier, default=0) + 1)
    rows = [Row((f"tier {tier}", f"{counts.tier[tier]:,}", share_text(counts.depth(tier)))) for tier in tiers]
    if counts.tier[0]:
        rows.append(Row(("not known", f"{counts.tier[0]:,}", share_text(counts.depth(0)))))
    bars = [*(counts.tier[tier] for tier in tiers), *((counts.tier[0],) if counts.tier[0] else ())]
    barred = tuple(Row(row.cells, bar / total if total else None) for row, bar in zip(rows, bars, strict=True))
    return Table(
        f"{kind}-depth",
        f"{plural(kind)}: who took them",
        ("tier", plural(kind), "share"),
        barred,
        "how far down the chain, of those that somebody took",
        "share of those taken",
    )


def _columns(kind: str) -> tuple[str, ...]:
    ends = ("abandoned",) if kind == CALL else ()
    return (plural(kind), "answered", *ends, "service level", "median time", "resolved")


def _cells(kind: str, counts: Counts) -> tuple[str, ...]:
    ends = (share_text(counts.abandonment),) if kind == CALL else ()
    return (
        f"{counts.dispatches:,}",
        share_text(counts.answer_rate),
        *ends,
        share_text(counts.service_level),
        _median(counts),
        share_text(counts.resolution),
    )


def account_table(kind: str, found: Kind, metrics: Metrics) -> Table:
    """By account, those first that are answered least."""

    def order(entry: tuple[str | None, Counts]) -> tuple[float, int, str]:
        name, counts = entry
        value = counts.answer_rate.value
        return (2.0 if value is None else value, -counts.dispatches, name or "")

    rows = [
        Row((_named(name, NOT_KNOWN), safe(metrics.names.get(name or "", "")), *_cells(kind, counts)), _bar(counts))
        for name, counts in sorted(found.accounts.items(), key=order)
    ]
    headings = ("account", "name", *_columns(kind))
    title, notes = f"{plural(kind)} by account", _footnotes(kind, found.accounts.values())
    return Table(f"{kind}-accounts", title, headings, tuple(rows), SHARES, "answered", notes)


def _bar(counts: Counts) -> float | None:
    return counts.answer_rate.value


def hour_table(kind: str, found: Kind) -> Table:
    """By the hour of the day they came in; hours without any are left out."""
    most = max((counts.dispatches for counts in found.hours.values()), default=1)
    rows = [
        Row((hour_text(hour), *_cells(kind, found.hours[hour])), found.hours[hour].dispatches / most)
        for hour in sorted(found.hours)
    ]
    headings = ("hour", *_columns(kind))
    title, notes = f"{plural(kind)} by hour of the day", _footnotes(kind, found.hours.values())
    return Table(f"{kind}-hours", title, headings, tuple(rows), SHARES, plural(kind), notes)


def abandonment_table(found: Kind) -> Table:
    """Who left, by the hour of the day they came in."""
    rows = [
        Row((hour_text(hour), f"{counts.dispatches:,}", share_text(counts.abandonment)), counts.abandonment.value)
        for hour, counts in sorted(found.hours.items())
    ]
    return Table(
        "call-abandonment",
        "abandonment by hour of the day",
        ("hour", "calls", "abandoned"),
        tuple(rows),
        SHARES,
        "",
        tuple(note for note in _footnotes(CALL, found.hours.values()) if HANG_UPS in note),
    )


def operator_table(kind: str, found: Kind) -> Table:
    """By operator, those first who followed the policy least."""

    def order(entry: tuple[str | None, Operator]) -> tuple[float, int, str]:
        name, one = entry
        value = one.counts.adherence.value
        return (2.0 if value is None else value, -one.counts.dispatches, name or "")

    rows = [
        Row(
            (
                _named(name, NOT_NAMED),
                f"{one.counts.dispatches:,}",
                share_text(one.counts.adherence),
                *_cells(kind, one.counts)[1:],
            ),
            one.counts.adherence.value,
        )
        for name, one in sorted(found.operators.items(), key=order)
    ]
    headings = ("operator", plural(kind), "as the policy says", *_columns(kind)[1:])
    title, notes = f"{plural(kind)} by operator", _footnotes(kind, (one.counts for one in found.operators.values()))
    return Table(f"{kind}-operators", title, headings, tuple(rows), SHARES, "as the policy says", notes)


def diverged_table(kind: str, found: Kind, most: int = _LISTED) -> Table:
    """The dispatches behind the operators' shares, the first of each."""
    rows, left = [], 0
    for name, one in sorted(found.operators.items(), key=lambda entry: entry[0] or ""):
        left += one.counts.judged - one.counts.followed - len(one.diverged[:most])
        rows += [
            Row(
                (
                    _named(name, NOT_NAMED),
                    safe(each.dispatch, 60),
                    _named(each.account, NOT_KNOWN),
                    KINDS.get(each.kind, short(each.kind)),
                    str(each.log_line),
                )
            )
            for each in one.diverged[:most]
        ]
    note = f"{left:,} more: --diverged FILE writes them all" if left else ""
    headings = ("operator", "dispatch", "account", "first divergence", "log line")
    return Table(f"{kind}-diverged", f"{plural(kind)} that left the policy", headings, tuple(rows), note)


# What concerns both.


def common_tables(metrics: Metrics, zone: tzinfo) -> Iterator[Table]:
    """The backup, the people, the supervisors."""
    if metrics.backups:
        yield backup_table(metrics, zone)
    if metrics.people:
        yield people_table(metrics.people)
    if metrics.supervisors:
        yield supervisor_table(metrics)
        yield supervision_table(metrics)


def backup_table(metrics: Metrics, zone: tzinfo) -> Table:
    """How often a tier after the first was tried; accounts where it never was first."""
    found = sorted(
        metrics.backups.items(), key=lambda entry: (entry[1].share.value or 0, -entry[1].dispatches, entry[0] or "")
    )
    rows = [
        Row((_named(name, NOT_KNOWN), share_text(one.share), _last(one.last, zone)), one.share.value)
        for name, one in (*found, *((("all accounts", metrics.backup),) if len(found) > 1 else ()))
    ]
    return Table(
        "backup",
        "the backup, exercised",
        ("account", "tried", "last"),
        tuple(rows),
        "calls and messages that went beyond the first tier, of those of which the log shows that",
        "share",
    )


def _last(at: float | None, zone: tzinfo) -> str:
    return moment(int(at), zone) if at is not None else "never"


def people_table(people: dict[str, Person]) -> Table:
    """Who was tried, who was woken; most often first."""
    most = max((len(one.wakings) for one in people.values()), default=0)
    rows = [
        Row(
            (
                safe(person),
                safe(one.name),
                f"{len(one.wakings):,}",
                f"{one.at_night:,}",
                f"{one.attempts:,}",
                share_text(one.answer_rate),
                safe(one.timezone),
            ),
            len(one.wakings) / most if most else None,
        )
        for person, one in sorted(people.items(), key=lambda entry: (-len(entry[1].wakings), entry[0]))
    ]
    return Table(
        "people",
        "people",
        ("person", "name", "wake-ups", "attempts at night", "attempts", "took", "night in"),
        tuple(rows),
        "wake-ups: rung between 22:00 and 08:00 their time (several attempts within a minute are one); took: of what"
        " they were given the time to take",
        "wake-ups",
        tuple(dict.fromkeys(f"{NONE} {one.lacking}" for one in people.values() if one.lacking)),
    )


def supervisor_table(metrics: Metrics) -> Table:
    """How many accounts each supervisor had when theirs came in; most first."""
    nobody = f"; {metrics.unsupervised:,} came in with no supervisor on duty" if metrics.unsupervised else ""
    most = max((one.total.most for one in metrics.supervisors.values()), default=1)
    rows = [
        Row((safe(who.strip()), safe(one.name), *_span(one.total)), one.total.most / most)
        for who, one in _supervisors(metrics)
    ]
    return Table(
        "supervisors",
        "accounts per supervisor",
        ("supervisor", "name", *_SPAN),
        tuple(rows),
        f"how many accounts were theirs whenever a call or message for one of those came in{nobody}",
        "accounts at most",
    )


def supervision_table(metrics: Metrics) -> Table:
    """The same by hour of the day, all supervisors together."""
    hours: dict[int, Span] = {}
    for _, one in _supervisors(metrics):
        for hour, span in one.hours.items():
            hours.setdefault(hour, Span()).merge(span)
    most = max((span.most for span in hours.values()), default=1)
    return Table(
        "supervision",
        "accounts per supervisor by hour of the day",
        ("hour", *_SPAN),
        tuple(Row((hour_text(hour), *_span(hours[hour])), hours[hour].most / most) for hour in sorted(hours)),
        "of each supervisor, whenever a call or message came in for an account of theirs",
        "accounts at most",
    )


def supervised_table(metrics: Metrics) -> Table:
    """The same of each supervisor."""
    rows = [
        Row((safe(who.strip()), safe(one.name), hour_text(hour), *_span(one.hours[hour])))
        for who, one in _supervisors(metrics)
        for hour in sorted(one.hours)
    ]
    headings = ("supervisor", "name", "hour", *_SPAN)
    return Table("supervised", "accounts of each supervisor by hour of the day", headings, tuple(rows))


def _supervisors(metrics: Metrics) -> Iterable[tuple[str, Supervisor]]:
    return sorted(metrics.supervisors.items(), key=lambda entry: (-entry[1].total.most, entry[0]))


_SPAN = ("dispatches", "accounts, mean", "at most")


def _span(span: Span) -> tuple[str, ...]:
    return f"{span.dispatches:,}", f"{span.mean:.1f}", f"{span.most:,}"
