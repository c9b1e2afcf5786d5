"""What to change after a dispatch and how to prove it, as sections of its postmortem."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import UTC, tzinfo
from difflib import unified_diff

from oncall.output.blocks import Block, Bullets, Code, Fact, Facts, Section, Text, section
from oncall.output.replay_words import CHANGES, short
from oncall.output.scenario_yaml import scenario_yaml
from oncall.output.words import iso
from oncall.postmortem.findings import Findings, Together
from oncall.postmortem.fix import Proposal, Shift
from oncall.replay.run import Judged
from oncall.replay.verdict import GOOD, Counterfactual
from oncall.workspace.amend import Edit, Wish

_CONTEXT = 2
_AFFECTED = {"no_backup": "OC101", "schedule_gap": "OC301"}


def fix_plan(judged: Judged, findings: Findings) -> Section:
    """What to change."""
    title, name = "What to change", "fix"
    if not findings.proposals:
        return section(title, name, [Text(_nothing(judged, findings)), *_since(findings)])
    blocks: list[Block] = [Text(_introduction(judged, findings)), *_since(findings)]
    sections = [
        section(f"Fix {number}: {one.fix.title}", f"fix-{number}", _proposal(one))
        for number, one in enumerate(findings.proposals, 1)
    ]
    if findings.together is not None:
        sections.append(section("All of them together", "together", _together(findings.together)))
    return section(title, name, blocks, sections)


def _together(found: Together) -> Iterator[Block]:
    yield Text(
        "The edits above at once, those aside that depend on a condition. Make them by these and not one by one:"
    )
    for edit in found.edits:
        yield Code("diff", diff_of(edit))
    yield Text(f"Tried out on this dispatch, together: {_effect(found.effect)}")


def _nothing(judged: Judged, findings: Findings) -> str:
    if findings.why_none:
        return f"Nothing can be proposed: {findings.why_none}."
    if judged.verdict.result in GOOD:
        return "Nothing: it ended well, and as the policy says."
    return "No rule suggests itself: everybody was tried as the policy says, and nobody took it."


def _introduction(judged: Judged, findings: Findings) -> str:
    edits = sum(one.fix.is_edit for one in findings.proposals)
    parts = ["Each edit is against today's files, and was tried out on this dispatch."]
    if not edits:
        parts = ["No edit of a file mends this by itself."]
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
        steps.append((command, "shows no other dispatch as worse"))
    if copied:
        steps.insert(0, (f"cp -R {shlex.quote(workspace)} {shlex.quote(place)}", "a copy; make the edits in it"))
    before = (
        "When the edits are made:"
        if edited
        else "No edit is proposed; that the rules are as they should be is shown by:"
    )
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


def _steps(judged: Judged, findings: Findings, workspace: str) -> Iterator[tuple[str, str]]:
    """What shows that a workspace is in order, and what each has to say."""
    command = f"oncall {_where(workspace)}"
    yield f"{command}lint", "finds nothing that was not there before"
    select = _AFFECTED.get(str(judged.verdict.cause))
    if select is not None:
        yield f"{command}lint --select {select}", "finds nothing: the same hole is nowhere else"
    if findings.rehearsal is not None:
        yield f"{command}test {findings.rehearsal.name}", "passes: the scenario below, in a new YAML file there"
        yield f"{command}test", "passes: nothing else has changed"


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
