"""Write a small working workspace to start from, with a comment on every part. Nothing is ever overwritten.

\b
  oncall init             in the current folder
  oncall init my-oncall   in a folder of its own
"""

import shlex
from datetime import UTC
from typing import Annotated

import typer

from oncall import times
from oncall.cli.session import instants
from oncall.output.words import safe
from oncall.workspace.starting import ZONE, write_template


def init(
    folder: Annotated[str, typer.Argument()] = ".",
    at: Annotated[str, typer.Option(metavar="WHEN", help="The day on which all of it was last looked over.")] = "now",
) -> None:
    zone = times.zone(ZONE) or UTC
    (today,) = instants([at], zone)
    written = write_template(folder, times.at(today, zone).date())
    print(f"wrote {len(written)} files to {safe(folder)}:")
    for path in written:
        print(f"  {path}")
    where = "" if folder == "." else f"-w {shlex.quote(folder)} "
    print(safe(f"now ask: oncall {where}who", 1000))
    print("and say in oncall.yaml, as `settings.country`, of which country telephone numbers without a + are")
