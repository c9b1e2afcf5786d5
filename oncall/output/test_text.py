"""`oncall test` for people: what was expected and what came, side by side, and what no scenario reaches.

Lines are spans, as in `who_text`: the same on a terminal, where they have colours, and in a pipe, where they have none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from oncall.coverage import Coverage, Group
from oncall.escalation.scenarios import Broken
from oncall.output.trace_text import why_text
from oncall.output.who_text import Line
from oncall.output.words import moment, safe
from oncall.testing import NO_ATTEMPT, Difference, Failure, Judged, actual_rows

Result = Judged | Broken
Cells = tuple[str, ...]

_INDENT = "  "
_GAP = "    "
_BEFORE, _AFTER = 8, 16  # rows shown around the first that differs
_COUNTED = 12  # columns that are enough for `1234 of 5678`
_WIDEST = 160  # what is read in a pipe or a log


def result_lines(results: Iterable[Result], width: int | None = None, *, verbose: bool = False) -> Iterator[Line]:
    """Every failure in full, and where `verbose` the name of everything that passed. In a narrow `width` what came
    stands under what was expected, where there is no room for both."""
    for one in results:
        if isinstance(one, Judged) and one.failures:
            yield from _failed(one, width, verbose=verbose)
            yield ()
        elif isinstance(one, Judged) and verbose:
            yield ("passed ", "good"), (safe(one.scenario.name), "name"), (f"  {_where(one)}", "quiet")
        elif isinstance(one, Broken):
            where = f"{safe(one.file)}:{one.line}"
            yield ("BROKEN ", "bad"), (safe(one.name), "name"), (f"  cannot be run, {where}", "quiet")


def _where(one: Judged) -> str:
    scenario = one.scenario
    return f"{safe(scenario.account)}, {moment(scenario.at, one.zone)}, {safe(scenario.file)}:{scenario.line}"


def _failed(one: Judged, width: int | None, *, verbose: bool) -> Iterator[Line]:
    yield ("FAILED ", "bad"), (safe(one.scenario.name), "name")
    yield ((_INDENT + _where(one), "quiet"),)
    margin = max(len(failure.what) for failure in one.failures)
    for failure in one.failures:
        if failure.difference is None:
            yield (
                (f"{_INDENT}{failure.what:{margin}}  ", "role"),
                (f"expected {safe(failure.expected)}", "title"),
                (", ", "quiet"),
                (f"was {safe(failure.actual)}", "bad"),
            )
        else:
            number = f"number {failure.difference.first + 1} is the first that differs"
            yield (f"{_INDENT}{failure.what:{margin}}  ", "role"), (number, "bad")
            yield from _difference(one, failure.difference, width or _WIDEST, verbose=verbose)
    if one.scenario.expect.attempts is None:
        yield from _tried(one, width or _WIDEST, verbose=verbose)


def _difference(judged: Judged, found: Difference, width: int, *, verbose: bool) -> Iterator[Line]:
    cells = [cells for row in found.rows for cells in (row.expected, row.actual) if cells]
    widths = _widths([_shown(one) for one in cells])
    left = [_shown(row.expected) if row.expected is not None else None for row in found.rows]
    right = [_shown(row.actual) if row.actual is not None else None for row in found.rows]
    beside = len(_INDENT) * 3 + 2 * len(_joined((), widths)) + len(_GAP)
    if beside <= width:
        yield from _beside(left, right, found.first, widths, verbose=verbose)
    else:
        widths = _narrowed(widths, width)
        yield from _table("expected", left, found.first, widths, verbose=verbose)
        yield from _table("was", right, found.first, widths, verbose=verbose)
    yield from _why(judged, found.first)


def _why(judged: Judged, number: int) -> Iterator[Line]:
    """Why the attempt that differs came, or no more came."""
    trace = judged.trace
    if number < len(trace.attempts):
        why, what = trace.attempts[number].why, f"number {number + 1} came because"
    else:
        ended = trace.callback.why if trace.callback else trace.why
        if ended is None:
            return
        why, what = ended, "no further attempt, because"
    yield ((f"{_INDENT}{what} {why_text(why, judged.plan)}", "quiet"),)


def _shown(cells: Cells) -> Cells:
    """The cells as they are shown, the offsets one below the other."""
    return tuple(f"{cell:>6}" if index == 0 else safe(cell) for index, cell in enumerate(cells))


def _widths(rows: Iterable[Cells]) -> list[int]:
    return [max(map(len, column)) for column in zip(*rows, strict=True)]


def _narrowed(widths: list[int], width: int) -> list[int]:
    """The same columns; only the offsets stay in one where there is no room, so that one long name breaks one line."""
    return widths if len(_INDENT) * 2 + len(_joined((), widths)) <= width else [widths[0], *[0] * (len(widths) - 1)]


def _joined(cells: Cells, widths: Sequence[int]) -> str:
    padded = (*cells, *("",) * (len(widths) - len(cells)))
    return "  ".join(f"{cell:{size}}" for cell, size in zip(padded, widths, strict=True))


def _mark(number: int, first: int) -> str:
    return f"{_INDENT}> " if number == first else f"{_INDENT}  "


def _beside(
    left: Sequence[Cells | None], right: Sequence[Cells | None], first: int, widths: Sequence[int], *, verbose: bool
) -> Iterator[Line]:
    size = len(_joined((), widths))
    yield ((f"{_INDENT}  {'expected':{size}}{_GAP}was", "quiet"),)
    rows, before, after = _cut(len(left), first, verbose=verbose)
    yield from _left_out(before, "before, the same")
    for number in rows:
        bad = number == first
        yield (
            (_mark(number, first), "bad" if bad else "quiet"),
            (f"{_row(left[number], widths):{size}}{_GAP}", "note" if bad else "title"),
            (_row(right[number], widths).rstrip(), "bad" if bad else "title"),
        )
    yield from _left_out(after, "more")


def _row(cells: Cells | None, widths: Sequence[int]) -> str:
    return f"{NO_ATTEMPT:>{widths[0]}}" if cells is None else _joined(cells, widths)


def _table(
    heading: str, rows: Sequence[Cells | None], first: int, widths: Sequence[int], *, verbose: bool
) -> Iterator[Line]:
    yield ((f"{_INDENT}  {heading}", "quiet"),)
    numbers, before, after = _cut(len(rows), first, verbose=verbose)
    yield from _left_out(before, "before, the same")
    for number in numbers:
        cells = rows[number]
        if cells is not None or number == first:
            bad = number == first
            text = _row(cells, widths).rstrip()
            yield (_mark(number, first), "bad" if bad else "quiet"), (text, "bad" if bad else "title")
    yield from _left_out(after, "more")


def _cut(rows: int, first: int, *, verbose: bool) -> tuple[range, int, int]:
    """The rows around one of them, and how many are left out before and after."""
    start, end = (0, rows) if verbose else (max(0, first - _BEFORE), min(rows, first + _AFTER))
    return range(start, end), start, rows - end


def _left_out(count: int, what: str) -> Iterator[Line]:
    if count:
        yield ((f"{_INDENT}  … {count} {what}", "quiet"),)


def _tried(one: Judged, width: int, *, verbose: bool) -> Iterator[Line]:
    """What did happen, where a scenario does not say which attempts it expects."""
    rows = [_shown(cells) for cells in actual_rows(one.trace)]
    if not rows:
        yield ((f"{_INDENT}nobody was tried", "quiet"),)
        return
    yield ((f"{_INDENT}tried", "quiet"),)
    widths = _narrowed(_widths(rows), width)
    shown = rows if verbose else rows[:_AFTER]
    for cells in shown:
        yield ((f"{_INDENT}  {_joined(cells, widths).rstrip()}", "title"),)
    yield from _left_out(len(rows) - len(shown), "more")


def sentence(failure: Failure) -> str:
    """An expectation that was not met, in one line."""
    number = f"number {failure.difference.first + 1}: " if failure.difference else ""
    return safe(f"{failure.what}: {number}expected {failure.expected}, was {failure.actual}", 600)


def summary_line(results: Sequence[Result]) -> Line:
    """How many passed, and how many did not."""
    broken = sum(isinstance(one, Broken) for one in results)
    failed = sum(isinstance(one, Judged) and not one.passed for one in results)
    passed = len(results) - broken - failed
    bad: Line = ((f", {broken} cannot be run", "bad"),) if broken else ()
    return (
        (f"{passed} passed", "good" if passed else "quiet"),
        (f", {failed} failed", "bad" if failed else "quiet"),
        *bad,
    )


def percent(reached: int, total: int) -> str:
    """A share, rounded down: only all of it is 100%."""
    return f"{reached * 1000 // total / 10:g}%" if total else "100%"


def coverage_lines(found: Coverage, width: int | None = None, *, verbose: bool = False) -> Iterator[Line]:
    """What is reached of how much, and as much of what is not as there is room for, or all of it where `verbose`."""
    of = f"  {found.reached} of {found.total}"
    yield ("coverage  ", "role"), (percent(found.reached, found.total), "name"), (of, "quiet")
    margin = max((len(group.kind) for group in found.groups), default=0)
    policy: str | None = None
    for group in found.groups:
        if group.policy != policy and group.policy is not None:
            yield (_INDENT, "quiet"), (safe(group.policy), "name")
        policy = group.policy
        indent = _INDENT if policy is None else _INDENT * 2
        head = f"{indent}{group.kind:{margin + 4 - len(indent)}}"
        yield from _group(group, head, width or _WIDEST, verbose=verbose)


def _group(group: Group, head: str, width: int, *, verbose: bool) -> Iterator[Line]:
    missing = [safe(one.name) for one in group.items if not one.reached]
    count = f"{group.reached:4} of {len(group.items)}"
    if not missing:
        yield (head, "role"), (count, "good")
        return
    margin = f"{'':{max(0, _COUNTED - len(count))}}  not: "
    before = len(head + count + margin)
    rows = list(_filled(missing, width - before))
    if not verbose and len(rows) > 1:
        more = f" and {len(missing)} more"
        (fitting, *_) = _filled(missing, width - before - len(more))
        rows = [[*fitting[:-1], f"{fitting[-1]} and {len(missing) - len(fitting)} more"]]
    yield (head, "role"), (count, "title"), (margin + ", ".join(rows[0]), "note")
    for row in rows[1:]:
        yield ((" " * before + ", ".join(row), "note"),)


def _filled(names: Sequence[str], room: int) -> Iterator[list[str]]:
    """Names in rows as long as there is room for, at least one in each: none is broken in two."""
    row: list[str] = []
    for name in names:
        if row and len(", ".join((*row, name))) > room:
            yield row
            row = []
        row.append(name)
    yield row
