"""Write a small working workspace to start from, with a comment on every part. Nothing is ever overwritten.

\b
  oncall init             in the current folder
  oncall init my-oncall   in a folder of its own
"""

import shlex
from typing import Annotated

import typer

from oncall.output.words import safe
from oncall.workspace.starting import write_template


def init(folder: Annotated[str, typer.Argument()] = ".") -> None:
    written = write_template(folder)
    print(f"wrote {len(written)} files to {safe(folder)}:")
    for path in written:
        print(f"  {path}")
    where = "" if folder == "." else f"-w {shlex.quote(folder)} "
    print(safe(f"now ask: oncall {where}who", 1000))
