"""Running the rules: every finding, less those that a comment, a setting or the command line leaves out.

The order matters. Comments come first, and whether one is used is judged by what all rules find; then the settings of
the workspace; then what was selected. A baseline is subtracted from what is left, and paths only limit what is shown.
A rule that lacks what it would judge by finds nothing, and no comment or baseline is said to be of no use to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC

from msgspec import Struct, field
from msgspec.structs import replace

from oncall.errors import ERROR, INFO, WARNING, OncallError, Problem, internal_error, problem
from oncall.lint.baseline import Identity, Known, exactly, identity, is_now, only
from oncall.lint.context import Context
from oncall.lint.ignores import Ignore, by_settings, read_ignores
from oncall.lint.places import Source
from oncall.lint.rule import Rule
from oncall.lint.rules import RULES
from oncall.lint.rules.oc007_unused_ignore import unused
from oncall.lint.wording import Horizon
from oncall.spelling import limited_suggestions, nearest
from oncall.workspace.files import HEAD

NAMES = {rule.code: rule.name for rule in RULES}
SEVERITIES = (ERROR, WARNING, INFO)


class Finding(Struct, frozen=True):
    """A finding as it is shown: its problem, the name of its rule, the path of its file as seen from where the question
    is asked, where what it is about ends (the column after it), the line as it was read, and how many findings before
    it are the same but for the line."""

    problem: Problem
    name: str
    path: str
    end_line: int | None = None
    end_column: int | None = None
    source: str | None = None
    repeated: int = 0


class Silenced(Struct):
    """How many findings were left out, and by what."""

    comments: int = 0
    settings: int = 0
    baseline: int = 0
    earlier: int = 0


class Report(Struct):
    """What is left of the findings of a workspace. `files` counts those that were checked, as far as they are shown;
    `all` has everything that was left before known findings were subtracted, whatever path was asked for; `stale`
    counts what the baseline knows and nothing finds. `known_from` is the baseline's file, `since` the revision of what
    was there earlier."""

    findings: list[Finding] = field(default_factory=list)
    files: int = 0
    silenced: Silenced = field(default_factory=Silenced)
    all: list[Problem] = field(default_factory=list)
    stale: int = 0
    horizon: Horizon = Horizon(0, 0, UTC)
    known_from: str = ""
    since: str = ""

    def count(self, severity: str) -> int:
        """How many findings there are of a severity."""
        return sum(one.problem.severity == severity for one in self.findings)

    def is_bad(self, fail_on: str) -> bool:
        """Whether there is a finding of this severity or a worse one."""
        bad = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
        return any(one.problem.severity in bad for one in self.findings)


class Selection(Struct, frozen=True):
    """What was asked for: codes or beginnings of codes, and the files and folders of the workspace to be shown (none:
    all of them)."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    def takes(self, code: str) -> bool:
        """Whether findings of this code were asked for."""
        if self.ignore and code.startswith(self.ignore):
            return False
        return not self.select or code.startswith(self.select)

    def shows(self, file: str) -> bool:
        """Whether a file was asked for, or a folder it is in."""
        return not self.paths or any(file == path or file.startswith(path + "/") for path in self.paths)


def check_selection(selection: Selection, *, with_log: bool = True) -> None:
    """OncallError where a code is none, asks for a log that is not given, or nothing is left to check."""
    for option, codes in (("--select", selection.select), ("--ignore", selection.ignore)):
        for code in codes:
            if not any(known.startswith(code) for known in NAMES) or not code:
                raise OncallError(f"{option} {code}: there is no such rule{suggested(code)}")
    for code in () if with_log else selection.select:
        if all(rule.needs_log for rule in RULES if rule.code.startswith(code)):
            raise OncallError(f"--select {code}: that is judged by an event log; give it with --log FILE")
    if not any(selection.takes(code) for code in NAMES):
        what = "--ignore leaves out every rule" if not selection.select else "--select and --ignore are contradictory"
        raise OncallError(f"{what}: nothing is left to check")


def suggested(word: str) -> str:
    """What a word that is no code may have meant."""
    by_name = {name: code for code, name in NAMES.items()}
    found = nearest(word, [*NAMES, *by_name])
    return f" (did you mean {by_name.get(found, found)}?)" if found else "; `oncall lint --explain all` lists them"


def findings(context: Context) -> list[Problem]:
    """Everything every rule finds, sorted by place, less what a comment or a setting leaves out; the same once."""
    return _left(context, Silenced())


