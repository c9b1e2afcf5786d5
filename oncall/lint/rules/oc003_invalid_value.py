"""OC003 invalid-value."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import ERROR, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.spelling import suggestion
from oncall.workspace import yaml
from oncall.workspace.load import Place


def check(context: Context) -> Iterator[Problem]:
    yield from context.reported.get("OC003", ())
    head = context.workspace.head
    lint = head.node.keys.get("lint") if head and isinstance(head.node, yaml.Mapping) else None
    if head is None or lint is None or not isinstance(lint.value, yaml.Mapping):
        return
    settings = lint.value.keys
    if "ignore" in settings:
        yield from _codes(context, head, settings["ignore"].value, ("lint", "ignore"))
    globs = settings["per_path"].value if "per_path" in settings else None
    for glob, key in globs.keys.items() if isinstance(globs, yaml.Mapping) else ():
        if not glob.strip().strip("/"):
            place = head.at_key("lint", "per_path", glob)
            yield RULE.at(place, "lint.per_path: an empty glob means no file: write one such as `legacy/**`")
        yield from _codes(context, head, key.value, ("lint", "per_path", glob))


def _codes(context: Context, head: Place, codes: yaml.Node, path: tuple[str, ...]) -> Iterator[Problem]:
    """The codes of a list that no rule has or begins with."""
    for index, item in enumerate(codes.items if isinstance(codes, yaml.Sequence) else ()):
        if not isinstance(item, yaml.Scalar) or item.text is None or _means_some_rule(context, item.text):
            continue
        named = {name: code for code, name in context.rule_names.items()}
        instead = f" (did you mean {named[item.text]!r}?)" if item.text in named else _nearest(context, item.text)
        message = f"{'.'.join(path[:2])}: no rule's code is or begins with {item.text!r}{instead}"
        yield RULE.at(head.at(*path, index), message)


def _means_some_rule(context: Context, code: str) -> bool:
    return bool(code) and any(known.startswith(code) for known in context.rule_names)


def _nearest(context: Context, code: str) -> str:
    codes = list(context.rule_names)
    return suggestion(code, codes) or f"; codes are such as {codes[0]}, and beginnings such as {codes[0][:3]}"


RULE = Rule(
    code="OC003",
    name="invalid-value",
    severity=ERROR,
    finds="A value that does not fit its key, in YAML or in a runbook's front matter: the wrong type, unit, time zone, "
    "date or number, a required key that is missing, a rule in the lint settings that does not exist.",
    why="A value that cannot be understood is left out, and the default that stands in for it is not what was meant.",
    mend="Write the value as the message says: durations with a unit, zones by their IANA names, dates as 2026-11-20.",
    check=check,
)
