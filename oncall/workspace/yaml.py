"""YAML as people mean it: every scalar is text, every key has a place, and nothing can run away.

The events of libyaml are built into a small tree by hand, because the tree needs positions, duplicate keys have to be
seen, and depth and aliases have to be bounded while reading: an alias that stands for a thousand nodes is no larger in
the file than one that stands for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from msgspec import Struct, field

from oncall.errors import Problem, problem

MOST_BYTES = 5_000_000
MOST_DEPTH = 40
MOST_NODES = 300_000

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_HINTS = {
    "cannot start any token": " (quote a value that begins with `@`, `%` or a backtick)",
    "mapping values are not allowed": " (quote a text with `: ` in it, and look at the indentation)",
    "did not find expected key": " (look at the indentation, here and just above)",
    "did not find expected ',' or": " (a bracket or comma is missing before this)",
    "could not find expected ':'": " (a key needs a colon after it)",
}
_NULLS = ("", "~", "null", "Null", "NULL")


class Scalar(Struct):
    """A text, or None where nothing stands. `size` counts nodes and `depth` levels, aliases written out."""

    text: str | None
    line: int
    column: int
    size: int = 1
    depth: int = 0


class Sequence(Struct):
    """A list."""

    items: list[Node]
    line: int
    column: int
    size: int = 1
    depth: int = 1


class Key(Struct):
    """Where a key stands, and its value."""

    line: int
    column: int
    value: Node


class Mapping(Struct):
    """Keys in the order they are written."""

    keys: dict[str, Key]
    line: int
    column: int
    size: int = 1
    depth: int = 1


Node = Scalar | Sequence | Mapping


class Document(Struct):
    """A YAML file that was read: its tree, None where it is empty or unreadable, and the problems met."""

    file: str
    root: Node | None
    problems: list[Problem] = field(default_factory=list)


class _UnreadableError(Exception):
    def __init__(self, message: str, line: int | None, column: int | None, code: str = "OC001") -> None:
        super().__init__(message)
        self.place = (line, column)
        self.code = code


def _too_deep(line: int, column: int) -> _UnreadableError:
    return _UnreadableError(f"is nested more than {MOST_DEPTH} deep", line, column)


def read_yaml(data: bytes, file: str) -> Document:
    """The tree of a YAML file. A file that cannot be read has no tree and one problem."""
    document = Document(file, None)
    text = ""
    try:
        text = _decoded(data)
        document.root = _Builder(file, document.problems).build(text)
    except _UnreadableError as error:
        document.problems.append(problem(error.code, str(error), file, *error.place))
    except yaml.YAMLError as error:
        document.problems.append(_syntax_problem(error, text, file))
    return document


def _decoded(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise _UnreadableError(f"is too large: {len(data):,} bytes, more than {MOST_BYTES:,}", None, None)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        raise _UnreadableError("is not UTF-8 here: save the file as UTF-8", line, column) from None
    control = _UNPRINTABLE.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        column = control.start() - (text.rfind("\n", 0, control.start()) + 1) + 1
        raise _UnreadableError(f"is not YAML: a control character ({control[0]!r}) stands here", line, column)
    return text


def _syntax_problem(error: yaml.YAMLError, text: str, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = str(getattr(error, "problem", None) or "it cannot be read").strip()
    if not mark:
        return problem("OC001", f"is not YAML: {what}", file)
    lines = text.split("\n")
    if mark.line < len(lines) and lines[mark.line][mark.column : mark.column + 1] == "\t":
        what = "a tab stands here; indent with spaces"
    else:
        what += next((hint for words, hint in _HINTS.items() if words in what), "")
    return problem("OC001", f"is not YAML: {what}", file, mark.line + 1, mark.column + 1)


class _Builder(Struct):
    file: str
    problems: list[Problem]
    anchors: dict[str, Node] = field(default_factory=dict)
    nodes: int = 0

    def build(self, text: str) -> Node | None:
        loader = _LOADER(text)
        try:
            return self._document(loader)
        finally:
            loader.dispose()

    def _document(self, loader: Any) -> Node | None:
        root: Node | None = None
        documents = 0
        while not isinstance(event := loader.get_event(), yaml.StreamEndEvent):
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents == 2:
                    message = "a second document begins here: one file holds one; only the first is read"
                    self._report("OC003", message, event)
                    break
            elif isinstance(event, yaml.NodeEvent):
                root = self._tree(loader, event)
        return root

    def _tree(self, loader: Any, event: Any) -> Node:
        """One node and all below it. An explicit stack: the depth of a file is not ours to recurse into."""
        open_nodes: list[tuple[Sequence | Mapping, str | None, list[Any]]] = []
        while True:
            node = self._leaf(event)
            if node is None and isinstance(event, yaml.CollectionStartEvent):
                if len(open_nodes) >= MOST_DEPTH:
                    raise _too_deep(*_place(event))
                self._refuse_tag(event)
                is_mapping = isinstance(event, yaml.MappingStartEvent)
                fresh = Mapping({}, *_place(event)) if is_mapping else Sequence([], *_place(event))
                open_nodes.append((fresh, event.anchor, []))
            else:
                if node is None:
                    done, anchor, parts = open_nodes.pop()
                    node = self._filled(done, parts)
                    if anchor:
                        self.anchors[anchor] = node
                if not open_nodes:
                    return node
                open_nodes[-1][2].append(node)
            event = loader.get_event()

    def _leaf(self, event: Any) -> Node | None:
        if not isinstance(event, yaml.ScalarEvent):
            if not isinstance(event, yaml.AliasEvent):
                return None
            if event.anchor not in self.anchors:
                raise _UnreadableError(f"is not YAML: nothing before this is called *{event.anchor}", *_place(event))
            return self.anchors[event.anchor]
        if event.tag is not None:
            self._refuse_tag(event)
        mark: Any = event.start_mark
        text = event.value
        scalar = Scalar(None if text in _NULLS and not event.style else text, mark.line + 1, mark.column + 1)
        if event.anchor:
            self.anchors[event.anchor] = scalar
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise _UnreadableError(f"holds more than {MOST_NODES:,} values", *_place(event))
        return scalar

    def _refuse_tag(self, event: Any) -> None:
        if event.tag is not None and event.tag != "!":
            self._report("OC003", f"the tag {event.tag[:80]} is not understood: write plain YAML", event)

    def _filled(self, node: Sequence | Mapping, parts: list[Node]) -> Node:
        node.size = 1 + sum(part.size for part in parts)
        if node.size > MOST_NODES:
            raise _UnreadableError(f"its aliases stand for more than {MOST_NODES:,} nodes", node.line, node.column)
        node.depth = 1 + max((part.depth for part in parts), default=0)
        if node.depth > MOST_DEPTH:
            raise _too_deep(node.line, node.column)
        if isinstance(node, Sequence):
            node.items.extend(parts)
            return node
        merged: dict[str, Key] = {}
        for key, value in zip(parts[::2], parts[1::2], strict=True):
            if not isinstance(key, Scalar):
                self.problems.append(problem("OC003", "a key has to be a text", self.file, key.line, key.column))
            elif key.text == "<<":
                self._merge(merged, value)
            elif (name := key.text or "") in node.keys:
                first = node.keys[name]
                message = f"the key {name!r} stands here a second time; the first is on line {first.line}"
                self.problems.append(problem("OC004", message, self.file, key.line, key.column))
            else:
                node.keys[name] = Key(key.line, key.column, value)
        for name, merged_key in merged.items():
            node.keys.setdefault(name, merged_key)
        return node

    def _merge(self, into: dict[str, Key], value: Node) -> None:
        for source in value.items if isinstance(value, Sequence) else [value]:
            if isinstance(source, Mapping):
                for name, key in source.keys.items():
                    into.setdefault(name, key)
            else:
                message = "`<<` takes in a mapping, such as *defaults"
                self.problems.append(problem("OC003", message, self.file, source.line, source.column))

    def _report(self, code: str, message: str, event: Any) -> None:
        self.problems.append(problem(code, message, self.file, *_place(event)))


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def plain(node: Node) -> Any:
    """The same as dicts, lists, texts and None; keys without a value are left out."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {name: plain(key.value) for name, key in node.keys.items() if not _is_null(key.value)}


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.text is None


