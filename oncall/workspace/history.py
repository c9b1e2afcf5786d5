"""The plans a log is held against: of the commit in force at each instant, of one revision, or of today's files."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from msgspec import field

from oncall.errors import OncallError
from oncall.plan import Plan, PlanUsed
from oncall.workspace.branch import Branch
from oncall.workspace.control_files import dot_git
from oncall.workspace.files import HEAD, Files
from oncall.workspace.opening import Plans
from oncall.workspace.overlay import Overlay, Standing
from oncall.workspace.revisions import NoRepositoryError, Revisions
from oncall.workspace.trees import LostObjectError, TreeFiles

if TYPE_CHECKING:
    from oncall.workspace.entered import EnteredEvents, Late, WorkingCalendars
    from oncall.workspace.load import Workspace

_T = TypeVar("_T")

AUTO, NOW = "auto", "now"
_OPEN = 32  # trees whose plans are kept in memory
_NOTHING = Standing(Overlay())
_NO_REPOSITORY = "the workspace is in no git repository"


class NoPlanError(OncallError):
    """The plan of a revision cannot be had, and why. Of other times it may."""

    def __init__(self, revision: str | None, why: str) -> None:
        super().__init__(revision, why)
        self.revision = revision
        self.why = why

    def __str__(self) -> str:
        return f"the plan of {self.revision[:12] if self.revision else 'the time'} cannot be loaded: {self.why}"


class PlansOfTheTime:
    """The plans a log is held against: with `auto` of the newest commit before each dispatch, with `now` of the files
    as they lie there, else of the revision that `as_of` names (a branch called `now` is `heads/now`).

    OncallError where the repository cannot be read, or there is no such revision; `option` is what it was given for.
    Today's files are used where no commit can tell, and `why` says why. Close it, or use it in a `with`: what was read
    of the history is kept in the cache folder then. A process has its own.
    """

    def __init__(
        self, root: str, cache: str | None, as_of: str = AUTO, *, option: str = "--as-of", why: str | None = None
    ) -> None:
        self.root = root
        self._cache = cache
        self._today = Plans(root, cache)
        self._why = why or f"{option} {NOW}"
        self._plans: OrderedDict[str, Plans] = OrderedDict()
        self._loaded: tuple[str, Workspace] | None = None
        self._failed: dict[str, str] = {}
        self._used: dict[tuple[object, ...], PlanUsed] = {}
        self._revisions: Revisions | None = None
        self._branch: Branch | None = None
        self._fixed: tuple[str, str] | None = None
        self._paths: frozenset[str] = frozenset()
        self._entered: EnteredEvents | None = None
        self._calendars: TreeFiles | None = None
        self._working: WorkingCalendars | None = None
        self._dates_files = as_of == AUTO
        self._standings: dict[tuple[str, tuple[int, int]], Standing] = {}
        if as_of == AUTO:
            self._follow()
        elif as_of != NOW:
            self._fixed = self._named(as_of, option)

    def __enter__(self) -> PlansOfTheTime:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Keep what was learnt of the history for the next run, and let go of the repository."""
        if self._branch is not None:
            self._branch.keep()
        if self._revisions is not None:
            self._revisions.close()
            self._revisions = self._calendars = None

    def ask(self, at: float, question: Callable[[Plan], _T]) -> tuple[_T, PlanUsed]:
        """What is asked of the plan in force at an instant, and which that is. NoPlanError where it cannot be had."""
        revision, tree, why = self._in_force(at)
        standing = self._standing(at, tree)
        answer, plan = self._answer(at, question, revision, tree, standing.proven)
        known = _changeable(plan)
        proven = tuple(event for event in standing.proven.events if event.file in known)
        entered, later = (proven, ()) if tree else ((), proven)
        in_doubt = tuple(event for overlay in standing.possible[:1] for event in overlay.events if event.file in known)
        key = plan.digest, revision, why, proven, in_doubt
        if key not in self._used:
            self._used[key] = PlanUsed(plan.digest, "git" if tree else "today", revision, why, entered, in_doubt, later)
        return answer, self._used[key]

    def ask_possible(self, at: float, question: Callable[[Plan], _T]) -> list[_T]:
        """The same of the plans that may have been in force instead: with events that nobody can say were there then,
        all of them and each by itself."""
        revision, tree, _ = self._in_force(at)
        possible = self._standing(at, tree).possible
        return [self._answer(at, question, revision, tree, overlay)[0] for overlay in possible]

    def _answer(
        self, at: float, question: Callable[[Plan], _T], revision: str | None, tree: str | None, overlay: Overlay
    ) -> tuple[_T, Plan]:
        plans = self._of(tree or "", overlay) if tree or overlay.contents else self._today
        try:
            return plans.ask(at, question), plans.at(at)
        except _UnloadableError as error:
            self._failed[tree or ""] = str(error)
            raise NoPlanError(revision, str(error)) from None

    def _standing(self, at: float, tree: str | None) -> Standing:
        """What the files prove of the calendars beside a commit, or beside today's files where no commit can tell;
        nothing, where a revision or today's files were asked for."""
        if tree is None:
            return Standing(self._before(at)) if self._dates_files else _NOTHING
        if self._branch is None or not self._dates_files:
            return _NOTHING
        try:
            late = self._late(at, tree)
            if not late:
                return _NOTHING
            key = tree, self._entered.segment(at) if self._entered else (0, 0)
            if key not in self._standings:
                from oncall.workspace.entered import standing  # here: calendars are slow to import

                self._standings[key] = standing(late, at, self._open().files(tree))
            return self._standings[key]
        except _UnloadableError:
            return _NOTHING  # of this tree there is no plan either
        except (LostObjectError, OncallError):
            self._dates_files = False  # git alone decides where what came later cannot be read
            return _NOTHING

    def _before(self, at: float) -> Overlay:
        """Today's calendars of overrides and absences, without what was entered later."""
        if self._working is None:
            today = self._calendars_today(_changeable(self._today.at(at)))
            if not any(data and b"CREATED" in data for data in today.values()):
                self._dates_files = False  # nothing in them says when it was entered
                return Overlay()
            from oncall.workspace.entered import WorkingCalendars  # here: calendars are slow to import

            self._working = WorkingCalendars(today)
        return self._working.before(at)

    def _calendars_today(self, paths: Iterable[str]) -> dict[str, bytes | None]:
        files = Files(self.root)
        return {path: _content(files, path) for path in sorted(paths)}

    def _late(self, at: float, tree: str) -> tuple[Late, ...]:
        """The versions of overrides and absences that came after the commit in force, in calendars that it names."""
        assert self._branch is not None
        paths = _changeable(self._of(tree, Overlay()).at(at))
        if not paths:
            return ()
        if self._entered is None or not paths <= self._paths:
            self._paths |= paths
            today = self._calendars_today(self._paths)
            self._standings.clear()
            from oncall.workspace.entered import EnteredEvents  # here: as above

            self._entered = EnteredEvents(today, self._number, lambda number: self._objects().content(number))
        commits, number = self._branch.commits(at, self._entered.walked)
        self._entered.walk(commits, number)
        return self._entered.late(at)

    def _in_force(self, at: float) -> tuple[str | None, str | None, str | None]:
        """The revision in force and its tree, or why today's files are."""
        if self._fixed is not None:
            revision, tree = self._fixed
        elif self._branch is not None:
            found = self._branch.in_force(at)
            if found.failed is not None:
                raise NoPlanError(found.commit, found.failed)
            if found.commit is None or found.tree is None:
                return None, None, found.why
            revision, tree = found.commit, found.tree
        else:
            return None, None, self._why
        if tree in self._failed:
            raise NoPlanError(revision, self._failed[tree])
        return revision, tree, None

    def _follow(self) -> None:
        """Look at the branch that is checked out."""
        if dot_git(self.root) is None:
            self._why = _NO_REPOSITORY
            return
        try:
            self._branch = Branch(self.root, self._cache, self._open)
        except NoRepositoryError as error:
            self._why = error.why
        except OncallError as error:
            raise OncallError(f"{error}; --as-of {NOW} takes today's files") from None

    def _named(self, revision: str, option: str) -> tuple[str, str]:
        """The commit somebody named, and its tree."""
        try:
            commit, tree = self._open().named(revision, option)
            if tree is None:
                raise OncallError(f"{option} {revision}: {self.root} had no {HEAD} at that revision")
        except OncallError:
            self.close()
            raise
        return commit, tree

    def _open(self) -> Revisions:
        if self._revisions is None:
            self._revisions = Revisions(self.root)
        return self._revisions

    def _number(self, tree: str, path: str) -> bytes:
        return self._objects().number(path, tree.encode())

    def _objects(self) -> TreeFiles:
        """What finds the calendars of many trees: folders that they share are read once."""
        if self._calendars is None:
            self._calendars = self._open().files("")
        return self._calendars

    def _of(self, tree: str, overlay: Overlay) -> Plans:
        """The plans of a tree, or of today's files where it is empty, with what is laid over it; those that were
        asked last stay in memory. A cache knows trees by their names, and today's files by nothing so sure."""
        name = tree + overlay.name
        if name not in self._plans:
            cache = self._cache if tree else None
            self._plans[name] = _PlansOfTree(self.root, cache, name, partial(self._load, tree, overlay))
            if len(self._plans) > _OPEN:
                self._plans.popitem(last=False)
        self._plans.move_to_end(name)
        return self._plans[name]

    def _load(self, tree: str, overlay: Overlay, name: str) -> Workspace:
        """What the files of a tree hold, with what is laid over them; `name` is that of both."""
        if self._loaded is None or self._loaded[0] != name:
            self._loaded = None  # one at a time
            try:
                files: Files = self._open().files(tree) if tree else Files(self.root)
                files.contents.update(overlay.contents)
                self._loaded = name, _read(files, self.root)
            except (LostObjectError, OncallError) as error:
                raise _UnloadableError(str(error)) from None
        return self._loaded[1]


