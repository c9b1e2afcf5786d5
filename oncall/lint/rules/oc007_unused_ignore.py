"""OC007 unused-ignore."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from oncall.errors import WARNING, Problem
from oncall.lint.context import Context
from oncall.lint.ignores import UNUSED, Ignore
from oncall.lint.rule import Rule
from oncall.spelling import suggestion


def check(context: Context) -> Iterator[Problem]:
    """Nothing: what every other rule finds decides, and `oncall.lint.run` asks `unused` when they are done."""
    yield from ()


def unused(
    ignores: Sequence[Ignore],
    used: Collection[tuple[str, int, int]],
    names: dict[str, str],
    unjudged: Collection[str] = (),
) -> Iterator[Problem]:
    """What is wrong with comments of which the codes at these places silenced something. `names` has the rules' names
    by code; a comment may be of use to those that were `unjudged`."""
    for ignore in ignores:
        if not ignore.codes:
            message = "this names no rule: write `# oncall: ignore[OC101] reason`"
            yield RULE.at((ignore.file, ignore.line, ignore.column), message)
        for code in ignore.codes:
            if ignore.place(code) not in used and not any(code.means(one) for one in unjudged):
                yield RULE.at(ignore.place(code), _why_unused(code.text, names))


def _why_unused(text: str, names: dict[str, str]) -> str:
    by_name = {name.upper(): code for code, name in names.items()}
    if text == UNUSED:
        return f"no comment silences {UNUSED}: name it under `lint.ignore` or `lint.per_path`"
    if text in by_name:
        return f"write the code of {text.lower()}, {by_name[text]}"
    if not any(code.startswith(text) for code in names):
        return f"there is no rule {text}{suggestion(text, list(names))}"
    return f"ignore[{text}] silences nothing: remove it"


RULE = Rule(
    code=UNUSED,
    name="unused-ignore",
    severity=WARNING,
    finds="An ignore comment that silences nothing, or that names no rule there is.",
    why="A comment that outlived its reason hides the next fault of its kind in the same place, and nobody will know.",
    mend="Remove the comment, or the code in it that silences nothing; mend a code that is misspelt. Comments cannot "
    "silence this rule: leave it out under `lint.ignore` or `lint.per_path` of oncall.yaml.",
    check=check,
)
