"""The map of the source in docs/architecture.md: which part may import which, and a line about every module.

Both are taken from where they are checked and read anyway: the contracts of import-linter, and the modules' docstrings.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "oncall"
_RULES = SOURCE / "lint/rules"
_PART = re.compile(r"(<!-- (layers|modules): written by `make docs` -->\n).*?(<!-- end -->)", re.DOTALL)


def architecture_page() -> str:
    """The page as it stands, with what is generated between its marks."""
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    written = {"layers": "\n".join(_layers()), "modules": "\n".join(_modules())}
    return _PART.sub(lambda found: f"{found[1]}\n{written[found[2]]}\n\n{found[3]}", text)


def _layers() -> Iterator[str]:
    """Who may import whom, as import-linter checks it: the uppermost first."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    yield "```text"
    for layer in next(one for one in contracts if one["type"] == "layers")["layers"]:
        yield layer.replace("oncall.", "").replace(" | ", "   ")
    yield "```"


def _modules() -> Iterator[str]:
    """Every module once, package by package."""
    yield from _package(SOURCE, "oncall", depth=3)
    for folder in sorted(path.parent for path in SOURCE.rglob("__init__.py") if path.parent != SOURCE):
        name = ".".join(folder.relative_to(ROOT).parts)
        yield ""
        yield from _package(folder, name, depth=3)


def _package(folder: Path, name: str, depth: int) -> Iterator[str]:
    yield f"{'#' * depth} `{name}`"
    yield ""
    yield _first_sentence(folder / "__init__.py")
    yield ""
    modules = sorted(path for path in folder.glob("*.py") if path.name != "__init__.py")
    if folder == _RULES:
        yield f"One file a rule, {len(modules)} of them; [lint.md](lint.md) is made of them:"
        yield ", ".join(f"`{path.name}`" for path in modules) + "."
        return
    yield from (f"- `{path.name}`: {_first_sentence(path)}" for path in modules)


def _first_sentence(path: Path) -> str:
    """What a module says of itself first."""
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    paragraph = " ".join(said.partition("\n\n")[0].split())
    sentence = re.split(r"(?<=[.!?])\s+(?=[A-Z])", paragraph)[0].rstrip(":")
    return sentence if sentence.endswith(".") else f"{sentence}."
