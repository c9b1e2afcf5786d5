"""What may stand in the YAML files: the sections, and how their entries become the model's classes.

msgspec checks an entry against its class and stops at the first thing wrong with it. That is reported where it stands
and taken out, and the rest is checked again: so every error of an entry is found, and what is right of it still counts.
"""

from __future__ import annotations

import re
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct
from msgspec.structs import fields as struct_fields

from oncall import fields
from oncall.errors import Problem, problem
from oncall.escalation.scenarios import (
    Expectation,
    ExpectedAttempt,
    ExpectedCallback,
    ExpectedSkip,
    WrittenScenario,
)
from oncall.model import (
    AbsenceCalendar,
    Account,
    Away,
    Binding,
    ContactMethod,
    Head,
    Hours,
    LintSettings,
    OpenWindow,
    Person,
    Policy,
    Recovery,
    Review,
    Rotation,
    SecureMessaging,
    Settings,
    Tier,
)
from oncall.spelling import suggested
from oncall.workspace import yaml

Path = tuple[str | int, ...]

SECTIONS: dict[str, type[Struct]] = {
    "people": Person,
    "hours": Hours,
    "rotations": Rotation,
    "policies": Policy,
    "accounts": Account,
    "scenarios": WrittenScenario,
}
SECTION_MEANINGS = {
    "people": "Everybody who can be on call, or is named in a profile, by their id.",
    "hours": "When lines promise a human, by name.",
    "rotations": "Calendars that say who is on call, by name.",
    "policies": "Escalation rules, by name.",
    "accounts": "Clients and teams whose lines are answered, by name.",
    "scenarios": "Tests of policies, which `oncall test` runs, by name.",
    "absences": "Calendars that say who is not there: one or a list, each a path or how to read it.",
}
ABSENCES: Any = str | AbsenceCalendar | tuple[str | AbsenceCalendar, ...]
HEAD_KEYS = tuple(field.encode_name for field in struct_fields(Head))
SECTION_KEYS = (*(name for name in SECTIONS if name != "scenarios"), "absences", "scenarios")

_NOTHING = {"type": "null"}
_DAYS = {"anyOf": [fields.DAYS_SCHEMA, {"type": "array", "items": fields.DAYS_SCHEMA, "minItems": 1}]}
_MOST_ERRORS = 200
_MOST_WORK = 1_000_000  # nodes looked at for one entry, over and over for each of its errors
_AT = re.compile(r" - at `(key in )?\$(.*)`$", re.DOTALL)
_STEP = re.compile(r"\.(\w+)|\[(\d+|\.\.\.)\]")
_TYPES = {"array": "a list", "object": "a mapping of keys", "str": "a single value", "int": "a whole number"}
_CALLED: dict[type, str] = {
    Head: "oncall.yaml",
    Settings: "the settings",
    LintSettings: "the lint settings",
    Person: "a person",
    ContactMethod: "a contact method",
    Away: "an absence",
    AbsenceCalendar: "a calendar of absences",
    Hours: "hours",
    OpenWindow: "open hours",
    Rotation: "a rotation",
    Policy: "a policy",
    Tier: "a tier",
    Recovery: "a recovery",
    Account: "an account",
    Binding: "a contact",
    SecureMessaging: "secure messaging",
    Review: "a review",
    WrittenScenario: "a scenario",
    Expectation: "what a scenario expects",
    ExpectedAttempt: "an expected attempt",
    ExpectedSkip: "somebody who is passed over",
    ExpectedCallback: "an expected callback",
}


class Checked(Struct):
    """A value that was checked: None where nothing of it could be used."""

    value: Any
    problems: list[Problem]