def _changeable(plan: Plan) -> set[str]:
    """The calendars of overrides and absences that a plan is made of."""
    return {path for facts in plan.rotations.values() for path in facts.files[1:]}.union(plan.doubts)


def _content(files: Files, path: str) -> bytes | None:
    try:
        return files.read(path)
    except (OSError, OncallError):
        return None


def candidate(root: str, cache: str | None, text: str, here: str, option: str = "--candidate") -> PlansOfTheTime:
    """The plans of another workspace, to be asked as those of the time: of the folder that holds one (seen from
    `here`), else of a revision of the workspace in `root`. A folder wins over a branch of its name, which is then to
    be called `heads/NAME`; what begins with `./`, `../` or `/` is only ever a folder."""
    path = os.path.abspath(os.path.join(here, os.path.expanduser(text)))
    folder = os.path.dirname(path) if os.path.basename(path) == HEAD and os.path.isfile(path) else path
    if text and os.path.isdir(folder) and os.path.lexists(os.path.join(folder, HEAD)):
        return PlansOfTheTime(folder, cache, NOW, why=f"{option} {text}")
    what = f"a folder without {HEAD}" if text and os.path.isdir(folder) else "no folder"
    if os.path.isabs(text) or text.startswith(("./", "../", "~", f".{os.sep}", f"..{os.sep}")):
        raise OncallError(f"{option} {text}: that is {what}; name a folder with {HEAD}, or a revision")
    try:
        with Revisions(root) as revisions:
            try:
                commit = revisions.find(text, option)
            except OncallError:
                raise OncallError(_neither(revisions, text, option, what)) from None
    except NoRepositoryError as error:
        raise OncallError(f"{option} {text}: that is {what}, and {error.why}: name a folder with {HEAD}") from None
    return PlansOfTheTime(root, cache, text if text not in (AUTO, NOW) else commit, option=option)


