"""Print the JSON Schema of the workspace's YAML files, of a mapping file, or of an event log's lines.

\b
  oncall schema > oncall.schema.json
  oncall schema mapping
  oncall schema log

The first line of a YAML file that uses it: # yaml-language-server: $schema=./oncall.schema.json
"""

from __future__ import annotations

from typing import Annotated

import typer

from oncall.cli.session import print_json
from oncall.errors import OncallError
from oncall.spelling import suggestion

_OF = ("workspace", "log", "mapping")


def schema(
    what: Annotated[
        str,
        typer.Argument(
            help="`workspace`: a YAML file of one; `log`: a line of an event log; `mapping`: a mapping file."
        ),
    ] = "workspace",
) -> None:
    if what not in _OF:
        raise OncallError(f"there is no schema of {what!r}{suggestion(what, _OF)}: one of {', '.join(_OF)}")
    if what == "log":
        from oncall.logs.event import json_schema as of_a_line  # here: the other needs nothing of it

        print_json(of_a_line())
        return
    if what == "mapping":
        from oncall.logs.mapping import json_schema as of_a_mapping  # here: likewise

        print_json(of_a_mapping())
        return
    from oncall.workspace.documents import json_schema  # here: likewise

    print_json(json_schema())