def check(shape: Any, node: yaml.Node, file: str, owner: tuple[int, int], name: str = "") -> Checked:
    """A part of a file as the model's class. `owner` is where it is named; a `name` that is missing in it is this one,
    so that somebody without one can still be called."""
    problems: list[Problem] = []
    lost: dict[int, set[str | int]] = {}  # what lost which keys: that they are missing there now is no news
    left = node
    for _ in range(min(_MOST_ERRORS, 2 + _MOST_WORK // node.size)):
        data = yaml.plain(left)
        try:
            return Checked(_convert(data, shape), problems)
        except msgspec.ValidationError as error:
            fault = _fault(error, shape, data)
        if left is node:
            left = yaml.copy(node)
        gone = lost.get(id(yaml.descend(left, fault.path)), set()) if fault.of_whole else set()
        if not gone or (fault.missing and fault.missing not in gone):
            problems.append(problem(fault.code, fault.message, file, *_place(fault, left, owner)))
        if fault.removed:
            lost.setdefault(id(_remove(left, fault.removed)), set()).update((fault.removed[-1], fault.meant))
        elif fault.missing == "name" and name and isinstance(left, yaml.Mapping):
            left.keys["name"] = yaml.Key(*owner, yaml.Scalar(name, *owner))
        else:
            return Checked(None, problems)
    problems.append(problem("OC003", "there is more wrong here than is shown: mend these first", file, *owner))
    return Checked(None, problems)


def _convert(data: Any, shape: Any) -> Any:
    return msgspec.convert(data, shape, strict=False, dec_hook=fields.decode)


class _Fault(Struct):
    """One thing wrong: where, what, and what has to go so that the rest can count. `of_whole` is what is wrong with
    a mapping as such, `missing` the key it lacks, `meant` the one that was misspelt; `at_key` is shown at the key and
    not at its value."""

    code: str
    path: Path
    message: str
    removed: Path
    of_whole: bool = False
    at_key: bool = False
    missing: str = ""
    meant: str = ""


def _fault(error: msgspec.ValidationError, shape: Any, data: Any) -> _Fault:
    text = str(error)
    found = _AT.search(text)
    what = text[: found.start()] if found else text
    path = _steps(found[2]) if found else ()
    if found and (found[1] or "..." in path):
        path = _keyed(path if not found[1] else (*path, "..."), shape, data)
    unknown = re.fullmatch(r"Object contains unknown field `(.*)`", what, re.DOTALL)
    if unknown:
        name = unknown[1]
        keys = _keys_at(shape, path)
        meant = suggested(name, keys) or ""
        message = f"`{name}` is not a key of {_called(shape, path)}" + _instead(meant, keys)
        return _Fault("OC002", (*path, name), message, (*path, name), at_key=True, meant=meant)
    missing = re.fullmatch(r"Object missing required field `(.*)`", what)
    if missing:
        message = f"`{missing[1]}` is missing in {_called(shape, path)}"
        return _Fault("OC003", path, message, path, of_whole=True, at_key=True, missing=missing[1])
    value = _value_at(data, path)
    inside = re.match(r"(\w+)(?:\.([^:]+))?: ", what)  # what a class says of one of its own keys
    if inside and isinstance(value, dict) and inside[1] in value:
        key = (*path, inside[1], inside[2]) if inside[2] else (*path, inside[1])
        return _Fault("OC003", key, _named(key) + what[inside.end() :], key)
    if what.startswith("Invalid enum value"):
        words = _words(_shape_at(shape, path))
        message = f"{_named(path)}{value!r} is not known" + _instead(suggested(str(value), words), words)
    else:
        message = _named(path) + _plainly(what, value, _choice(_shape_at(shape, path), dict))
    return _Fault("OC003", path, message, path, of_whole=isinstance(value, dict), at_key=bool(found and found[1]))


def _words(shape: Any) -> list[str]:
    """The words a value is one of, whether or not it may be left out."""
    members = get_args(shape) if get_origin(shape) in (UnionType, Union) else (shape,)
    return [word for member in members for word in get_args(member)]


def _named(path: Path) -> str:
    names = [step for step in path if isinstance(step, str)]
    return ".".join(names) + ": " if names else ""


def _steps(text: str) -> Path:
    return tuple(name or (int(index) if index.isdigit() else index) for name, index in _STEP.findall(text))


def _keyed(path: Path, shape: Any, data: Any) -> Path:
    """msgspec does not say which key of a free mapping it means: it is the first that is wrong when it stands alone."""
    place = path.index("...")
    parent = _value_at(data, path[:place])
    entries = dict(parent)
    for key, value in entries.items():
        parent.clear()
        parent[key] = value
        try:
            _convert(data, shape)
        except msgspec.ValidationError as error:
            found = _AT.search(str(error))
            steps = (*_steps(found[2]), *(("...",) if found[1] else ())) if found else ()
            if steps[: place + 1] == path[: place + 1]:
                parent.update(entries)
                return (*path[:place], key, *steps[place + 1 :])
    parent.update(entries)
    return path[:place]


def _instead(word: str | None, known: list[str]) -> str:
    return f" (did you mean {word!r}?)" if word else f"; there are {', '.join(known)}"


def _plainly(what: str, value: Any, shape: Any) -> str:
    """What is wrong, in words of the file and not of Python."""
    what = re.sub(r"Expected `array` of length <= (\d+)", r"too many: there can be \1 of these", what)
    expected = re.match(r"Expected `([^`]*)`(?: (>=|<=) (\S+?))?(?:, got `\w+`)?$", what)
    if what.startswith("Invalid RFC3339"):
        return f"not a date: {value!r}; write 2026-11-20"
    if shape is Binding:
        return "write `{rotation: NAME}` or `{person: NAME}` here"
    if expected and expected[2]:
        large = expected[2] == "<="
        return f"{value!r} is too {'large' if large else 'small'}: it is {expected[3]} or {'less' if large else 'more'}"
    if expected and expected[1].startswith("int") and isinstance(value, str):
        return f"not a whole number: {value!r}"
    if expected:
        return " or ".join(_TYPES.get(one, one) for one in expected[1].split(" | ") if one != "null") + " belongs here"
    return what


def _called(shape: Any, path: Path) -> str:
    """What to call the mapping at a path of a class."""
    kind = _choice(_shape_at(shape, path), dict)
    return _CALLED.get(kind) or str(getattr(kind, "CALLED", "this"))


def _value_at(data: Any, path: Path) -> Any:
    for step in path:
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return None
    return data


def _remove(node: yaml.Node, path: Path) -> yaml.Node:
    """Take out what stands at a path, and give what it stood in."""
    parent, last = yaml.descend(node, path[:-1]), path[-1]
    if isinstance(parent, yaml.Mapping) and isinstance(last, str):
        parent.keys.pop(last, None)
    elif isinstance(parent, yaml.Sequence) and isinstance(last, int):
        del parent.items[last]
    return parent


def _place(fault: _Fault, node: yaml.Node, owner: tuple[int, int]) -> tuple[int, int]:
    if not fault.path:
        return owner
    return yaml.key_place(node, fault.path) if fault.at_key else yaml.place_of(node, fault.path)


def _shape_at(shape: Any, path: Path) -> Any:
    """The type that a path of a class has."""
    for step in path:
        shape = _choice(shape, list if isinstance(step, int) else dict)
        if isinstance(shape, type):
            shape = _types_of(shape)[str(step)]
        else:
            shape = get_args(shape)[1 if get_origin(shape) is dict else 0]
    return shape


@cache
def _types_of(shape: type) -> dict[str, Any]:
    """The type of each key of a class."""
    types = get_type_hints(shape)
    return {field.encode_name: types[field.name] for field in struct_fields(shape)}


def _keys_at(shape: Any, path: Path) -> list[str]:
    """The keys that may stand at a path of a class."""
    return list(_types_of(_choice(_shape_at(shape, path), dict)))


def _choice(shape: Any, kind: type) -> Any:
    """Of a choice of types the one that is written as a list, or as a mapping."""
    members = get_args(shape) if get_origin(shape) in (UnionType, Union) else (shape,)
    for member in members:
        is_list = get_origin(member) is tuple
        is_mapping = get_origin(member) is dict or (isinstance(member, type) and issubclass(member, Struct))
        if (kind is list and is_list) or (kind is dict and is_mapping):
            return member
    return members[0]


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of one YAML file of a workspace, for editors."""
    shapes: list[Any] = [dict[fields.Name, shape] for shape in SECTIONS.values()]  # type: ignore[valid-type]
    schemas, parts = msgspec.json.schema_components(
        [Head, *shapes, ABSENCES], schema_hook=fields.SCHEMAS.__getitem__, ref_template="#/$defs/{name}"
    )
    names = {"propertyNames": {"pattern": fields.SCHEMAS[fields.Name]["pattern"]}}
    for part, key in (("Account", "contacts"), ("WrittenScenario", "given"), ("WrittenScenario", "callbacks")):
        parts[part]["properties"][key] |= names
    parts["OpenWindow"]["properties"]["days"] |= _DAYS
    parts["Binding"]["oneOf"] = [{"required": ["rotation"]}, {"required": ["person"]}]
    parts["OpenWindow"]["dependentRequired"] = {"from": ["until"], "until": ["from"]}
    properties = parts.pop("Head")["properties"]
    for (name, meaning), schema in zip(SECTION_MEANINGS.items(), schemas[1:], strict=True):
        properties[name] = {"description": meaning, **schema, **(names if name in SECTIONS else {})}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "oncall workspace file, format 1",
        "type": "object",
        "properties": _or_nothing(_for_editors(properties), []),
        "$defs": _for_editors(parts),
        "additionalProperties": False,
    }


def schema_of(shape: type[Struct], title: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a YAML file that is one of these."""
    _, parts = msgspec.json.schema_components(
        [shape], schema_hook=fields.SCHEMAS.__getitem__, ref_template="#/$defs/{name}"
    )
    whole = _for_editors(parts.pop(shape.__name__))
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **whole, "title": title}
    return {**schema, "$defs": _for_editors(parts)}


def _for_editors(schema: Any) -> Any:
    """An editor types the scalars that we read as text: a text may look like a number there, and nothing at all is a
    key that is not there. Our defaults are in seconds, which a file never is; they are left out, with the names we have
    for things inside."""
    if isinstance(schema, list):
        return [_for_editors(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "string" and schema.keys() <= {"type", "default", "description"}:
        schema = {**schema, "type": ["string", "number", "boolean"]}
    kept = {
        key: _for_editors(value)
        for key, value in schema.items()
        if not (key == "default" or (key == "title" and isinstance(value, str)))
    }
    if isinstance(kept.get("description"), str):
        kept["description"] = " ".join(kept["description"].split())
    if isinstance(kept.get("properties"), dict) and kept.get("type") == "object":
        kept["properties"] = _or_nothing(kept["properties"], kept.get("required", []))
    return kept


def _or_nothing(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    """The keys of a mapping, each of which may be empty where it may be missing."""
    return {name: schema if name in required else _nullable(schema) for name, schema in properties.items()}


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    kinds = schema.get("type")
    if kinds and "enum" not in schema:
        return {**schema, "type": [*(kinds if isinstance(kinds, list) else [kinds]), "null"]}
    outer = {"description": schema["description"]} if "description" in schema else {}
    inner = {name: value for name, value in schema.items() if name != "description"}
    wanted = [one for one in inner["anyOf"] if one != _NOTHING] if inner.keys() == {"anyOf"} else [inner]
    if len(wanted) == 1 and "type" in wanted[0] and "enum" not in wanted[0]:
        return _nullable({**outer, **wanted[0]})
    return {**outer, "anyOf": [*wanted, _NOTHING]}
