"""What to change after a dispatch and how to prove it, as sections of its postmortem."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from datetime import UTC, tzinfo
from difflib import unified_diff

from oncall.errors import Problem
from oncall.lint.wording import few
from oncall.output.blocks import Block, Bullets, Code, Fact, Facts, Section, Text, section
from oncall.output.replay_words import CHANGES, short
from oncall.output.scenario_yaml import scenario_yaml
from oncall.output.words import iso
from oncall.postmortem.findings import Findings, Together
from oncall.postmortem.fix import Proposal
from oncall.postmortem.lessons import Lesson
from oncall.postmortem.proof import Proof, Shift
from oncall.replay.run import Judged
from oncall.replay.verdict import GOOD, Counterfactual
from oncall.workspace.amend import Edit, Wish

_CONTEXT = 2
_ALL_DROPPED = "No edit of a file is proposed: each that was tried breaks something else."
_TRIED = "in the copy: "
_AFFECTED = {"no_backup": "OC101", "schedule_gap": "OC301"}


def fix_plan(judged: Judged, findings: Findings) -> Section:
    """What to change."""
    title, name = "What to change", "fix"
    lessons = [section("What lint finds by the files of the time", "lessons", _lessons(findings.lessons))]
    above = lessons if findings.lessons else []
    if not findings.proposals:
        dropped = section("Considered and dropped", "dropped", _dropped(findings.dropped))
        below = [*above, *([dropped] if findings.dropped else [])]
        return section(title, name, [Text(_nothing(judged, findings)), *_since(findings)], below)
    blocks: list[Block] = [Text(_introduction(judged, findings)), *_since(findings)]
    sections = above + [
        section(f"Fix {number}: {one.fix.title}", f"fix-{number}", _proposal(one))
        for number, one in enumerate(findings.proposals, 1)
    ]
    if findings.together is not None:
        sections.append(section("All of them together", "together", _together(findings.together)))
    if findings.dropped:
        sections.append(section("Considered and dropped", "dropped", _dropped(findings.dropped)))
    return section(title, name, blocks, sections)


def _lessons(lessons: Sequence[Lesson]) -> Iterator[Block]:
    yield Text("The lesson: lint says this of the step that failed, by the files that were in force.")
    for lesson in lessons:
        problem = lesson.problem
        today = "today's files still have it" if lesson.is_open else "today's files do not have it any more"
        place = f"{problem.file}:{problem.line or 1}"
        says = f"{problem.code} {lesson.name}: {problem.message} ({today})"
        yield Facts((Fact(place, says),), places=True)


def _together(found: Together) -> Iterator[Block]:
    yield Text(
        "The edits above at once, those aside that depend on a condition. Make them by these and not one by one:"
    )
    for edit in found.edits:
        yield Code("diff", diff_of(edit))
    yield Text(f"Tried out on this dispatch, together: {_effect(found.effect)}")
    yield from _proof(found.proof)


def _nothing(judged: Judged, findings: Findings) -> str:
    if findings.why_none:
        return f"Nothing can be proposed: {findings.why_none}."
    if judged.verdict.result == "answered":
        return "Nothing: it was picked up, and everybody was tried as the policy says."
    if judged.verdict.result in GOOD:
        return "Nothing: it ended well, and as the policy says."
    if findings.dropped:
        return _ALL_DROPPED
    if findings.lessons:
        return "No edit suggests itself; what lint finds is below."
    return "No rule suggests itself: everybody was tried as the policy says, and nobody took it."


def _introduction(judged: Judged, findings: Findings) -> str:
    edits = sum(one.fix.is_edit for one in findings.proposals)
    parts = ["Each edit is against today's files, and was tried out on this dispatch and in a copy of the workspace."]
    if not edits:
        parts = [_ALL_DROPPED if findings.dropped else "No edit of a file fixes this by itself."]
    if any(one.fix.for_people for one in findings.proposals):
        operator = judged.verdict.operator
        who = (
            f"the operator {operator}: go through this page together"
            if operator is not None
            else "no operator: find out what dialled, a person or a program, and what it went by"
        )
        parts.append(f"Rules that were not kept are for people to keep. The log names {who}.")
    return " ".join(parts)


def _since(findings: Findings) -> list[Block]:
    if findings.since is None:
        return []
    text = "Today's files are others than those of the time. As they are, without any edit below:"
    return [Text(f"{text} {_effect(findings.since)}")]


def _proposal(one: Proposal) -> Iterator[Block]:
    fix = one.fix
    yield Text(fix.why)
    if fix.decide:
        yield Text(fix.decide, "note")
    if fix.places:
        yield Facts(tuple(Fact(f"{each.file}:{each.line}", each.says) for each in fix.places), places=True)
    if fix.wishes and one.amended is None:
        yield Text("The file is written so that this cannot be shown as an edit of its text. Write by hand:")
        yield Bullets(tuple(_by_hand(wish) for wish in fix.wishes))
    if one.amended is not None:
        for edit in one.amended.edits:
            yield Code("diff", diff_of(edit), f"{edit.file}:{edit.line}, as it is and as it is to be")
    if fix.shifts:
        yield Text("One event more in the calendar of overrides; from nobody to one person:")
        yield Code("sh", "\n".join(_override(each) for each in fix.shifts))
    if fix.is_edit:
        yield Text(f"Tried out on this dispatch: {_effect(one.effect)}")
    yield from _proof(one.proof)


def _by_hand(wish: Wish) -> str:
    path = ".".join(str(step) for step in wish.path)
    return f"{wish.definition.replace('/', ' ')}: {path}: {wish.value}"


def diff_of(edit: Edit) -> str:
    """The lines that are others, with a few around them, as `patch` takes them."""
    before, after = (text.removesuffix("\n").split("\n") for text in (edit.before, edit.after))
    lines = unified_diff(before, after, f"a/{edit.file}", f"b/{edit.file}", lineterm="", n=_CONTEXT)
    return "\n".join(lines)


def _override(one: Shift) -> str:
    start, until = (iso(at, UTC) for at in (one.start, one.until))
    return f"oncall override {one.rotation} {one.person} --from {start} --until {until}"


def _effect(found: Counterfactual | None) -> str:
    if found is None:
        return "what would have come of it cannot be told."
    return f"{short(found.verdict)}: {CHANGES[found.verdict]}. {effect_text(found)}"


def change_look(found: Counterfactual) -> str:
    """Whether a change is good, bad, or neither."""
    return {"saved": "good", "worse": "bad", "still_missed": "bad"}.get(found.verdict, "note")


def effect_text(found: Counterfactual) -> str:
    """What other rules would have made of the dispatch, bounds included."""
    text = f"The result would have been: {short(found.result)}"
    if found.cause is not None and found.result not in GOOD:
        text += f" ({short(found.cause)})"
    if found.best != found.worst:
        text += f". If all that nobody has seen went well: {short(found.best)}; if none of it did: {short(found.worst)}"
    return f"{text}."


# What came of an edit in a copy.


def _proof(proof: Proof | None) -> Iterator[Block]:
    if proof is None:
        return
    if proof.obstacle:
        yield Text(f"It could not be made in a copy of the workspace: {proof.obstacle}.", "note")
        return
    yield Text("Made in a copy of the workspace:")
    results = {"lint": _lint_result, "test": _test_result, "replay": _replay_result}
    yield Bullets(tuple(f"{command}: {result(proof)}." for command, result in results.items()))


def _lint_result(proof: Proof) -> str:
    if not proof.new:
        return "finds nothing that it does not find today"
    return f"finds {len(proof.new)} that it does not find today: {_places(proof.new)}"


def _places(problems: Sequence[Problem]) -> str:
    """`OC105 at policies.yaml:15, OC205 at policies.yaml:15 and 2 more`."""
    return few(list(dict.fromkeys(f"{problem.code} at {problem.file}:{problem.line or 1}" for problem in problems)))


def _test_result(proof: Proof) -> str:
    if not proof.scenarios:
        return "the workspace has no scenario that passes today"
    if proof.failing:
        return f"{len(proof.failing)} of {proof.scenarios} that pass today fail: {few(proof.failing)}"
    if proof.scenarios == 1:
        return "the one scenario that passes today passes"
    return f"all {proof.scenarios} scenarios that pass today pass"


def _replay_result(proof: Proof) -> str:
    accounts = few(proof.accounts)
    if not proof.dispatches:
        return f"the log has no other dispatch of {accounts} near this one"
    number = "1 other dispatch" if proof.dispatches == 1 else f"{proof.dispatches} other dispatches"
    if not proof.changes:
        return f"{number} of {accounts}: none would have gone otherwise"
    parts = []
    for change in ("worse", "saved", "still_missed", "unknown"):
        ids = [f"{changed.dispatch} ({changed.account})" for changed in proof.changes if changed.change == change]
        if ids:
            parts.append(f"{len(ids)} {short(change)}, {few(ids)}")
    return f"{number} of {accounts}: {'; '.join(parts)}"


def _dropped(dropped: Sequence[Proposal]) -> Iterator[Block]:
    """What is not proposed as it breaks something, a line each; variants that break the same are one."""
    yield Text("Each of these was made in a copy of the workspace, and is not proposed because of what came of it:")
    titles: dict[str, list[str]] = {}
    for each in dropped:
        if each.proof is not None:
            titles.setdefault(_harm(each.proof), []).append(each.fix.title)
    yield Bullets(tuple(f"{'; or '.join(same)}: {harm}." for harm, same in titles.items()))
    if any(each.proof is not None and each.proof.failing for each in dropped):
        yield Text("A scenario that states the rule of today has to be changed together with the rule.", "note")


def _harm(proof: Proof) -> str:
    parts = []
    if proof.new:
        parts.append(f"lint would find {_places(proof.new)}")
    if proof.failing:
        fail = "scenario would fail" if len(proof.failing) == 1 else "scenarios would fail"
        parts.append(f"{len(proof.failing)} {fail} ({few(proof.failing)})")
    worse = [f"{each.dispatch} ({each.account})" for each in proof.changes if each.change == "worse"]
    if worse:
        parts.append(f"worse for {few(worse)}")
    return ", and ".join(parts)


# How to prove it.


def checklist(judged: Judged, findings: Findings, zone: tzinfo, log: str, workspace: str) -> Section:
    """Commands that prove it, and the scenario that they run."""
    edited = any(one.effect is not None and not one.fix.only_if for one in findings.proposals)
    used = judged.verdict.plan
    # Where today's files stand in for those of the time, edits in place would change both sides of the comparison.
    copied = edited and (used is None or used.as_of == "today")
    place = _copy_of(workspace) if copied else workspace
    steps = list(_steps(judged, findings, place))
    if edited:
        options = f"{shlex.quote(log)} --candidate {shlex.quote(_folder(place))}"
        command = f"oncall {_where(workspace)}replay {options}"
        steps.append((f"{command} --dispatch {shlex.quote(judged.verdict.dispatch)}", _expected_of(findings)))
        steps.append((command, _others_text(_proof_of(findings))))
    if copied:
        steps.insert(0, (f"cp -R {shlex.quote(workspace)} {shlex.quote(place)}", "a copy; make the edits in it"))
    before = "When the edits are made:" if edited else "No edit is proposed; what the rules ask for is shown by:"
    blocks: list[Block] = [
        Text("So that the two can be compared:" if copied else before),
        Facts(tuple(Fact(command, says) for command, says in steps), places=True),
    ]
    rehearsal = findings.rehearsal
    if rehearsal is None:
        blocks.append(Text("There is no scenario to paste: the account or its policy is not in today's files."))
    else:
        text = (
            "This dispatch as a scenario: everybody responds as they did, and whoever was not tried does not respond."
        )
        blocks.append(Text(f"{text} {_today(rehearsal.passes_today)}"))
        yaml = scenario_yaml(rehearsal.name, rehearsal.trace, rehearsal.assumed, zone)
        blocks.append(Code("yaml", yaml, rehearsal.name))
    return section("How to prove it", "proof", blocks)


def _proof_of(findings: Findings) -> Proof | None:
    """What came of all edits that are proposed without a condition."""
    if findings.together is not None:
        return findings.together.proof
    return next((each.proof for each in findings.proposals if each.proof and not each.fix.only_if), None)


def _steps(judged: Judged, findings: Findings, workspace: str) -> Iterator[tuple[str, str]]:
    """What shows that a workspace is in order, and what each said when the edits were made in a copy."""
    command = f"oncall {_where(workspace)}"
    proof = _proof_of(findings)
    if proof is not None and not proof.obstacle:
        yield f"{command}lint", f"{_TRIED}{_lint_result(proof)}"
        select = _AFFECTED.get(str(judged.verdict.cause))
        if select is not None:
            left = [problem for problem in proof.left if problem.code == select]
            says = f"{len(left)}: {_places(left)}" if left else "nothing: the same hole is nowhere else"
            yield f"{command}lint --select {select}", f"{_TRIED}finds {says}"
    if findings.rehearsal is not None:
        yield f"{command}test {findings.rehearsal.name}", "passes: the scenario below, in a new YAML file there"
    if proof is not None and not proof.obstacle:
        yield f"{command}test", f"{_TRIED}{_test_result(proof)}"


def _others_text(proof: Proof | None) -> str:
    if proof is None or proof.obstacle:
        return "shows what comes of every other dispatch"
    return f"{_TRIED}{_replay_result(proof)}"


def _today(passes: bool) -> str:
    if passes:
        return "It passes by today's files: it says what should have happened, and fails should that ever change."
    return "It fails by today's files, and passes with the edits above in them."


def _where(workspace: str) -> str:
    return "" if workspace == "." else f"-w {shlex.quote(workspace)} "


def _copy_of(workspace: str) -> str:
    return "../mended" if workspace == "." else f"{workspace.rstrip('/')}-mended"


def _folder(workspace: str) -> str:
    """A workspace as `--candidate` takes it for a folder, whatever its name."""
    return workspace if workspace.startswith(("/", ".")) else f"./{workspace}"


def _expected_of(findings: Findings) -> str:
    edits = [one.effect for one in findings.proposals if one.effect is not None and not one.fix.only_if]
    found = findings.together.effect if findings.together else edits[0]
    return f"says {short(found.verdict)}" if found is not None else "says what they change"
