"""Small changes to the YAML files of a workspace, worked out on their text: one value is another, or is there, and all
else stays as it was. Nothing is written: what comes of it is the text before and after, and the plan it means.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from textwrap import indent
from typing import Any

import yaml
from msgspec import Struct
from msgspec.structs import replace
from yaml.dumper import BaseDumper

from oncall.plan import Plan, Written
from oncall.workspace import documents
from oncall.workspace import yaml as reading
from oncall.workspace.numbers import endpoint

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

Path = tuple[str | int, ...]


class Wish(Struct, frozen=True):
    """That something be so: the definition (`policies/urgent-line`), the path of the value in it (the index behind
    the end of a list adds to it), and the value as YAML on one line. With `copy_of`, that there be a new definition,
    a copy of that one of the same section; the wishes behind it may be about the copy."""

    definition: str
    path: Path = ()
    value: str = ""
    copy_of: str = ""


class Edit(Struct, frozen=True):
    """A file as it is and as it is to be, and the first line that is another."""

    file: str
    line: int
    before: str
    after: str


class Amended(Struct, frozen=True):
    """What wishes come to: the edits, one a file, and the plan with them."""

    edits: tuple[Edit, ...]
    plan: Plan


def amend(plan: Plan, wishes: Sequence[Wish], read: Callable[[str], bytes]) -> Amended | None:
    """What comes of wishes about accounts, policies and people; None where one cannot be had by changing a text in one
    place. `read` gives the bytes of a file of the workspace."""
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    files: dict[str, str] = {}
    for wish in wishes:
        source = wish.copy_of or wish.definition
        if source not in files and source not in plan.places:
            return None
        file = files[wish.definition] = files.get(source) or plan.places[source].file
        if file not in before:
            try:
                before[file] = after[file] = read(file).decode("utf-8")
            except (OSError, UnicodeDecodeError):
                return None
        path = (*wish.definition.split("/", 1), *wish.path)
        value = _copied(after[file], wish.copy_of) if wish.copy_of else wish.value
        changed = with_value(after[file], path, value) if value is not None else None
        if changed is None:
            return None
        after[file] = changed
    found = _with_definitions(plan, files, after)
    edits = tuple(Edit(file, _first_line(before[file], after[file]), before[file], after[file]) for file in after)
    return Amended(edits, found) if found is not None else None


def _first_line(before: str, after: str) -> int:
    pairs = zip(before.split("\n"), after.split("\n"), strict=False)
    return next((number for number, (one, other) in enumerate(pairs, 1) if one != other), 1)


def _copied(text: str, definition: str) -> str | None:
    """A definition of a YAML text as YAML of its own, without its comments."""
    try:
        node = yaml.compose(text, Loader=_LOADER)
        for step in definition.split("/", 1):
            node = _below(node, step)
        return str(yaml.serialize(node, Dumper=BaseDumper, width=100)).rstrip("\n") if node is not None else None
    except yaml.YAMLError:
        return None


def _with_definitions(plan: Plan, files: Mapping[str, str], texts: Mapping[str, str]) -> Plan | None:
    """A plan in which some definitions, those of `files`, are as texts have them; None where one is not right there."""
    found: dict[str, dict[str, Any]] = {section: {} for section in documents.SECTIONS}
    places: dict[str, Written] = {}
    for definition, file in files.items():
        section, _, name = definition.partition("/")
        key = _key(reading.read_yaml(texts[file].encode(), file).root, section, name)
        if key is None:
            return None
        checked = documents.check(documents.SECTIONS[section], key.value, file, (key.line, key.column), name)
        if checked.problems or checked.value is None:
            return None
        found[section][name] = checked.value
        places[definition] = Written(file, key.line, dict(reading.lines_of(key.value)))
    endpoints = {
        name: tuple(endpoint(method.address, plan.country) for method in person.contact_methods)
        for name, person in found["people"].items()
    }
    return replace(
        plan,
        people=_over(found["people"], plan.people),
        endpoints=_over(endpoints, plan.endpoints),
        policies=_over(found["policies"], plan.policies),
        accounts=_over(found["accounts"], plan.accounts),
        places=_over(places, plan.places),
    )


def _key(root: reading.Node | None, section: str, name: str) -> reading.Key | None:
    if not isinstance(root, reading.Mapping) or section not in root.keys:
        return None
    entries = root.keys[section].value
    return entries.keys.get(name) if isinstance(entries, reading.Mapping) else None


def _over(first: Mapping[str, Any], then: Mapping[str, Any]) -> Mapping[str, Any]:
    return ChainMap(dict(first), then) if first else then  # type: ignore[arg-type]


# The text.


def with_value(text: str, path: Path, value: str) -> str | None:
    """A YAML text in which the value at a path is another, or is added; None where that cannot be done in one place.
    What the text means is compared before and after: nothing but the value has changed."""
    meant = _meaning(text)  # comes first: what is endless or too deep is not looked at any further
    if meant is None:
        return None
    try:
        changed = _changed(text, yaml.compose(text, Loader=_LOADER), path, value)
        wanted = _with(meant, path, _meaning(value))
    except (yaml.YAMLError, LookupError, TypeError):
        return None
    return changed if changed is not None and _meaning(changed) == wanted else None


def _meaning(text: str) -> Any:
    """The data of a YAML text; None where it has none, or anything is wrong with it."""
    document = reading.read_yaml(text.encode("utf-8", "surrogatepass"), "")
    return reading.plain(document.root) if document.root is not None and not document.problems else None


def _with(document: Any, path: Path, value: Any) -> Any:
    """The same data with another value at a path."""
    step, rest = path[0], path[1:]
    below = _with(document[step], rest, value) if rest else value
    if isinstance(step, int):
        return [*document[:step], below, *document[step + 1 :]]
    return {**document, step: below}


def _changed(text: str, node: Any, path: Path, value: str) -> str | None:
    for number, step in enumerate(path):
        below = _below(node, step)
        if below is None:
            return _added(text, node, step, value) if number == len(path) - 1 else None
        node = below
    end = _end(node)
    if end is None or not (isinstance(node, yaml.ScalarNode) or node.flow_style):
        return None
    return text[: node.start_mark.index] + value + text[end:]


def _below(node: Any, step: str | int) -> Any:
    if isinstance(node, yaml.MappingNode):
        return next((below for key, below in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step]
    return None


def _added(text: str, node: Any, step: str | int, value: str) -> str | None:
    """A mapping with a key more, or a list with an item more."""
    if isinstance(node, yaml.ScalarNode) or (isinstance(node, yaml.SequenceNode) and step != len(node.value)):
        return None
    entry = f"{step}: {value}" if isinstance(node, yaml.MappingNode) else value
    if node.flow_style:
        place = node.end_mark.index - 1
        while text[place - 1].isspace():
            place -= 1
        return text[:place] + (", " if node.value else "") + entry + text[place:]
    end = _end(node)
    if end is None:
        return None
    line_end = text.find("\n", end)
    line_end = len(text) if line_end < 0 else line_end
    dash = "- " if isinstance(node, yaml.SequenceNode) else ""
    margin = " " * node.start_mark.column
    if isinstance(node, yaml.MappingNode) and "\n" in value and not value.startswith(("{", "[")):
        entry = f"{step}:\n{indent(value, margin + '  ')}"
    return f"{text[:line_end]}\n{margin}{dash}{entry}{text[line_end:]}"


def _end(node: Any) -> int | None:
    """Where a node ends, before the comments and blank lines behind it."""
    if isinstance(node, yaml.ScalarNode):
        return None if node.style in ("|", ">") else int(node.end_mark.index)
    if node.flow_style:
        return int(node.end_mark.index)
    if not node.value:
        return None
    last = node.value[-1]
    return _end(last[1] if isinstance(node, yaml.MappingNode) else last)
