"""What of the calendars that people change by hand is in no commit yet: overrides and absences beside HEAD's."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator

from msgspec import Struct

from oncall.errors import OncallError
from oncall.workspace.control_files import dot_git
from oncall.workspace.files import Files
from oncall.workspace.load import Workspace
from oncall.workspace.revisions import Revisions
from oncall.workspace.trees import LostObjectError, TreeFiles


class Uncommitted(Struct, frozen=True):
    """A calendar that isn't what HEAD has: what HEAD has of it, None where it has none."""

    path: str
    before: bytes | None


def changeable_calendars(workspace: Workspace) -> Iterator[str]:
    """The calendars of overrides and absences, which `oncall override` and `oncall away` write to."""
    overrides = (path for rotation in workspace.rotations.values() for path in rotation.override_files)
    yield from dict.fromkeys((*overrides, *workspace.absences))


def uncommitted_calendars(workspace: Workspace) -> tuple[Uncommitted, ...]:
    """The calendars of overrides and absences that differ from HEAD's. None where no repository can tell, where no
    commit holds the workspace, and of what lies in another repository or is ignored by git."""
    if type(workspace.files) is not Files or workspace.files.replaced or dot_git(workspace.root) is None:
        return ()
    try:
        with Revisions(workspace.root) as revisions:
            head = revisions.head()
            tree = revisions.tree(head) if head is not None else None
            return tuple(_differing(workspace, revisions, revisions.files(tree))) if tree is not None else ()
    except (OncallError, LostObjectError, OSError):
        return ()


def _differing(workspace: Workspace, revisions: Revisions, head: TreeFiles) -> Iterator[Uncommitted]:
    for path in changeable_calendars(workspace):
        if path not in workspace.calendars or not _is_here(workspace, path):
            continue
        try:
            before = head.read(path)
        except OncallError:
            continue
        except OSError as error:
            if error.errno == errno.ENOENT and not revisions.ignores(path):
                yield Uncommitted(path, None)
            continue
        if before != workspace.files.contents.get(path):
            yield Uncommitted(path, before)


def _is_here(workspace: Workspace, path: str) -> bool:
    """Whether a file is in the repository of the workspace, not in one inside it, and what lies on the way to it can be
    read by a library that opens whatever is called `.gitignore`."""
    folder = os.path.dirname(os.path.realpath(workspace.files.inside(path)))
    control = dot_git(workspace.root)
    if control is None or dot_git(folder) != control:
        return False
    top = os.path.dirname(control)
    while folder.startswith(top):
        try:
            if not stat.S_ISREG(os.stat(os.path.join(folder, ".gitignore")).st_mode):
                return False
        except FileNotFoundError:
            pass
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            break
    return True
