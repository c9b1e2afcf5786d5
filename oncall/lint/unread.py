"""What stands in the parts of files that could not be read.

A file that is broken in one line may define what others refer to, and use what others define. A name that stands in it
is not said to be undefined or unused: the fault is the file's, and that is reported.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property

from oncall.plan import EVERYTHING
from oncall.rotations.names import normal
from oncall.workspace import yaml
from oncall.workspace.load import Workspace

_WORD = re.compile(r"\w[\w.-]*")
_KEY = re.compile(r"(\w[\w.-]*)[\"']?\s*:(?=\s|$)")
_READING = ("OC001", "OC002", "OC003", "OC004")


class Unread:
    """The texts of files of which a part was not read, and the definitions that were read in part alone."""

    def __init__(self, texts: dict[str, str], parts: list[yaml.Node]) -> None:
        self._texts = texts
        self._parts = parts

    def may_define(self, name: str) -> bool:
        """Whether a file that was not read to the end may define a name."""
        return name in self._keys

    def may_use(self, name: str, file: str) -> bool:
        """Whether something that was not read may use a name that is defined in `file`."""
        return name in self._scalars or self._words[name] > (1 if file in self._texts else 0)

    def may_name(self, label: str) -> bool:
        """Whether a file that was not read to the end has what an event calls somebody."""
        wanted = normal(label)
        return any(wanted in text for text in self._plain) if wanted else False

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


def unread(workspace: Workspace) -> Unread:
    """What could not be read of a workspace. A file counts where it is broken as a whole, where a section of it was not
    understood, and where it defines something a second time; else only the definition that something is wrong with."""
    files: set[str] = set()
    parts: list[yaml.Node] = []
    for one in workspace.reported:
        code, (section, _, name) = one.problem.code, one.about.partition("/")
        if code not in _READING:
            continue
        if one.about == EVERYTHING or code == "OC004":
            files.add(one.problem.file)
        elif (section, name) in workspace.places:
            parts.append(workspace.places[section, name].node)
    contents = workspace.files.contents
    texts = {file: contents[file].decode(errors="replace") for file in sorted(files & contents.keys())}
    return Unread(texts, parts)


def _texts_of(node: yaml.Node) -> list[str]:
    """Every text in a part of a file, keys included."""
    if isinstance(node, yaml.Scalar):
        return [node.text] if node.text is not None else []
    if isinstance(node, yaml.Sequence):
        return [text for item in node.items for text in _texts_of(item)]
    return [text for name, key in node.keys.items() for text in (name, *_texts_of(key.value))]
