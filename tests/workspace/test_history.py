"""The plan of the time: from the commit that was in force, from a revision, or from today's files, which is said."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from dulwich.objects import Blob, Commit, Tree
from dulwich.repo import Repo
from hypothesis import given, settings
from hypothesis import strategies as st

from oncall.errors import NotFoundError, OncallError
from oncall.plan import Plan, PlanUsed
from oncall.schedule import window_around
from oncall.times import DAY
from oncall.workspace import cache as plan_cache
from oncall.workspace.history import NoPlanError, PlansOfTheTime, candidate

NOVEMBER = 1_794_000_000  # 2026-11-06T21:20:00Z
HEAD_OF = "version: 1\norganization: {}\n"
EVENT = "BEGIN:VEVENT\nUID:1\nSUMMARY:{}\nDTSTART:20261001\nDTEND:20270101\nEND:VEVENT\n"
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git itself is asked, or makes what dulwich cannot")


class Repository:
    """A repository whose commits have the times they are given; its working folder is what was committed last."""

    def __init__(self, top: Path, folder: str = "") -> None:
        top.mkdir(parents=True, exist_ok=True)
        self.top = top
        self.root = top / folder
        self._repo = Repo.init(str(top))
        self._files: dict[str, str | None] = {}
        self._at: bytes | None = None

    def commit(
        self, at: int, files: dict[str, str | None] | None = None, merged: bytes | None = None, on: str = "master"
    ) -> str:
        """Commit some changes to the files of the workspace (None removes one), whoever made them when."""
        for path, text in (files or {}).items():
            full = self.root / path
            self._files[os.path.relpath(full, self.top)] = text
            if text is None:
                full.unlink(missing_ok=True)
            else:
                full.parent.mkdir(parents=True, exist_ok=True)
                full.write_text(text)
        made = Commit()
        made.tree = self._tree({path: text for path, text in self._files.items() if text is not None})
        made.parents = [one for one in (self._at, merged) if one]
        made.author = made.committer = b"a <a@b.example>"
        made.commit_time, made.author_time = at, 0
        made.commit_timezone = made.author_timezone = 0
        made.message = b"m"
        self._repo.object_store.add_object(made)
        self._repo.refs[f"refs/heads/{on}".encode()] = made.id
        if on == "master":
            self._at = made.id
        return str(made.id.decode())

    def says(self, at: int, organization: str) -> str:
        """Commit a workspace of another name."""
        return self.commit(at, {"oncall.yaml": HEAD_OF.format(organization)})

    @property
    def head(self) -> str:
        """The commit that was made last."""
        assert self._at is not None
        return self._at.decode()

    def named(self, name: str, commit: str) -> None:
        """Give a commit a name."""
        self._repo.refs[f"refs/{name}".encode()] = commit.encode()

    def forget(self, number: bytes) -> None:
        """Take an object out of the repository, as a clone that was filtered has it."""
        name = number.decode()
        (self.top / ".git" / "objects" / name[:2] / name[2:]).unlink()

    def object(self, number: str) -> Any:
        """An object of the repository."""
        return self._repo[number.encode()]

    def _tree(self, files: dict[str, str]) -> bytes:
        tree = Tree()
        below: dict[str, dict[str, str]] = {}
        for path, text in files.items():
            name, _, rest = path.partition("/")
            if rest:
                below.setdefault(name, {})[rest] = text
            else:
                blob = Blob.from_string(text.encode())
                self._repo.object_store.add_object(blob)
                tree.add(name.encode(), 0o100644, blob.id)
        for name, inside in below.items():
            tree.add(name.encode(), 0o040000, self._tree(inside))
        self._repo.object_store.add_object(tree)
        return bytes(tree.id)

    def close(self) -> None:
        """Let go of the files."""
        self._repo.close()


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    found = Repository(tmp_path / "top", "ops/ws")
    yield found
    found.close()


@pytest.fixture
def cache(tmp_path: Path) -> str:
    return str(tmp_path / "cache")


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where revisions are written to while they are read. Nothing may be left there."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


def organization(plan: Plan) -> str:
    return plan.organization


def asked(
    root: Path, *times: float, cache: str | None = None, as_of: str = "auto", question: Any = organization
) -> list[Any]:
    """What the plans of these times say."""
    with PlansOfTheTime(str(root), cache, as_of) as plans:
        return [plans.ask(at, question)[0] for at in times]


def used(root: Path, at: float, cache: str | None = None, as_of: str = "auto") -> PlanUsed:
    with PlansOfTheTime(str(root), cache, as_of) as plans:
        return plans.ask(at, organization)[1]


def why_today(root: Path, at: float, cache: str | None = None) -> str | None:
    found = used(root, at, cache)
    assert (found.as_of, found.revision) == ("today", None)
    return found.why_today


def refused(root: Path, at: float, cache: str | None = None) -> NoPlanError:
    with PlansOfTheTime(str(root), cache) as plans, pytest.raises(NoPlanError) as caught:
        plans.ask(at, organization)
    return caught.value


def git(where: Path, *words: str) -> str:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
    }
    done = subprocess.run(["git", *words], cwd=where, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_newest_commit_before_the_call_is_in_force(repository: Repository, cache: str) -> None:
    first = repository.says(NOVEMBER, "one")
    second = repository.says(NOVEMBER + 100, "two")
    root = repository.root
    times = (NOVEMBER + 99.9, NOVEMBER, NOVEMBER + 100, NOVEMBER + 40 * DAY, NOVEMBER + 50)
    for where in (None, cache, cache):
        assert asked(root, *times, cache=where) == ["one", "one", "two", "two", "one"]
        found = used(root, NOVEMBER + 50, where)
        assert (found.as_of, found.revision, found.why_today) == ("git", first, None)
        assert used(root, NOVEMBER + 100, where).revision == second


def test_what_is_in_no_commit_counts_for_now_alone(repository: Repository) -> None:
    repository.says(NOVEMBER, "committed")
    (repository.root / "oncall.yaml").write_text(HEAD_OF.format("dirty"))
    assert asked(repository.root, NOVEMBER + 1) == ["committed"]
    assert asked(repository.root, NOVEMBER + 1, as_of="now") == ["dirty"]
    assert used(repository.root, NOVEMBER + 1, as_of="now").why_today == "--as-of now"


def test_the_same_sources_have_the_same_digest_wherever_they_come_from(repository: Repository) -> None:
    repository.says(NOVEMBER, "one")
    ways = [used(repository.root, NOVEMBER, as_of=as_of).digest for as_of in ("auto", "now", "HEAD")]
    assert len(set(ways)) == 1
    repository.says(NOVEMBER, "two")
    assert used(repository.root, NOVEMBER).digest != ways[0]


def test_a_merged_branch_counts_from_its_merge(repository: Repository) -> None:
    repository.says(NOVEMBER, "one")
    side = repository.commit(NOVEMBER + 10, {"oncall.yaml": HEAD_OF.format("side")}, on="side")
    merge = repository.commit(NOVEMBER + 20, merged=side.encode())
    assert asked(repository.root, NOVEMBER + 15, NOVEMBER + 20) == ["one", "side"]
    assert used(repository.root, NOVEMBER + 20).revision == merge


@pytest.mark.parametrize(
    ("times", "in_force"),
    [
        ((0, 50, 20, 80), {0: 0, 19: 0, 20: 2, 50: 2, 79: 2, 80: 3}),  # the second was dated after the third
        ((50, 60, 0), {-1: None, 0: 2, 55: 2, 60: 2}),  # the clock of the last was wrong: it is believed all the same
        ((0, 0, 0), {-1: None, 0: 2}),
    ],
)
def test_where_times_go_backwards_the_later_commit_is_believed(
    repository: Repository, times: tuple[int, ...], in_force: dict[int, int | None]
) -> None:
    made = [repository.says(NOVEMBER + time, f"commit {place}") for place, time in enumerate(times)]
    for at, place in in_force.items():
        assert used(repository.root, NOVEMBER + at).revision == (None if place is None else made[place])


@pytest.mark.parametrize("time", [10**25, -(10**25), 0])
def test_a_time_that_is_none_stops_nothing(repository: Repository, cache: str, time: int) -> None:
    repository.says(NOVEMBER, "one")
    repository.says(time, "two")
    for _ in range(2):
        assert asked(repository.root, NOVEMBER, cache=cache) == ["one" if time > NOVEMBER else "two"]
    repository.says(NOVEMBER + 1, "three")
    assert asked(repository.root, NOVEMBER + 1, cache=cache) == ["three"]


@needs_git
@settings(max_examples=15)
@given(
    st.lists(st.integers(0, 12), min_size=1, max_size=8),
    st.lists(st.integers(-1, 13), min_size=1, max_size=4, unique=True),
)
def test_the_commit_in_force_is_the_one_git_names(
    tmp_path_factory: pytest.TempPathFactory, times: list[int], asked_at: list[int]
) -> None:
    repository = Repository(tmp_path_factory.mktemp("git") / "top")
    for place, time in enumerate(times):
        repository.says(NOVEMBER + time, str(place))
    with PlansOfTheTime(str(repository.root), None) as plans:
        for at in asked_at:
            before = f"--before=@{NOVEMBER + at} +0000"
            named = git(repository.top, "rev-list", "-1", "--first-parent", before, "HEAD")
            assert (plans.ask(NOVEMBER + at, organization)[1].revision or "") == named
    repository.close()


def test_commits_that_leave_the_workspace_alone_share_its_plan(repository: Repository, cache: str) -> None:
    repository.says(NOVEMBER, "one")
    beside = [repository.commit(NOVEMBER + time, {"../../other.txt": str(time)}) for time in range(1, 6)]
    with PlansOfTheTime(str(repository.root), cache) as plans:
        asked_of = [plans.ask(NOVEMBER + time, lambda plan: plan) for time in range(1, 6)]
    assert len({id(plan) for plan, _ in asked_of}) == 1
    assert [one.revision for _, one in asked_of] == beside
    assert len([name for name in os.listdir(cache) if name.endswith(".plan")]) == 1


def test_a_second_run_reads_no_repository(repository: Repository, cache: str) -> None:
    repository.says(NOVEMBER, "one")
    repository.says(NOVEMBER + 100, "two")
    program = (
        "import sys\nfrom oncall.workspace.history import PlansOfTheTime\n"
        "with PlansOfTheTime(sys.argv[1], sys.argv[2]) as plans:\n"
        "    print(plans.ask(float(sys.argv[3]), lambda plan: plan.organization)[0])\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'dulwich', 'yaml', 'icalendar', 'tempfile'}))"
    )

    def ran(at: float) -> list[str]:
        words = [sys.executable, "-c", program, str(repository.root), cache, str(at)]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()

    assert ran(NOVEMBER + 50)[0] == "one"
    assert ran(NOVEMBER + 50) == ["one", "[]"]
    repository.says(NOVEMBER + 10, "three")  # dated before the second, which it follows
    assert ran(NOVEMBER + 50)[0] == "three"
    assert ran(NOVEMBER + 50) == ["three", "[]"]


def test_a_plan_is_that_of_its_tree_whatever_else_is_kept(repository: Repository, cache: str) -> None:
    """The same month of many trees, and of the files as they lie there: none is taken for another."""
    for place in range(5):
        repository.says(NOVEMBER + place, f"commit {place}")
    (repository.root / "oncall.yaml").write_text(HEAD_OF.format("dirty"))
    for _ in range(2):
        assert asked(repository.root, *range(NOVEMBER, NOVEMBER + 5), cache=cache) == [f"commit {n}" for n in range(5)]
        assert asked(repository.root, NOVEMBER, cache=cache, as_of="now") == ["dirty"]


def test_no_more_plans_of_the_past_are_kept_than_are_of_use(
    repository: Repository, cache: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in range(5):
        repository.says(NOVEMBER + place, f"commit {place}")
    asked(repository.root, NOVEMBER, cache=cache)
    (entry,) = Path(cache).glob("*.plan")
    monkeypatch.setattr(plan_cache, "_KEPT_OF_THE_PAST", 3 * entry.stat().st_size + 2)
    asked(repository.root, *range(NOVEMBER, NOVEMBER + 5), cache=cache)
    left = list(Path(cache).glob("*.plan"))
    assert (len(left), entry in left) == (3, False)


def test_what_is_kept_of_a_branch_is_not_believed_of_another(repository: Repository, cache: str) -> None:
    first = repository.says(NOVEMBER, "one")
    repository.says(NOVEMBER + 10, "two")
    root = repository.root
    assert asked(root, NOVEMBER + 20, cache=cache) == ["two"]
    (repository.top / ".git" / "HEAD").write_text(first + "\n")  # detached
    assert asked(root, NOVEMBER + 20, cache=cache) == ["one"]
    repository.named("heads/old", first)
    (repository.top / ".git" / "HEAD").write_text("ref: refs/heads/old\n")
    assert asked(root, NOVEMBER + 20, cache=cache) == ["one"]
    for entry in Path(cache).glob("*-history"):
        entry.write_bytes(entry.read_bytes().replace(b'"cut":false', b'"cut":true '))
    assert asked(root, NOVEMBER + 20, cache=cache) == ["one"]


def test_a_history_is_read_no_further_back_than_is_asked(repository: Repository) -> None:
    old = repository.says(NOVEMBER, "old")
    for place in range(1, 50):
        repository.says(NOVEMBER + place, "new")
    repository.forget(old.encode())
    with PlansOfTheTime(str(repository.root), None) as plans:
        assert plans.ask(NOVEMBER + 49, organization)[0] == "new"
        with pytest.raises(NoPlanError) as caught:
            plans.ask(NOVEMBER, organization)
        assert plans.ask(NOVEMBER + 1, organization)[0] == "new"
    what = f"the repository cannot give it: {old} is missing; is the clone complete?"
    assert str(caught.value) == f"the plan of the time cannot be loaded: {what}"


def test_without_a_repository_todays_files_are_used_and_git_is_not_asked(make: Any) -> None:
    root = make({})
    assert why_today(Path(root), NOVEMBER) == "the workspace is in no git repository"
    program = (
        "import sys\nfrom oncall.workspace.history import PlansOfTheTime\n"
        "for as_of in ('auto', 'now'):\n    PlansOfTheTime(sys.argv[1], None, as_of).ask(0, lambda plan: plan.root)\n"
        "print(any(name.startswith('dulwich') for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program, root], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_repository_without_a_commit_has_no_history(repository: Repository) -> None:
    repository.root.mkdir(parents=True)
    (repository.root / "oncall.yaml").write_text(HEAD_OF.format("x"))
    assert why_today(repository.root, NOVEMBER) == "the workspace's git repository has no commit yet"


def test_a_workspace_that_nobody_committed_has_no_history(repository: Repository, cache: str) -> None:
    repository.commit(NOVEMBER, {"../../other.txt": ""})
    repository.root.mkdir(parents=True, exist_ok=True)
    (repository.root / "oncall.yaml").write_text(HEAD_OF.format("x"))
    for where in (None, cache, cache):
        assert why_today(repository.root, NOVEMBER, where) == "no commit holds the workspace"
        assert why_today(repository.root, NOVEMBER - 1, where) == "no commit holds the workspace"


def test_a_folder_called_git_is_no_repository(repository: Repository) -> None:
    repository.says(NOVEMBER, "x")
    shutil.rmtree(repository.top / ".git")
    (repository.top / ".git").mkdir()
    assert why_today(repository.root, NOVEMBER) == "the workspace is in no git repository"


def test_a_bare_repository_has_no_workspace_in_it(tmp_path: Path, make: Callable[..., str]) -> None:
    Repo.init_bare(str(tmp_path / "bare"), mkdir=True).close()
    root = make({}, "bare/ws")
    assert why_today(Path(root), NOVEMBER) == "the workspace is in no git repository"
    with pytest.raises(OncallError, match="is bare: there is no workspace in it"):
        PlansOfTheTime(root, None, "HEAD")


@pytest.mark.parametrize("earlier", [True, False])
def test_a_workspace_younger_than_the_call_is_held_against_todays_files(
    repository: Repository, cache: str, earlier: bool
) -> None:
    if earlier:
        repository.commit(NOVEMBER - 10 * DAY, {"../../other.txt": ""})
        repository.commit(NOVEMBER - 9 * DAY, {"people.yaml": "people: {}\n"})  # its folder, but no workspace yet
    repository.says(NOVEMBER, "first")
    repository.says(NOVEMBER + DAY, "second")
    why = "the workspace is younger than the call: its first commit is of 2026-11-06"
    for where in (None, cache, cache):
        for before in (1, 9 * DAY, 10 * DAY, 50 * DAY):
            assert why_today(repository.root, NOVEMBER - before, where) == why
    assert asked(repository.root, NOVEMBER - 1, NOVEMBER, NOVEMBER - 1) == ["second", "first", "second"]


def test_a_workspace_that_was_gone_for_a_while_is_an_error_of_that_while(repository: Repository, cache: str) -> None:
    repository.says(NOVEMBER, "one")
    gone = repository.commit(NOVEMBER + 10, {"oncall.yaml": None})
    repository.says(NOVEMBER + 20, "two")
    for where in (None, cache, cache):
        error = refused(repository.root, NOVEMBER + 15, where)
        assert error.revision == gone
        assert error.why == "the workspace had no oncall.yaml then, and had had one before"
        assert asked(repository.root, NOVEMBER + 5, NOVEMBER + 25, cache=where) == ["one", "two"]
    assert why_today(repository.root, NOVEMBER - 1) is not None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("version: 1\norganization: [\n", "oncall.yaml:3: "),
        ("", "oncall.yaml:1: is empty"),
        ("- 1\n", "oncall.yaml:1: is not a workspace file"),
        ("version: \x07\n", "oncall.yaml:1: is not YAML: a control character"),
    ],
)
def test_a_head_that_cannot_be_read_is_an_error_of_that_commit_alone(
    repository: Repository, cache: str, text: str, why: str
) -> None:
    repository.says(NOVEMBER, "one")
    broken = repository.commit(NOVEMBER + 10, {"oncall.yaml": text})
    repository.says(NOVEMBER + 20, "two")
    for where in (None, cache, cache):
        error = refused(repository.root, NOVEMBER + 15, where)
        assert error.revision == broken
        assert error.why.startswith(why)
        assert str(error).startswith(f"the plan of {broken[:12]} cannot be loaded: {why}")
        assert asked(repository.root, NOVEMBER + 5, NOVEMBER + 25, cache=where) == ["one", "two"]


def test_a_plan_that_failed_is_not_tried_again_for_each_call(repository: Repository) -> None:
    repository.commit(NOVEMBER, {"oncall.yaml": "- 1\n"})
    with PlansOfTheTime(str(repository.root), None) as plans:
        for at in (NOVEMBER, NOVEMBER + 5, NOVEMBER + 60 * DAY):
            with pytest.raises(NoPlanError, match="is not a workspace file"):
                plans.ask(at, organization)
            shutil.rmtree(repository.top / ".git", ignore_errors=True)  # whoever looked again would say something else


def test_what_is_wrong_in_other_files_keeps_no_plan_from_being_had(repository: Repository) -> None:
    repository.commit(NOVEMBER, {"oncall.yaml": HEAD_OF.format("x"), "people.yaml": "people: [\n", "b.yaml": "nope: 1"})
    found = asked(repository.root, NOVEMBER, question=lambda plan: {one.file for one in plan.reported[""]})
    assert found == [{"people.yaml", "b.yaml"}]


@pytest.mark.parametrize("what", ["tree", "blob"])
def test_an_object_that_the_clone_lacks_is_an_error_of_its_commits_alone(
    repository: Repository, cache: str, what: str
) -> None:
    commit = repository.says(NOVEMBER, "one")
    repository.says(NOVEMBER + 10, "two")
    tree = repository.object(commit).tree
    for folder in (b"ops", b"ws", b"oncall.yaml")[: 3 if what == "blob" else 2]:
        tree = repository.object(tree.decode())[folder][1]
    repository.forget(tree)
    for where in (None, cache):
        error = refused(repository.root, NOVEMBER + 5, where)
        assert error.revision == commit
        assert error.why == f"the repository cannot give it: {tree.decode()} is missing; is the clone complete?"
        assert asked(repository.root, NOVEMBER + 10, cache=where) == ["two"]


def test_a_repository_that_cannot_be_read_is_said_at_once(repository: Repository) -> None:
    repository.says(NOVEMBER, "x")
    (repository.top / ".git" / "config").write_text("[core]\n\trepositoryformatversion = 99\n")
    with pytest.raises(OncallError, match=r"cannot be read: .*99.*; --as-of now takes today's files"):
        PlansOfTheTime(str(repository.root), None)


def test_an_error_of_the_question_is_the_questions(repository: Repository) -> None:
    repository.says(NOVEMBER, "x")

    def question(plan: Plan) -> None:
        raise NotFoundError("no such account")

    with PlansOfTheTime(str(repository.root), None) as plans:
        with pytest.raises(NotFoundError, match="no such account"):
            plans.ask(NOVEMBER, question)
        assert plans.ask(NOVEMBER, organization)[0] == "x"


def test_the_plan_of_a_revision_is_as_if_its_files_lay_there(repository: Repository, cache: str) -> None:
    calendar = "BEGIN:VCALENDAR\n" + EVENT + "END:VCALENDAR\n"
    files = {
        "oncall.yaml": HEAD_OF.format("x"),
        "rest.yaml": "people: {ann: {name: Ann}}\nrotations: {r: {calendar: r.ics}}\n"
        "policies: {p: {tiers: [{notify: primary}]}}\naccounts:\n"
        "  a: {name: A, policy: p, runbook: books/a.md, contacts: {primary: {rotation: r}}}\n"
        "  b: {name: B, policy: p, runbook: books/none.md, contacts: {primary: {rotation: r}}}\n",
        "r.ics": calendar.format("Ann"),
        "books/a.md": "# A\n",
    }
    repository.commit(NOVEMBER, dict(files))

    def everything(plan: Plan) -> dict[str, Any]:
        return {
            name: dict(getattr(plan, name).items()) if hasattr(getattr(plan, name), "items") else getattr(plan, name)
            for name in Plan.__struct_fields__
        }

    times = (NOVEMBER, NOVEMBER + 40 * DAY)  # of two months: the second is made from files that lie nowhere any more
    lying = asked(repository.root, *times, as_of="now", question=everything)
    assert lying[0]["root"] == str(repository.root)
    assert [lying[0]["account_facts"][name].runbook_found for name in "ab"] == [True, False]
    repository.commit(NOVEMBER + 100 * DAY, {**dict.fromkeys(files), "oncall.yaml": HEAD_OF.format("y")})
    for where in (None, cache, cache):
        assert asked(repository.root, *times, cache=where, question=everything) == lying


def test_a_question_that_leads_beyond_the_month_is_answered(repository: Repository) -> None:
    repository.says(NOVEMBER, "x")

    def question(plan: Plan) -> int:
        if not plan.window.holds(NOVEMBER + 300 * DAY):
            from oncall.plan import OutsideWindowError

            raise OutsideWindowError(NOVEMBER + 300 * DAY)
        return plan.window.end

    long = asked(repository.root, NOVEMBER, NOVEMBER + 1, question=question)
    assert long[0] == long[1] > NOVEMBER + 300 * DAY  # one plan for both
    assert window_around(long[0] - 3 * DAY).end == long[0]


def test_a_revision_is_used_for_every_call(repository: Repository, cache: str) -> None:
    first = repository.says(NOVEMBER, "one")
    repository.says(NOVEMBER + 10, "two")
    repository.named("tags/v1", first)
    repository.named("heads/now", first)
    for as_of in ("v1", "HEAD~1", first, first[:9], "heads/now"):
        assert asked(repository.root, NOVEMBER - DAY, NOVEMBER + 20, cache=cache, as_of=as_of) == ["one", "one"]
        found = used(repository.root, NOVEMBER + 20, cache, as_of)
        assert (found.as_of, found.revision, found.why_today) == ("git", first, None)


def test_a_revision_that_is_not_there_or_holds_no_workspace_is_said_to_be(
    repository: Repository, make: Callable[..., str]
) -> None:
    empty = repository.commit(NOVEMBER, {"../../other.txt": ""})
    repository.says(NOVEMBER + 1, "x")
    with pytest.raises(OncallError, match=r"^--as-of nope: the repository has no such revision$"):
        PlansOfTheTime(str(repository.root), None, "nope")
    with pytest.raises(OncallError, match=rf"^--as-of {empty}: .*ws had no oncall.yaml at that revision$"):
        PlansOfTheTime(str(repository.root), None, empty)
    with pytest.raises(OncallError, match="is in no git repository"):
        PlansOfTheTime(make({}), None, "HEAD")
    repository.forget(repository.object(empty).tree)
    with pytest.raises(OncallError, match=rf"^--as-of {empty}: the repository cannot give it: \w+ is missing; is the"):
        PlansOfTheTime(str(repository.root), None, empty)


@needs_git
def test_a_shallow_clone_says_where_its_history_ends(repository: Repository, tmp_path: Path, cache: str) -> None:
    for place in range(4):
        repository.says(NOVEMBER + place * DAY, f"commit {place}")
    git(tmp_path, "clone", "-q", "--depth", "2", f"file://{repository.top}", "shallow")
    root = tmp_path / "shallow" / "ops" / "ws"
    git(tmp_path / "shallow", "worktree", "add", "-q", str(tmp_path / "beside"), "-b", "beside")
    why = "this clone is shallow: its history begins on 2026-11-08, after the call"
    for where in (None, cache, cache):
        for at in (root, tmp_path / "beside" / "ops" / "ws"):
            assert why_today(at, NOVEMBER + 2 * DAY - 1, where) == why
            assert asked(at, NOVEMBER + 2 * DAY, NOVEMBER + 3 * DAY, cache=where) == ["commit 2", "commit 3"]
    git(tmp_path / "shallow", "fetch", "-q", "--unshallow")
    assert asked(root, NOVEMBER, cache=cache) == ["commit 0"]


@needs_git
def test_worktrees_packed_repositories_and_links_are_as_good(
    repository: Repository, tmp_path: Path, cache: str
) -> None:
    repository.says(NOVEMBER, "one")
    repository.says(NOVEMBER + 10, "two")
    git(repository.top, "gc", "-q")
    git(repository.top, "pack-refs", "--all")
    git(repository.top, "worktree", "add", "-q", str(tmp_path / "beside"), "-b", "beside", "HEAD")
    git(repository.top, "worktree", "add", "-q", "--detach", str(tmp_path / "detached"), "HEAD~1")
    git(tmp_path, "clone", "-q", "--bare", str(repository.top), "bare")
    git(tmp_path / "bare", "worktree", "add", "-q", str(tmp_path / "of-bare"), "-b", "of-bare", "HEAD")
    (tmp_path / "link").symlink_to(tmp_path / "beside" / "ops" / "ws")
    for root in (
        repository.root,
        *(tmp_path / name / "ops" / "ws" for name in ("beside", "of-bare")),
        tmp_path / "link",
    ):
        for where in (None, cache, cache):
            assert asked(root, NOVEMBER + 5, NOVEMBER + 15, cache=where) == ["one", "two"]
    assert asked(tmp_path / "detached" / "ops" / "ws", NOVEMBER + 15, cache=cache) == ["one"]


@needs_git
def test_a_workspace_in_a_submodule_has_the_submodules_history(repository: Repository, tmp_path: Path) -> None:
    repository.says(NOVEMBER, "one")
    (tmp_path / "outer").mkdir()
    git(tmp_path / "outer", "init", "-q")
    allowed = ("-c", "protocol.file.allow=always")
    git(tmp_path / "outer", *allowed, "submodule", "--quiet", "add", f"file://{repository.top}", "inner")
    assert asked(tmp_path / "outer" / "inner" / "ops" / "ws", NOVEMBER) == ["one"]


def test_a_workspace_may_be_the_repository(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "ws")
    repository.says(NOVEMBER, "one")
    repository.close()
    assert asked(tmp_path / "ws", NOVEMBER) == ["one"]


def test_nothing_is_written_while_a_revision_is_read(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, temporary: Path
) -> None:
    repository.says(NOVEMBER, "one")
    seen: list[int] = []

    def stopped(*_: object) -> None:
        seen.append(len(list(temporary.iterdir())))
        raise KeyboardInterrupt

    monkeypatch.setattr("oncall.workspace.load.yaml.read_yaml", stopped)
    with PlansOfTheTime(str(repository.root), None) as plans, pytest.raises(KeyboardInterrupt):
        plans.ask(NOVEMBER, organization)
    assert seen == [0]


def _asked_in_a_process(words: tuple[Path, str, int]) -> list[str]:
    root, cache, count = words
    return asked(root, *range(NOVEMBER, NOVEMBER + count), cache=cache)


def test_processes_that_ask_at_once_all_get_the_plans_of_the_time(repository: Repository, cache: str) -> None:
    for place in range(6):
        repository.says(NOVEMBER + place, f"commit {place}")
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        answers = list(pool.map(_asked_in_a_process, [(repository.root, cache, 6)] * 4))
    assert answers == [[f"commit {place}" for place in range(6)]] * 4
    assert not [name for name in os.listdir(cache) if name.endswith(".new")]


def test_an_error_can_be_handed_from_one_process_to_another() -> None:
    import pickle

    error = pickle.loads(pickle.dumps(NoPlanError("a" * 40, "why")))
    assert (error.revision, error.why, str(error)) == ("a" * 40, "why", f"the plan of {'a' * 12} cannot be loaded: why")


def test_plans_of_many_trees_are_asked_in_any_order(repository: Repository) -> None:
    """More trees than are held in memory, so that some are made twice."""
    for place in range(36):
        repository.says(NOVEMBER + place, f"commit {place}")
    order = [0, 35, *range(36), 3]
    assert asked(repository.root, *(NOVEMBER + place for place in order)) == [f"commit {place}" for place in order]


class Candidates:
    """A workspace with a branch called `other`, and a folder of that name which holds another workspace."""

    def __init__(self, repository: Repository, here: Path) -> None:
        self.first = repository.says(NOVEMBER, "first")
        repository.named("heads/other", self.first)
        repository.says(NOVEMBER + 1, "second")
        self.root = repository.root
        self.here = here

    def workspace(self, name: str, organization: str) -> None:
        (self.here / name).mkdir(parents=True)
        (self.here / name / "oncall.yaml").write_text(HEAD_OF.format(organization))

    def ask(self, text: str) -> tuple[str, PlanUsed]:
        with candidate(str(self.root), None, text, str(self.here)) as plans:
            return plans.ask(NOVEMBER, organization)

    def refused(self, text: str) -> str:
        with pytest.raises(OncallError) as caught:
            self.ask(text)
        return str(caught.value)


@pytest.fixture
def candidates(repository: Repository, tmp_path: Path) -> Candidates:
    return Candidates(repository, tmp_path / "here")


def test_a_candidate_is_a_folder_with_a_workspace(candidates: Candidates) -> None:
    candidates.workspace("new", "new")
    for text in ("new", "./new", str(candidates.here / "new"), "new/oncall.yaml", "../here/new/"):
        answer, plan = candidates.ask(text)
        assert (answer, plan.as_of, plan.revision) == ("new", "today", None)
        assert plan.why_today == f"--candidate {text}"


def test_a_candidate_is_else_a_revision(candidates: Candidates) -> None:
    answer, plan = candidates.ask("other")
    assert (answer, plan.as_of, plan.revision) == ("first", "git", candidates.first)
    (candidates.here / "other").mkdir(parents=True)  # no workspace
    assert candidates.ask("other")[0] == "first"


def test_where_a_candidate_could_be_both_the_folder_wins(candidates: Candidates) -> None:
    candidates.workspace("other", "folder")
    assert candidates.ask("other")[0] == "folder"
    assert candidates.ask("heads/other")[0] == "first"


def test_a_candidate_that_is_neither_is_said_to_be(candidates: Candidates, make: Callable[..., str]) -> None:
    no_such = "the repository has no such revision"
    assert candidates.refused("otehr") == (
        f"--candidate otehr: that is no folder, and {no_such} (did you mean 'other'?)"
    )
    (candidates.here / "zzz").mkdir(parents=True)
    assert candidates.refused("zzz") == f"--candidate zzz: that is a folder without oncall.yaml, and {no_such}"
    assert candidates.refused("./other") == (
        "--candidate ./other: that is no folder; name a folder with oncall.yaml, or a revision"
    )
    assert candidates.refused("") == f"--candidate : that is no folder, and {no_such}"
    assert candidates.refused("a\0b").startswith("--candidate a\0b: that is no folder")
    with pytest.raises(OncallError, match="that is no folder, and the workspace is in no git repository"):
        candidate(make({}), None, "HEAD", str(candidates.here))