def copy(node: Node) -> Node:
    """The same to take things out of: what an alias repeats is shared in the copy too, and so are scalars."""
    return _copy(node, {})


def _copy(node: Node, copies: dict[int, Node]) -> Node:
    if isinstance(node, Scalar):
        return node
    if id(node) in copies:
        return copies[id(node)]
    if isinstance(node, Sequence):
        items = [_copy(item, copies) for item in node.items]
        twin: Node = Sequence(items, node.line, node.column, node.size, node.depth)
    else:
        keys = {name: Key(key.line, key.column, _copy(key.value, copies)) for name, key in node.keys.items()}
        twin = Mapping(keys, node.line, node.column, node.size, node.depth)
    copies[id(node)] = twin
    return twin


def place_of(node: Node, path: tuple[str | int, ...]) -> tuple[int, int]:
    """Line and column of the value at a path, or of the nearest thing above it that is there."""
    line, column = node.line, node.column
    for step in path:
        if isinstance(node, Mapping) and isinstance(step, str) and step in node.keys:
            node = node.keys[step].value
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            continue
        line, column = node.line, node.column
    return line, column


def key_place(node: Node, path: tuple[str | int, ...]) -> tuple[int, int]:
    """Line and column of the key at the end of a path, where it is a key; else of the value."""
    parent, last = descend(node, path[:-1]), path[-1] if path else None
    if isinstance(parent, Mapping) and isinstance(last, str) and last in parent.keys:
        return parent.keys[last].line, parent.keys[last].column
    return place_of(node, path)


def descend(node: Node, path: tuple[str | int, ...]) -> Node:
    """What stands at a path, or the nearest thing above it that is there."""
    for step in path:
        if isinstance(node, Mapping) and isinstance(step, str) and step in node.keys:
            node = node.keys[step].value
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
    return node


def lines_of(node: Node, path: str = "") -> Iterator[tuple[str, int]]:
    """The line of every part of a definition, by its path."""
    if isinstance(node, Mapping):
        for name, key in node.keys.items():
            yield f"{path}{name}", key.line
            yield from lines_of(key.value, f"{path}{name}/")
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            yield f"{path}{index}", item.line
            yield from lines_of(item, f"{path}{index}/")