def report(
    context: Context,
    selection: Selection | None = None,
    *,
    baseline: Known | None = None,
    earlier: Known | None = None,
    shown_as: Callable[[str], str] = str,
) -> Report:
    """What is left of the findings, and what was left out.

    Those of a `baseline`, and those an `earlier` state of the same workspace had, do not count; what a baseline knows
    does when it is so now. `shown_as` gives the path of a file as it is seen from where the question is asked.
    """
    asked = selection or Selection()
    known, before = baseline or Known(), earlier or Known()
    result = Report(horizon=context.horizon, known_from=known.name, since=before.name)
    result.files = sum(asked.shows(file) for file in context.workspace.files.contents)
    left = _left(context, result.silenced)
    source = Source(context.workspace.files.contents)
    seen: Counter[Identity] = Counter()
    said: Counter[Identity] = Counter()
    for one in left:
        same, exact = identity(one), exactly(one)
        seen[same] += 1
        said[exact] += 1
        if not asked.takes(one.code):
            continue
        result.all.append(one)
        if not asked.shows(one.file):
            continue
        unknown = [span for span in one.spans if is_now([span], context.at) or span in known.new(same, [span])]
        new = before.new(exact, unknown)
        if not unknown if one.spans else seen[same] <= known.counts[same]:
            result.silenced.baseline += 1
        elif not new if one.spans else said[exact] <= before.counts[exact]:
            result.silenced.earlier += 1
        else:
            shown, end, text = only(one, new, context.horizon), source.end(one), source.line(one)
            path = shown_as(one.file)
            result.findings.append(Finding(shown, NAMES.get(one.code, ""), path, one.line, end, text, seen[same] - 1))
    open_codes = unjudged(context)
    result.stale = sum(number for one, number in (known.all - seen).items() if one.code not in open_codes)
    return result


def as_known(found: Report, name: str) -> Report:
    """The same when all of it has just been written to a baseline: what is so now still counts."""
    findings = []
    for one in found.findings:
        now = [span for span in one.problem.spans if is_now([span], found.horizon.at)]
        if now:
            findings.append(replace(one, problem=only(one.problem, now, found.horizon)))
    silenced = replace(found.silenced, baseline=found.silenced.baseline + len(found.findings) - len(findings))
    return replace(found, findings=findings, silenced=silenced, stale=0, known_from=name)


def unjudged(context: Context) -> set[str]:
    """The codes of the rules that cannot be judged by what there is."""
    return {rule.code for rule in RULES if not rule.is_judged(context)}


def known_of(context: Context, name: str) -> Known:
    """What a state of a workspace has, asked about at the same instant: everything that comments and settings leave."""
    return known_from(findings(context), name, context.until)


def known_from(problems: Iterable[Problem], name: str, seen_until: int) -> Known:
    """The same of findings that are at hand."""
    known = Known(name, seen_until=seen_until)
    for one in problems:
        known.counts[exactly(one)] += 1
        if one.spans:
            known.spans.setdefault(exactly(one), []).extend(one.spans)
    return known


def _left(context: Context, silenced: Silenced) -> list[Problem]:
    """What comments and settings leave, counting what they do not."""
    open_codes = unjudged(context)
    with limited_suggestions():
        found = {one for rule in RULES if rule.code not in open_codes for one in _found_by(rule, context)}
    ignores = read_ignores(context.workspace.files.contents, context.runbooks)
    used, loud = _used(ignores, found)
    unreadable = {one.file for one in found if one.code == "OC001"}
    loud |= {one for one in unused(ignores, used, NAMES, open_codes) if one.file not in unreadable}
    silenced.comments = len(found) - sum(one in found for one in loud)
    settings = context.workspace.lint
    leaves_out = by_settings(settings.ignore, settings.per_path)
    left = [one for one in loud if not leaves_out(one)]
    silenced.settings = len(loud) - len(left)
    return sorted(left, key=lambda one: one.place)


def _found_by(rule: Rule, context: Context) -> Iterator[Problem]:
    """What a rule finds; where it fails by a fault of ours, what it found until then, and that."""
    try:
        yield from rule.check(context)
    except Exception as error:
        why = internal_error(error, "the workspace")
        yield problem("OC001", f"{rule.code} {rule.name} could not be checked to the end: {why}", HEAD)


def _used(ignores: Sequence[Ignore], found: Iterable[Problem]) -> tuple[set[tuple[str, int, int]], set[Problem]]:
    """The places of the codes in comments that silence something, and what none silences."""
    about: dict[tuple[str, int], list[Ignore]] = {}
    for ignore in ignores:
        for line in set(ignore.about):
            about.setdefault((ignore.file, line), []).append(ignore)
    used: set[tuple[str, int, int]] = set()
    loud: set[Problem] = set()
    for one in found:
        near = about.get((one.file, one.line or 1), ())
        by = {ignore.place(code) for ignore in near for code in ignore.codes if code.means(one.code)}
        used |= by
        if not by:
            loud.add(one)
    return used, loud
