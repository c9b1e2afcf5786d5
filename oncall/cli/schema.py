"""Print the JSON Schema of the workspace's YAML files, for editors.

\b
  oncall schema > oncall.schema.json

and as the first line of a YAML file: # yaml-language-server: $schema=./oncall.schema.json
"""

from __future__ import annotations

from oncall.cli.session import print_json
from oncall.workspace.documents import json_schema


def schema() -> None:
    print_json(json_schema())
