"""What stands in the parts of files that could not be read.

A file that is broken in one line may define what others refer to, and use what others define. A name that stands in it
is not said to be undefined or unused: the fault is the file's, and that is reported.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cached_property

from oncall.errors import ERROR
from oncall.plan import EVERYTHING
from oncall.rotations.titles import normal
from oncall.workspace import yaml
from oncall.workspace.load import Workspace

_WORD = re.compile(r"\w[\w.-]*")
_KEY = re.compile(r"(?<![\w.-])(\w[\w.-]*)[\"']?\s*:(?=\s|$)")
_READING = ("OC001", "OC002", "OC003", "OC004")


class Unread:
    """The texts of YAML files and of calendars of which a part was not read, and the definitions that were read in part
    alone."""

    def __init__(self, texts: dict[str, str], calendars: list[str], parts: list[yaml.Node]) -> None:
        self._texts = texts
        self._calendars = calendars
        self._parts = parts

    def may_define(self, name: str) -> bool:
        """Whether a file that was not read to the end may define a name."""
        return name in self._keys

    def may_use(self, name: str, file: str) -> bool:
        """Whether something that was not read may use a name that is defined in `file`."""
        return name in self._scalars or self._words[name] > (1 if file in self._texts else 0)

    def mentions(self, text: str) -> bool:
        """Whether a text stands anywhere in what was not read."""
        return text in self._scalars or any(_stands(text, whole) for whole in self._texts.values())

    def may_name(self, label: str) -> bool:
        """Whether a file that was not read to the end has what an event calls somebody."""
        return any(_stands(normal(label), text) for text in self._plain)

    def may_schedule(self, spellings: Iterable[str]) -> bool:
        """Whether a calendar that was not read to the end has one of somebody's names."""
        return any(_stands(normal(name), text) for name in spellings for text in self._plain_calendars)

    @cached_property
    def _keys(self) -> set[str]:
        return {key for text in self._texts.values() for key in _KEY.findall(text)}

    @cached_property
    def _words(self) -> Counter[str]:
        return Counter(word for text in self._texts.values() for word in _WORD.findall(text))

    @cached_property
    def _scalars(self) -> set[str]:
        return {text for part in self._parts for text in _texts_of(part)}

    @cached_property
    def _plain(self) -> list[str]:
        return [normal(text) for text in self._texts.values()]

    @cached_property
    def _plain_calendars(self) -> list[str]:
        return [normal(text) for text in self._calendars]


def unread(workspace: Workspace) -> Unread:
    """What could not be read of a workspace. A YAML file counts where it is broken as a whole, where a section of it
    was not understood, and where it defines something twice; else only the definition that something is wrong with."""
    files: set[str] = set()
    calendars: set[str] = set()
    parts: list[yaml.Node] = []
    for one in workspace.reported:
        code, (section, _, name) = one.problem.code, one.about.partition("/")
        if one.about == one.problem.file and one.problem.severity == ERROR:
            calendars.add(one.about)
        elif code in _READING and (one.about == EVERYTHING or code == "OC004"):
            files.add(one.problem.file)
        elif code in _READING and (section, name) in workspace.places:
            parts.append(workspace.places[section, name].node)
    texts = {file: _text(workspace, file) for file in sorted(files)}
    return Unread(texts, [_text(workspace, file) for file in sorted(calendars)], parts)


def _text(workspace: Workspace, file: str) -> str:
    """What stands in a file as far as it could be opened; of one that is too large, its beginning."""
    return workspace.files.contents.get(file, b"")[: yaml.MOST_BYTES].decode(errors="replace")


def _stands(wanted: str, text: str) -> bool:
    """Whether a text stands in another, and not within a word of it."""
    return wanted != "" and wanted in text and bool(re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", text))


def _texts_of(node: yaml.Node) -> list[str]:
    """Every text in a part of a file, keys included."""
    if isinstance(node, yaml.Scalar):
        return [node.text] if node.text is not None else []
    if isinstance(node, yaml.Sequence):
        return [text for item in node.items for text in _texts_of(item)]
    return [text for name, key in node.keys.items() for text in (name, *_texts_of(key.value))]
