"""`oncall stats` as one page: the plots, under each its table, and what every number means."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from oncall.output import page
from oncall.output.escape import html as text
from oncall.output.plots import STYLE, Bar, bar_plot, hour_plot, survival_plot
from oncall.output.stats_tables import (
    Table,
    abandonment_table,
    account_table,
    backup_table,
    depth_table,
    diverged_table,
    hour_table,
    operator_table,
    overview,
    people_table,
    percentile_text,
    plural,
    share_text,
    supervised_table,
    supervision_table,
    supervisor_table,
    taken_table,
)
from oncall.output.words import moment, safe
from oncall.replay.metrics import CALL, MESSAGE, Kind, Metrics
from oncall.replay.survival import Curve
from oncall.times import show_duration

_MOST_PEOPLE = 30
_DRAWN = 0.98  # of those taken: where the curve is cut off, so that its beginning can be seen


def stats_page(metrics: Metrics, zone: tzinfo, organization: str, log: str) -> str:
    """The whole page. `log` is what the log is called."""
    title = f"On-call numbers{f', {organization}' if organization else ''}"
    parts = [f"<main>\n<h1>{text(title)}</h1>", *_head(metrics, zone, log)]
    if metrics.dispatches:
        for kind in (CALL, MESSAGE):
            if kind in metrics.kinds:
                parts += _kind(kind, metrics.kinds[kind], metrics)
        parts += _common(metrics, zone)
        parts += _definitions(metrics)
    return page.page(title, "\n".join([*parts, "</main>"]), STYLE)


def _head(metrics: Metrics, zone: tzinfo, log: str) -> Iterator[str]:
    if metrics.first is None or metrics.last is None:
        yield f"<p>No dispatch that was asked for is in {page.name(log)}.</p>"
        return
    number = f"{metrics.dispatches:,} dispatch{'' if metrics.dispatches == 1 else 'es'}"
    stretch = f"{moment(int(metrics.first), zone)} to {moment(int(metrics.last), zone)}"
    yield f"<p>{text(number)} in {page.name(log)}, {text(stretch)}. Hours of the day are those of {text(zone)}.</p>"
    if metrics.undetermined:
        said = f"How {metrics.undetermined:,} ended is not in the log; they are left out of the percentages."
        yield f'<p class="note">{text(said)}</p>'


def _section(title: str) -> str:
    return f"<h2>{text(title)}</h2>"


def _table(table: Table, *, folded: bool = False) -> str:
    if not table.rows:
        return ""
    caption = f"{table.title}: {table.note}" if table.note else table.title
    whole = table.headings[-1] != "means"
    shown = page.table(caption, table.headings, (row.cells for row in table.rows), whole=whole)
    shown += "".join(f'\n<p class="note">{text(note)}</p>' for note in table.footnotes)
    return f"<details><summary>{text(f'{table.title}, as a table')}</summary>\n{shown}\n</details>" if folded else shown


def _figure(drawn: str, caption: str, table: Table) -> str:
    below = _table(table, folded=True)
    return f"<figure>\n{drawn}\n<figcaption>{text(caption)}</figcaption>\n{below}\n</figure>"


# Calls, or messages.


def _kind(kind: str, found: Kind, metrics: Metrics) -> Iterator[str]:
    yield _section(plural(kind).capitalize())
    yield _table(overview(kind, found))
    yield f"<h3>Time to take {text(plural(kind))}</h3>"
    yield _waiting(kind, found.total.curve)
    yield f"<h3>{text(plural(kind).capitalize())} by hour of the day</h3>"
    yield _by_hour(kind, found)
    if kind == CALL:
        yield "<h3>Abandonment by hour of the day</h3>"
        yield _abandonment(kind, found)
    if sum(found.total.tier.values()):
        yield "<h3>How far down the chain</h3>"
        yield _depth(kind, found)
    yield "<h3>By account</h3>"
    yield _table(account_table(kind, found, metrics))
    yield "<h3>By operator</h3>"
    yield _table(operator_table(kind, found))
    if any(one.diverged for one in found.operators.values()):
        yield _table(diverged_table(kind, found, 100), folded=True)


def _waiting(kind: str, curve: Curve) -> str:
    median = curve.percentile(0.5)
    description = (
        f"Share of {plural(kind)} that nobody has taken yet, over the time since they came in. "
        f"Median time to take: {percentile_text(median, curve.number)}."
    )
    until = _until(curve)
    cut = f" Drawn to {show_duration(until)}; the table goes on." if until < max(_taken_last(curve), 1) else ""
    caption = (
        f"How many are still waiting after so long, with the 95% band (Kaplan–Meier). {curve.happened:,} of"
        f" {curve.number:,} were taken; the others count as waiting for as long as they lasted. Half were taken within"
        f" {percentile_text(median, curve.number)}.{cut}"
    )
    drawn = survival_plot(f"{kind}-waiting", f"Time to take {plural(kind)}", description, curve, until)
    return _figure(drawn, caption, taken_table(kind, curve))


def _taken_last(curve: Curve) -> int:
    return max((step.at for step in curve.steps), default=0)


def _until(curve: Curve) -> int:
    """How far the curve is drawn: to where nearly all are taken who ever were."""
    so_far = 0
    for step in curve.steps:
        so_far += step.happened
        if so_far >= curve.happened * _DRAWN:
            return max(step.at + step.at // 20, 10)
    return max(curve.last, 10)


def _by_hour(kind: str, found: Kind) -> str:
    bars = [
        Bar(f"{hour:02}:00", found.hours[hour].dispatches, f"{found.hours[hour].dispatches:,}")
        if hour in found.hours
        else None
        for hour in range(24)
    ]
    busiest = max(found.hours, key=lambda hour: (found.hours[hour].dispatches, -hour))
    caption = f"How many {plural(kind)} came in, most from {busiest:02}:00: {found.hours[busiest].dispatches:,}."
    title = f"{plural(kind).capitalize()} by hour of the day"
    return _figure(hour_plot(f"{kind}-hours", title, caption, bars, shares=False), caption, hour_table(kind, found))


def _abandonment(kind: str, found: Kind) -> str:
    bars: list[Bar | None] = []
    for hour in range(24):
        share = found.hours[hour].abandonment if hour in found.hours else None
        value = share.value if share else None
        if share is None or value is None:
            bars.append(None)
        else:
            bars.append(Bar(f"{hour:02}:00", value, share_text(share), share.interval))
    peak = found.peak
    at_peak = (
        f"; in the busiest hour, from {peak:02}:00, {share_text(found.hours[peak].abandonment)}"
        if peak is not None
        else ""
    )
    caption = f"How many callers hung up before anyone took the call, with the 95% interval{at_peak}."
    title = "Abandonment by hour of the day"
    return _figure(
        hour_plot(f"{kind}-abandonment", title, caption, bars, shares=True), caption, abandonment_table(found)
    )


def _depth(kind: str, found: Kind) -> str:
    table = depth_table(kind, found.total)
    bars = [Bar(row.cells[0], row.bar or 0.0, row.cells[2]) for row in table.rows]
    caption = f"Which tier took the {plural(kind)} that somebody took."
    return _figure(bar_plot(f"{kind}-depth", "How far down the chain", caption, bars), caption, table)


# What concerns both.


def _common(metrics: Metrics, zone: tzinfo) -> Iterator[str]:
    if metrics.backups:
        yield _section("The backup, exercised")
        yield _table(backup_table(metrics, zone))
    if metrics.people:
        yield _section("People")
        yield _woken(metrics)
    if metrics.supervisors:
        yield _section("Accounts per supervisor")
        yield _table(supervisor_table(metrics))
        yield _table(supervision_table(metrics))
        yield _table(supervised_table(metrics), folded=True)


def _woken(metrics: Metrics) -> str:
    table = people_table(metrics.people)
    found = sorted(metrics.people.items(), key=lambda entry: (-len(entry[1].wakings), entry[0]))
    woken = [(person, one) for person, one in found if len(one.wakings)]
    bars = [
        Bar(safe(one.name, 60), float(len(one.wakings)), f"{len(one.wakings):,}") for _, one in woken[:_MOST_PEOPLE]
    ]
    rest = f" {len(woken) - len(bars):,} more in the table." if len(woken) > len(bars) else ""
    caption = (
        "How often each person was rung between 22:00 and 08:00 their time; attempts no more than a minute apart are"
        f" one.{rest}"
    )
    if not bars:
        return f"<p>Nobody was rung at night.</p>\n{_table(table)}"
    return _figure(bar_plot("people-woken", "Wake-ups per person", caption, bars), caption, table)


_MEANS = (
    (
        "82% 196/238 [77–87]",
        "82 per cent: 196 of 238. With so few cases the true share may be anywhere from 77 to 87 per cent (Wilson's 95%"
        " interval).",
    ),
    ("answered", "A person acknowledged it, or somebody or something picked up and nobody else was tried after that."),
    ("called back", "Nobody took it at once, and it was called back in time."),
    ("abandoned", "The caller hung up before anyone took it, whether or not they were called back later."),
    (
        "service level",
        "Taken within the limit, of all calls: a caller who hung up counts against it, however soon. “Without early"
        " leavers” leaves out callers who hung up within the limit.",
    ),
    (
        "time to take",
        "From coming in to somebody taking it (by the method of Kaplan and Meier). What nobody took counts as waiting"
        " until it ended, so the curve says how soon calls would be taken if no caller hung up; a little fewer were.",
    ),
    ("as the policy says", "No step differed from the policy, of those whose record is complete."),
    (
        "wake-ups",
        "How often somebody was rung between 22:00 and 08:00 where they live; attempts within a minute are one.",
    ),
    ("accounts per supervisor", "How many accounts they were responsible for whenever a call or message came in."),
)


def _definitions(metrics: Metrics) -> Iterator[str]:
    yield _section("What the numbers mean")
    limits = ", ".join(
        f"{plural(kind)} within {show_duration(metrics.kinds[kind].limit)}"
        for kind in (CALL, MESSAGE)
        if kind in metrics.kinds
    )
    yield f"<p>Service level: {text(limits)}. What is undetermined is left out of the percentages.</p>"
    yield "<dl>"
    for term, means in _MEANS:
        yield f"<dt><strong>{text(term)}</strong></dt><dd>{text(means)}</dd>"
    yield "</dl>"