def _neither(revisions: Revisions, text: str, option: str, what: str) -> str:
    from oncall.spelling import suggestion  # here: only an error needs it

    near = suggestion(text, revisions.names())
    return f"{option} {text}: that is {what}, and the repository has no such revision{near}"


class _UnloadableError(OncallError):
    """A tree that holds no workspace that could be read."""


class _PlansOfTree(Plans):
    """The plans of a workspace as it was in a tree."""

    def __init__(self, root: str, cache: str | None, tree: str, load: Callable[[str], Workspace]) -> None:
        super().__init__(root, cache, tree)
        self._load = load

    @property
    def workspace(self) -> Workspace:
        return self._load(self.tree)


class _Remembered(Files):
    """The files of a workspace whose repository is closed again: what was read, and which runbooks were there."""

    there: dict[str, bool] = field(default_factory=dict)

    def exists(self, path: str) -> bool:
        return self.there[path]  # no default: whatever else a plan comes to ask has to be looked up while it can be


def _read(files: Files, root: str) -> Workspace:
    """The workspace that some files are, as if they lay in `root`."""
    from oncall.workspace.load import load  # here: a plan from the cache does without

    workspace = load(root, files=files)
    if workspace.head is None:  # zone, country, what to leave out: all would be guessed
        told = [one for one in workspace.problems if one.file == HEAD]
        raise _UnloadableError(f"{HEAD}:{told[0].line or 1}: {told[0].message}" if told else f"{HEAD} says nothing")
    runbooks = {account.runbook for account in workspace.accounts.values() if account.runbook}
    there = {path: workspace.files.exists(path) for path in runbooks}
    workspace.files = _Remembered(root, contents=workspace.files.contents, there=there)
    return workspace
