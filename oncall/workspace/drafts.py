"""Draft policies: a file that stands outside the workspace, to be tried before it is put there."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from oncall.errors import OncallError, Problem, file_error
from oncall.model import Account, Policy
from oncall.plan import Plan, Written
from oncall.workspace import documents, yaml
from oncall.workspace.compile import written_at
from oncall.workspace.files import MOST_BYTES
from oncall.workspace.inputs import read_input
from oncall.workspace.load import Place


class Draft(Struct, frozen=True):
    """The policies of a file, where they stand, and what is wrong with them."""

    policies: dict[str, Policy]
    places: dict[str, Written]
    problems: tuple[Problem, ...]


def read_draft(path: str) -> Draft:
    """The `policies:` of a file. OncallError where it cannot be read or holds none."""
    document = yaml.read_yaml(_read(path), path)
    problems = list(document.problems)
    keys = document.root.keys if isinstance(document.root, yaml.Mapping) else {}
    section = keys["policies"].value if "policies" in keys else None
    policies: dict[str, Policy] = {}
    places: dict[str, Written] = {}
    for name, key in section.keys.items() if isinstance(section, yaml.Mapping) else ():
        place = Place(path, key.line, key.column, key.value)
        checked = documents.check(Policy, key.value, path, (key.line, key.column), name)
        problems += checked.problems
        if checked.value is not None:
            policies[name], places[f"policies/{name}"] = checked.value, written_at(place)
    if not policies:
        where = f" on line {problems[0].line}" if problems and problems[0].line else ""
        first = f"{where}: {problems[0].message}" if problems else ""
        raise OncallError(f"{path} holds no policy that could be tried under `policies:`{first}")
    return Draft(policies, places, tuple(problems))


def _read(path: str) -> bytes:
    try:
        return read_input(path, MOST_BYTES)
    except (OSError, ValueError) as error:
        raise OncallError(f"--policy {path}: cannot be read: {file_error(error)}") from None


def with_draft(plan: Plan, account: str, draft: Draft) -> Plan:
    """A plan in which the policies of a draft take the place of those of the same name, and the account has the only
    one of the draft, whatever its name."""
    used = str(plan.accounts[account].policy)
    if used not in draft.policies:
        if len(draft.policies) > 1:
            raise OncallError(f"which of {', '.join(draft.policies)}? {account} uses {used!r}, which is not among them")
        used = next(iter(draft.policies))
    profile: Account = replace(plan.accounts[account], policy=used)
    return replace(
        plan,
        policies=_over(draft.policies, plan.policies),
        places=_over(draft.places, plan.places),
        accounts=_over({account: profile}, plan.accounts),
    )


def _over(first: Mapping[str, Any], then: Mapping[str, Any]) -> Mapping[str, Any]:
    return ChainMap(dict(first), then)  # type: ignore[arg-type]
