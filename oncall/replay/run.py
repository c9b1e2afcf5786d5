"""Replaying a log: every dispatch that is asked for, held against the plan in force when it started, by one process or
several.

What several processes find comes in the same order as what one does. Each reads the log for itself and takes its share
of the dispatches; nothing is kept but the lines of those under way.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from heapq import merge
from operator import itemgetter
from pickle import UnpicklingError
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from oncall.errors import OncallError, contained, internal_error
from oncall.logs.contacts import ContactsOfPlans
from oncall.logs.faults import Fault, Faults
from oncall.logs.mending import events_of
from oncall.logs.reading import Group, Log, open_log
from oncall.plan import Plan, PlanUsed
from oncall.replay.counterfactual import counterfactual
from oncall.replay.judge import judge
from oncall.replay.record import Record, record_of
from oncall.replay.summary import Summary
from oncall.replay.verdict import Counterfactual, Verdict
from oncall.workspace.history import NoPlanError, PlansOfTheTime, candidate
from oncall.workspace.numbers import endpoint, readings

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

_T = TypeVar("_T")
_ATTACH = "the lines of this dispatch"
_BATCH = 200  # dispatches between two reports of a process


class Wanted(Struct, frozen=True):
    """Which dispatches are asked for: all, where nothing is said. With `beginning`, `dispatch` is that of their ids.
    `callers` and `lines` as they are normalized;
    `start` and `until` are instants, half-open."""

    dispatch: str | None = None
    accounts: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()
    callers: frozenset[str] = frozenset()
    results: frozenset[str] = frozenset()
    start: float | None = None
    until: float | None = None
    beginning: bool = False

    def may_be(self, record: Record, country: str) -> bool:
        """Whether a record is asked for, as far as it tells itself."""
        if self.start is not None and record.start < self.start:
            return False
        if self.until is not None and record.start >= self.until:
            return False
        if self.lines and not _is_among(record.line, self.lines, country):
            return False
        return not self.callers or _is_among(record.caller, self.callers, country)

    def is_one(self, verdict: Verdict) -> bool:
        """Whether a verdict is."""
        if self.accounts and verdict.account not in self.accounts:
            return False
        return not self.results or verdict.result in self.results


def _is_among(number: str | None, wanted: frozenset[str], country: str) -> bool:
    return number is not None and any(endpoint(text, country) in wanted for text in readings(number))


class Job(Struct, frozen=True):
    """What is to be replayed: a log (None: standard input) by a workspace; as of when, beside which candidate (seen
    from the folder `here`)."""

    log: str | None
    root: str
    cache: str | None
    country: str
    wanted: Wanted
    as_of: str = "auto"
    candidate: str | None = None
    here: str = "."


class Judged(Struct, frozen=True):
    """A verdict, with the plans it and its counterfactual were given by: None where they could not be had. `record` and
    `group` are what was judged, and the lines it was made of."""

    verdict: Verdict
    plan: Plan | None = None
    other: Plan | None = None
    record: Record | None = None
    group: Group | None = None


class Replay(Generic[_T]):
    """A log being replayed. `each` makes of a verdict what is wanted of it (None: nothing); in several processes it
    has to be a function of a module, and what it makes is sent to this one. `summary` and `faults` are whole when
    `results` is at its end."""

    def __init__(self, job: Job, each: Callable[[Judged], _T | None], jobs: int = 1) -> None:
        self._job = job
        self._each = each
        self._jobs = jobs if job.log is not None and job.wanted.dispatch is None else 1
        self.summary = Summary()
        self.faults = Faults()

    def results(self, progress: Callable[[int], None] = lambda _: None) -> Iterator[_T]:
        """What `each` makes of the verdicts, in the order of the log. `progress` is told how many bytes of it have
        been read. OncallError where the log cannot be opened, or the plans cannot be had."""
        if self._jobs == 1:
            yield from self._alone(progress)
        else:
            yield from self._together(progress)

    def _alone(self, progress: Callable[[int], None]) -> Iterator[_T]:
        with ExitStack() as stack:
            log = Log(stack.enter_context(open_log(self._job.log)))
            self.faults = log.faults
            for number, judged in enumerate(_judged(self._job, log, (0, 1), stack)):
                self.summary.add(judged.verdict)
                made = _made(self._each, judged, log.faults)
                if made is not None:
                    yield made
                if number % _BATCH == 0:
                    progress(log.read)

    def _together(self, progress: Callable[[int], None]) -> Iterator[_T]:
        from multiprocessing import get_context  # here: one process does without

        context = get_context("spawn")
        with ExitStack() as stack:
            pipes = []
            for which in range(self._jobs):
                ours, theirs = context.Pipe(duplex=False)
                worker = context.Process(
                    target=_work, args=(theirs, self._job, self._each, (which, self._jobs)), daemon=True
                )
                _start(worker)
                theirs.close()
                stack.callback(worker.join)
                stack.callback(worker.terminate)
                pipes.append(stack.enter_context(ours))
            read = dict.fromkeys(range(self._jobs), 0)

            def reported(which: int, position: int) -> None:
                read[which] = position
                progress(sum(read.values()) // self._jobs)

            streams = [self._from(pipe, which, reported) for which, pipe in enumerate(pipes)]
            for _, made in merge(*streams, key=itemgetter(0)):
                yield made

    def _from(self, pipe: Connection, which: int, reported: Callable[[int, int], None]) -> Iterator[tuple[int, _T]]:
        """What a process sends, in batches; at its end what it has counted."""
        while True:
            try:
                kind, content = pipe.recv()
            except (EOFError, OSError, UnpicklingError):  # in the middle of a message, too
                raise OncallError(
                    "a process of the replay was killed (is there enough memory?): try --jobs 1"
                ) from None
            if kind == "batch":
                position, made = content
                reported(which, position)
                yield from made
            elif kind == "end":
                summary, *faults = content
                self.summary.merge(summary)
                self.faults.merge(*faults)
                return
            else:
                raise OncallError(content)


def _start(worker: SpawnProcess) -> None:
    """Start a process that says nothing but through its pipe: whatever Python prints when it fails of itself would
    stand in the middle of the answer."""
    try:
        ours = os.dup(2)
    except OSError:  # there is no standard error
        ours = None
    try:
        if ours is not None:
            with open(os.devnull, "wb") as nowhere:
                os.dup2(nowhere.fileno(), 2)
        worker.start()
    except OSError as error:
        raise OncallError(f"no further process can be started ({error.strerror}): try --jobs 1") from None
    finally:
        if ours is not None:
            os.dup2(ours, 2)
            os.close(ours)


def _work(pipe: Connection, job: Job, each: Callable[[Judged], Any], part: tuple[int, int]) -> None:
    """One process: its share of the dispatches."""
    try:
        with ExitStack() as stack:
            log = Log(stack.enter_context(open_log(job.log)))
            summary, made = Summary(), []
            for number, judged in enumerate(_judged(job, log, part, stack), 1):
                summary.add(judged.verdict)
                one = _made(each, judged, log.faults)
                if one is not None:
                    made.append((judged.verdict.log_line, one))
                if number % _BATCH == 0:
                    pipe.send(("batch", (log.read, made)))
                    made = []
            pipe.send(("batch", (log.read, made)))
            # Lines that are nobody's are met by every process.
            faults = log.faults
            mine = [one for one in faults.first if one.dispatch is not None or part[0] == 0]
            pipe.send(("end", (summary, mine, faults.number - (faults.nobodys if part[0] else 0), faults.internal)))
    except OncallError as error:
        pipe.send(("error", str(error)))
    except (BrokenPipeError, KeyboardInterrupt):
        return  # nobody waits for it any more
    except Exception as error:
        pipe.send(("error", f"{internal_error(error, 'the log')}; or try --jobs 1"))


def _made(each: Callable[[Judged], _T | None], judged: Judged, faults: Faults) -> _T | None:
    """What is made of a verdict."""
    return contained(lambda: each(judged), partial(_lost, faults, judged.verdict), _ATTACH)


def _lost(faults: Faults, of: Verdict | Record, why: str) -> None:
    faults.add(Fault(of.log_line, why, of.dispatch, internal=True))


def _judged(job: Job, log: Log, part: tuple[int, int], stack: ExitStack) -> Iterator[Judged]:
    """The verdicts that are asked for, of a share of a log."""
    plans = stack.enter_context(PlansOfTheTime(job.root, job.cache, job.as_of))
    other = None
    if job.candidate is not None:
        other = stack.enter_context(candidate(job.root, job.cache, job.candidate, job.here))
    judging = _Judging(plans, other)
    for group in log.groups(job.wanted.dispatch, part, beginning=job.wanted.beginning):
        record = record_from(group, log.faults)
        if record is None or not job.wanted.may_be(record, job.country):
            continue
        judged = contained(partial(judging.judged, record), partial(_undetermined, log.faults, record), _ATTACH)
        if job.wanted.is_one(judged.verdict):
            judged = contained(
                partial(judging.with_candidate, judged, record),
                partial(_without_candidate, log.faults, judged, record),
                _ATTACH,
            )
            yield replace(judged, record=record, group=group)


def _undetermined(faults: Faults, record: Record, why: str) -> Judged:
    _lost(faults, record, why)
    return Judged(judge(record, None, f"a judgement: {why}"))


def _without_candidate(faults: Faults, judged: Judged, record: Record, why: str) -> Judged:
    _lost(faults, record, why)
    changed = replace(counterfactual(judged.verdict, record, None, None), why=why)
    return replace(judged, verdict=replace(judged.verdict, counterfactual=changed))


def record_from(group: Group, faults: Faults) -> Record | None:
    """The record of the lines of one dispatch, what is wrong with them reported; None where none can be read."""

    def lost(why: str) -> None:
        faults.add(Fault(group.lines[0][0], why, group.dispatch, weighs=True, internal=True))

    return contained(lambda: _record_from(group, faults), lost, _ATTACH)


def _record_from(group: Group, faults: Faults) -> Record | None:
    events, unread = events_of(group.lines)
    if group.cut_off and not any(event.type == "closed" for _, event in events):
        what = "the log breaks off after this line, and the dispatch may go on"
        time = max((event.time.timestamp() for _, event in events), default=None)
        unread.append(Fault(group.lines[-1][0], what, group.dispatch, weighs=True, time=time))
    if not events:
        for one in unread:
            faults.add(replace(one, dispatch=group.dispatch))
        return None
    record = record_of(events, unread)
    for one in record.reported:
        faults.add(replace(one, dispatch=group.dispatch))
    return record


def _due(verdict: Verdict) -> tuple[object, ...]:
    """Who was due how and when, and what came of it."""
    expected = [
        (expected.attempt.person, expected.attempt.channel, expected.attempt.started) for expected in verdict.expected
    ]
    return expected, verdict.result, verdict.cause, [divergence.kind for divergence in verdict.divergences]


def _doubtful(used: PlanUsed) -> str:
    """Why nobody can say who was on call."""
    first, *others = used.in_doubt
    more = f", and {len(others)} more like it" if others else ""
    why = "it was edited after that"
    if first.entered is None:
        why = "it doesn't say when it was entered (CREATED)"
    elif first.committed is not None and first.entered > first.committed:
        why = "its CREATED is later than the commit that has it"
    return f"who was on call: {first.summary!r} in {first.file} would change it; no commit had it then, and {why}{more}"


class _Judging:
    """The plans records are held against."""

    def __init__(self, plans: PlansOfTheTime, other: PlansOfTheTime | None) -> None:
        self._plans = plans
        self._other = other
        self._contacts = ContactsOfPlans()

    def judged(self, record: Record) -> Judged:
        """The verdict by the plan of the time."""

        def held(plan: Plan) -> Judged:
            return Judged(judge(record, plan, contacts=self._contacts.of(plan)), plan)

        try:
            judged, used = self._plans.ask(record.start, held)
        except NoPlanError as error:
            return Judged(replace(judge(record, None, str(error)), plan=PlanUsed("", "git", error.revision)))
        except OncallError as error:
            return Judged(judge(record, None, f"the plan of the time: {error}"))
        if used.in_doubt and self._is_in_doubt(record, judged.verdict, held):
            unknown = replace(judge(record, None, _doubtful(used)), account=judged.verdict.account, plan=used)
            return Judged(unknown)
        return replace(judged, verdict=replace(judged.verdict, plan=replace(used, in_doubt=())))

    def _is_in_doubt(self, record: Record, verdict: Verdict, held: Callable[[Plan], Judged]) -> bool:
        """Whether an event that may have been there would have changed who was due, or what is said of it."""
        try:
            possible = self._plans.ask_possible(record.start, held)
        except OncallError:
            return True
        return any(_due(judged.verdict) != _due(verdict) for judged in possible)

    def with_candidate(self, judged: Judged, record: Record) -> Judged:
        """The verdict with what the candidate would have changed, where there is one."""
        if self._other is None:
            return judged
        changed, plan = self._changed(judged.verdict, record, self._other)
        return Judged(replace(judged.verdict, counterfactual=changed), judged.plan, plan)

    def _changed(self, verdict: Verdict, record: Record, other: PlansOfTheTime) -> tuple[Counterfactual, Plan | None]:
        def held(plan: Plan) -> tuple[Counterfactual, Plan]:
            return counterfactual(verdict, record, plan, None), plan

        try:
            (changed, plan), used = other.ask(record.start, held)
        except OncallError as error:
            return replace(counterfactual(verdict, record, None, None), why=str(error)), None
        return replace(changed, plan=used), plan
