"""The postmortem of one dispatch as a page: what the caller experienced, what was due and what came, why, what to
change and how to prove that.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from msgspec import Struct
from msgspec.structs import replace

from oncall import times
from oncall.output.blocks import (
    LEFT_OUT,
    Badge,
    Block,
    Bullets,
    Fact,
    Facts,
    Link,
    Links,
    Page,
    Section,
    Table,
    Text,
    section,
)
from oncall.output.dispatch_drawing import drawing_of
from oncall.output.postmortem_fixes import change_look, checklist, effect_text, fix_plan
from oncall.output.replay_evidence import evidence_of
from oncall.output.replay_words import (
    ASSUMPTION,
    CHANGES,
    KINDS,
    RESULTS,
    actual_outcome,
    called,
    cause_text,
    divergence_text,
    entered_text,
    expected_outcome,
    later_text,
    offset,
    place_of,
    short,
    tried,
    why_due,
)
from oncall.output.told import callback_told, experienced, late_told, spoken, spoken_moment, told
from oncall.output.trace_text import SKIPPED
from oncall.output.words import REASONS, day_and_time, iso, moment
from oncall.plan import Plan, PlanUsed
from oncall.postmortem.duty import Duty, duties_of
from oncall.postmortem.findings import Findings
from oncall.replay.run import Judged
from oncall.replay.verdict import GOOD, RULES_VERSION, ActualAttempt, Counterfactual, RelatedCall, Verdict


class Asked(Struct, frozen=True):
    """How the page was asked for: the zone of its times, the log, the workspace and the candidate as they were named on
    the command line, and what identifies the lines of the log. `redacted` leaves recordings out, unless `keep_text`."""

    zone: tzinfo
    log: str
    workspace: str
    lines: int
    digest: str
    candidate: str | None = None
    redacted: bool = False
    keep_text: bool = False


def page_of(judged: Judged, findings: Findings, asked: Asked) -> Page:
    """The whole page."""
    verdict, plan = judged.verdict, judged.plan
    if asked.redacted and findings.rehearsal is not None:  # what the log calls a dispatch may be a number
        name = f"postmortem-{times.at(verdict.at, asked.zone):%Y-%m-%d-%H%M}"
        findings = replace(findings, rehearsal=replace(findings.rehearsal, name=name))
    sections = [
        _experience(judged, asked.zone),
        section("Timeline", "timeline", [drawing_of(verdict, plan, asked.zone)]),
        _on_call(judged, asked.zone, uids=not asked.redacted),
        _attempts(judged, asked.zone),
        _cause(judged),
        fix_plan(judged, findings),
        checklist(judged, findings, asked.zone, asked.log, asked.workspace),
        _candidate(judged, asked),
        _recordings(verdict, redacted=asked.redacted and not asked.keep_text),
        _unknown(judged, findings),
        _inputs(judged, findings, asked),
    ]
    return Page(
        f"Postmortem: {_kind(judged)} of {spoken_moment(verdict.at, asked.zone)}",
        " · ".join(_subject(judged)),
        tuple(one for one in sections if one is not None),
    )


def _subject(judged: Judged) -> Iterator[str]:
    verdict = judged.verdict
    yield _account_name(judged)
    yield f"dispatch {verdict.dispatch}"
    if verdict.line is not None:
        yield f"on {verdict.line}"
    if verdict.caller is not None:
        yield f"from {verdict.caller}"
    if verdict.operator is not None:
        yield f"operator {verdict.operator}"


def _account_name(judged: Judged) -> str:
    name, plan = judged.verdict.account, judged.plan
    if name is None:
        return "account unknown"
    account = plan.accounts.get(name) if plan else None
    return f"{account.name} ({name})" if account and account.name != name else name


def _kind(judged: Judged) -> str:
    account = judged.plan.accounts.get(judged.verdict.account or "") if judged.plan else None
    return account.kind if account else "call"


# What the caller experienced.


def _experience(judged: Judged, zone: tzinfo) -> Section:
    verdict = judged.verdict
    look = "good" if verdict.result in GOOD else "note" if verdict.result == "undetermined" else "bad"
    lead = f"{_came(judged, zone)} {_meanwhile(verdict)}"
    return section(
        "What the caller experienced",
        "experience",
        [
            Badge(short(verdict.result), RESULTS[verdict.result], look),
            Text(lead, "lead"),
            Facts(
                (
                    Fact("In one sentence, to be told to a client", told(verdict, zone, judged.plan)),
                    *(_again(call, verdict, zone) for call in verdict.related or ()),
                )
            ),
        ],
    )


def _again(call: RelatedCall, verdict: Verdict, zone: tzinfo) -> Fact:
    """Another call of the same caller."""
    when = "later" if call.at >= verdict.at else "earlier"
    return Fact(f"The same caller, {when}", f"{call.dispatch}, {moment(call.at, zone)}: {short(call.result)}")


def _came(judged: Judged, zone: tzinfo) -> str:
    """What came in, and how it went for who was waiting."""
    verdict = judged.verdict
    account = judged.plan.accounts.get(verdict.account or "") if judged.plan else None
    whom = account.name if account else verdict.account or "an account that is not known"
    what = "a message came in" if _kind(judged) == "message" else "somebody called"
    on = f" on {verdict.line}" if verdict.line is not None else ""
    return f"On {spoken_moment(verdict.at, zone)}, {what} for {whom}{on}; {_ended(verdict)}."


def _ended(verdict: Verdict) -> str:
    if verdict.result == "reached":
        return f"a person took it {_after(verdict.acknowledged)}"
    if verdict.result == "answered":
        return experienced(verdict)
    if verdict.result == "undetermined":
        return "what came of it cannot be told from the log"
    if verdict.hung_up is not None:
        return f"the caller hung up {_after(verdict.hung_up)}, and nobody had taken it"
    return f"nobody took it, and it was over {_after(verdict.ended)}"


def _after(seconds: float | None) -> str:
    if seconds is None:
        return "in time"
    return "at once" if round(seconds) <= 0 else f"after {spoken(seconds)}"


def _meanwhile(verdict: Verdict) -> str:
    """What was done about it, and what came of it later."""
    text = _tries(verdict)
    late = late_told(verdict)
    if late:
        text += f"; {late}"
    after = callback_told(verdict)
    if after:
        text += f"; {after}"
    if verdict.resolved is not None:
        text += f"; the caller's reason {'was' if verdict.resolved else 'was not'} dealt with"
    return f"{text}."


def _tries(verdict: Verdict) -> str:
    """How many people were tried, how often, and what else was dialled."""
    people = len({attempt.person for attempt in verdict.actual if attempt.person is not None})
    tries = sum(attempt.person is not None for attempt in verdict.actual)
    if verdict.result in ("reached", "answered") and len(verdict.actual) == tries == 1:
        return "The first person who was tried took it" if verdict.result == "reached" else "One person was tried"
    parts = []
    if people:
        once = "once" if tries == 1 else "twice" if tries == 2 else f"{tries} times"
        parts.append(f"One person was tried, {once}" if people == 1 else f"{people} people were tried, {once} in all")
    strange = len({attempt.address for attempt in verdict.actual if attempt.person is None and attempt.address})
    if strange:
        numbers = "a number that is nobody's was" if strange == 1 else f"{strange} numbers that are nobody's were"
        parts.append(f"{numbers} dialled")
    unnamed = sum(attempt.person is None and attempt.address is None for attempt in verdict.actual)
    if unnamed:
        parts.append(f"whom {'one attempt' if unnamed == 1 else f'{unnamed} attempts'} tried is not in the log")
    text = "; ".join(parts) or "nobody was tried"
    return text[0].upper() + text[1:]


# Who was on call.


def _on_call(judged: Judged, zone: tzinfo, *, uids: bool) -> Section:
    verdict, plan = judged.verdict, judged.plan
    title, name = "Who was on call", "on-call"
    duties = duties_of(verdict, plan) if plan else ()
    if not duties:
        lacking = verdict.missing[0].what if verdict.missing else "the policy has no tiers"
        return section(title, name, [Text(f"Cannot be told: {lacking}.")])
    rows = tuple(_duty(one, verdict, plan, zone, uids=uids) for one in duties)
    head = ("Tier", "On call", "From, until", "What says so")
    skipped = verdict.trace.skipped if verdict.trace else ()
    passed = tuple(
        f"{offset(one.at)}: {called(one.person, plan) if one.person else one.label or one.tier} is passed over"
        f" in {one.tier}: {SKIPPED[one.reason]}"
        for one in skipped
    )
    caption = "Each tier when it was to start; a tier that was not to be reached as at the start of the dispatch"
    return section(title, name, [Table(caption, head, rows), Bullets(passed) if passed else None])


def _duty(one: Duty, verdict: Verdict, plan: Plan | None, zone: tzinfo, *, uids: bool) -> tuple[str, ...]:
    tier = f"{one.tier} (from {offset(one.started)})" if one.started is not None else one.tier
    place = f"{one.file}:{one.line}" if one.file is not None else "not in any file"
    if one.entry is None:
        return tier, "nobody", "", place
    entry = one.entry
    who = (
        called(entry.shift.person, plan)
        if entry.shift.person is not None
        else f"{entry.shift.label}, who is nobody known"
    )
    if entry.why_not is not None and entry.shift.person is not None:
        who += f": {REASONS.get(entry.why_not, entry.why_not)}"
    if entry.shift.layer == "direct":
        return tier, who, "always", place
    since = day_and_time(entry.since, zone, verdict.at) if entry.since is not None else "no beginning in sight"
    until = day_and_time(entry.until, zone, verdict.at) if entry.until is not None else "no end in sight"
    layer = ", an override" if entry.shift.layer == "override" else ""
    uid = f", event {entry.shift.uid}" if uids and entry.shift.uid is not None else ""
    return tier, who, f"{since}, {until}", f"{place}{layer}{uid}"


# Every attempt.


def _attempts(judged: Judged, zone: tzinfo) -> Section:
    verdict, plan = judged.verdict, judged.plan
    first = verdict.first_divergence
    blocks: list[Block] = []
    mark = f"first divergence: {KINDS[first.kind]}" if first else ""
    if verdict.actual:
        rows = tuple(_actual(number, one, judged, zone) for number, one in enumerate(verdict.actual, 1))
        marked = (first.actual,) if first and first.actual is not None else ()
        blocks.append(Table("What happened", ("#", "When", "Who was tried", "Outcome", "Evidence"), rows, marked, mark))
    else:
        blocks.append(Text("Nobody was tried: the log has no attempt of this dispatch."))
    if verdict.transfer is not None and verdict.transfer.attempts:
        rows = tuple(_actual(number, one, judged, zone) for number, one in enumerate(verdict.transfer.attempts, 1))
        caption = f"After it was passed on at {offset(verdict.transfer.at)}: no part of the chain"
        blocks.append(Table(caption, ("#", "When", "Who was tried", "Outcome", "Evidence"), rows))
    due: list[Block] = []
    if verdict.expected and plan:
        marked = (first.expected,) if first and first.expected is not None else ()
        table = tuple(
            (
                str(number),
                _when(one.attempt.started, verdict, zone, sure=not one.depends),
                f"{called(one.attempt.person, plan)}, {one.attempt.channel} {one.attempt.address}, {one.attempt.tier}",
                expected_outcome(one),
                why_due(one, plan),
            )
            for number, one in enumerate(verdict.expected, 1)
        )
        due.append(Table("What was due", ("#", "When", "Who was due", "Outcome", "Why"), table, marked, mark))
        if any(one.unknown for one in verdict.expected):
            due.append(
                Text("unknown: never tried, or not to its end; nobody knows what would have come of it.", "note")
            )
        if any(one.depends for one in verdict.expected):
            due.append(Text("?: that it comes, or when, hangs on something unknown.", "note"))
    else:
        due.append(
            Text("Nothing was due." if verdict.trace else "What was due cannot be told: there is nothing to go by.")
        )
    return section("Every attempt", "attempts", blocks, [section("What should have happened", "due", due)])


def _actual(number: int, one: ActualAttempt, judged: Judged, zone: tzinfo) -> tuple[str, ...]:
    parts = [tried(one, judged.plan), one.channel or "by a way the log does not tell"]
    if one.person is not None and one.address is not None:
        parts[1] += f" {one.address}"
    if one.tier is not None:
        parts.append(one.tier if one.round in (None, 1) else f"{one.tier}, round {one.round}")
    said = [f"log line {one.log_line}"]
    if one.raw is not None:
        kept = one.raw != LEFT_OUT
        said.append(f"in the log's own words “{one.raw}”" if kept else "the log's own words are left out")
    return str(number), _when(one.started, judged.verdict, zone), ", ".join(parts), actual_outcome(one), ", ".join(said)


def _when(second: float, verdict: Verdict, zone: tzinfo, *, sure: bool = True) -> str:
    """`1m30s, 23:59:30 -05:00`, with the day where it is another."""
    local, start = times.at(verdict.at + second, zone), times.at(verdict.at, zone)
    shown = local.strftime("%H:%M:%S ") + (local.isoformat()[-6:] if local.utcoffset() is not None else "")
    day = "" if local.date() == start.date() else f"{local.date().isoformat()} "
    return f"{'' if sure else '?'}{offset(second)}, {day}{shown}"


# Why.


def _cause(judged: Judged) -> Section:
    verdict, plan = judged.verdict, judged.plan
    blocks: list[Block] = []
    if verdict.cause is None:
        blocks.append(Text(_no_cause(verdict)))
    else:
        blocks.append(Text(f"{short(verdict.cause).capitalize()}: {cause_text(verdict)}.", "lead"))
    first = verdict.first_divergence
    if first is not None:
        blocks.append(Text(f"It first left the policy at {offset(first.at)}: {KINDS[first.kind]}."))
        items = tuple(
            Fact(place_of(one) or offset(one.at), f"{KINDS[one.kind]}: {divergence_text(one, verdict, plan)}")
            for one in verdict.divergences
        )
        blocks.append(Facts(items, places=True))
    elif verdict.trace is not None and not verdict.missing:
        blocks.append(Text("All that was due was done in time: the policy was followed."))
    else:
        blocks.append(Text("Whether the policy was followed cannot be told."))
    evidence = tuple(Fact(place, says) for place, says in evidence_of(judged))
    return section(
        "The cause",
        "cause",
        blocks,
        [section("What says so", "evidence", [Facts(evidence, places=True)])] if evidence else [],
    )


def _no_cause(verdict: Verdict) -> str:
    if verdict.lost_in_transfer:
        return "It was picked up, and lost when it was passed on: nobody picked up there, and the caller hung up."
    return (
        "It was picked up, and needs no cause." if verdict.result == "answered" else "It ended well: no cause needed."
    )


# The candidate.


def _candidate(judged: Judged, asked: Asked) -> Section | None:
    found = judged.verdict.counterfactual
    if found is None:
        return None
    rows = tuple(
        (
            offset(one.attempt.started),
            f"{called(one.attempt.person, judged.other)}, {one.attempt.channel}",
            one.attempt.tier,
            expected_outcome(one),
        )
        for one in found.expected
    )
    title = f"What the proposed rules would have done: {asked.candidate}" if asked.candidate else "The proposed rules"
    blocks: list[Block | None] = [
        Badge(short(found.verdict), CHANGES[found.verdict], change_look(found)),
        Text(effect_text(found)),
        Text(f"{found.why}.") if found.why else None,
        Table("Who would have been tried", ("When", "Who", "Tier", "Outcome"), rows) if rows else None,
        Bullets(_moved(judged, found)) if found.moved else None,
        Facts(_plan("By", found.plan)),
        Text(ASSUMPTION, "note"),
    ]
    return section(title, "candidate", blocks)


def _moved(judged: Judged, found: Counterfactual) -> tuple[str, ...]:
    return tuple(
        f"taken to have come at another time: {called(one.person, judged.plan)}, {one.channel}, from"
        f" {offset(one.start)} to {offset(one.to)}"
        for one in found.moved
    )


# What else there is.


def _recordings(verdict: Verdict, *, redacted: bool) -> Section:
    found = [Link("of the call", one) for one in verdict.recordings]
    for number, one in enumerate(verdict.actual, 1):
        if one.recording is not None and one.recording not in verdict.recordings:
            found.append(Link(f"of attempt {number}", one.recording))
    if not found:
        return section("Recordings", "recordings", [Text("The log names none.")])
    if redacted:
        text = f"The log names {len(found)}. They are left out here: a recording is the caller's own voice."
        return section("Recordings", "recordings", [Text(text)])
    odd = any(not one.leads for one in found)
    note = Text("What is no web address is shown as it stands in the log.", "note") if odd else None
    return section("Recordings", "recordings", [Links(tuple(found)), note])


def _unknown(judged: Judged, findings: Findings) -> Section:
    verdict, plan = judged.verdict, judged.plan
    items = [f"{one.what} ({_line(one.log_line)})" for one in verdict.missing]
    items += [
        f"how {called(one.attempt.person, plan)} would have responded by {one.attempt.channel} at"
        f" {offset(one.attempt.started)}: it was never tried, or not to its end"
        for one in verdict.expected
        if one.unknown
    ]
    if verdict.caller is None:
        items.append("who called: the log does not say")
    if verdict.resolved is None:
        items.append("whether the caller's reason was dealt with: the log does not say")
    if findings.why_none:
        items.append(f"what to change: {findings.why_none}")
    return section(
        "What is unknown", "unknown", [Bullets(tuple(items)) if items else Text("Nothing that matters here.")]
    )


def _line(number: int | None) -> str:
    return f"log line {number}" if number is not None else "the log"


def _inputs(judged: Judged, findings: Findings, asked: Asked) -> Section:
    verdict = judged.verdict
    facts = [
        Fact("Log", asked.log),
        Fact("Lines of the dispatch", f"{asked.lines}, from line {verdict.log_line}"),
        Fact("Digest of these lines", f"sha256 {asked.digest}", exact=True),
        *_plan("Rules in force", verdict.plan),
        *(
            Fact("In force by the file", f"an event of {event.file}, {entered_text(event, asked.zone)}")
            for event in (verdict.plan.entered if verdict.plan else ())
        ),
        *(
            Fact("Not in force yet", f"an event of {event.file}, {later_text(event, asked.zone)}")
            for event in (verdict.plan.later if verdict.plan else ())
        ),
        *_plan("Proposed rules", verdict.counterfactual.plan if verdict.counterfactual else None),
    ]
    if findings.plan is not None and verdict.plan is not None and findings.plan.digest != verdict.plan.digest:
        facts.append(Fact("Today's files", findings.plan.digest, exact=True))
    facts += [
        Fact("Verdicts by", f"rules {RULES_VERSION}"),
        Fact("Start", f"{moment(verdict.at, asked.zone)}, {iso(verdict.at, asked.zone)}"),
        Fact("Times in", str(asked.zone)),
    ]
    if asked.redacted:
        facts.append(Fact("Masked", "the caller, people, numbers and addresses; each has the same name throughout"))
        facts.append(Fact("Free text", _KEPT if asked.keep_text else _LEFT_OUT))
    return section("What this page was made from", "inputs", [Facts(tuple(facts))])


_LEFT_OUT = "left out: the log's own words, recordings, comments in files; --keep-text keeps it"
_KEPT = (
    "kept, as asked for with --keep-text: numbers, e-mail addresses and known names in it are masked, but nobody can"
    " know what else somebody wrote; read it before you hand it on"
)


def _plan(name: str, used: PlanUsed | None) -> tuple[Fact, ...]:
    if used is None:
        return ()
    if used.revision is not None:
        return (
            Fact(name, f"git {used.revision}", exact=True),
            Fact(f"{name}: digest", used.digest or "none", exact=True),
        )
    why = f" ({used.why_today})" if used.why_today else ""
    return (Fact(name, f"today's files{why}"), Fact(f"{name}: digest", used.digest or "none", exact=True))
