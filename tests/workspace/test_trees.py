"""A workspace as git has it is read as if it lay in a folder, and no repository makes reading it take long, or much."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from dulwich.objects import Blob, Commit, ShaFile, Tree
from dulwich.repo import Repo

from oncall.errors import OncallError
from oncall.workspace import trees
from oncall.workspace.files import Files
from oncall.workspace.history import PlansOfTheTime
from oncall.workspace.load import load
from oncall.workspace.objects import size_of
from oncall.workspace.revisions import Revisions, earlier
from tests.lint.test_since import commit, git, pytestmark  # noqa: F401

HEAD_FILE = b"version: 1\n"
LINK, FILE, FOLDER, MODULE = 0o120000, 0o100644, 0o040000, 0o160000
Entries = Mapping[bytes, tuple[int, ShaFile]]


def tree_of(repository: Repo, entries: Entries) -> Tree:
    """A tree as it is given, its objects and itself in the repository."""
    tree = Tree()
    for name, (mode, content) in entries.items():
        repository.object_store.add_object(content)
        tree._entries[name] = (mode, content.id)  # what `add` would refuse
    repository.object_store.add_object(tree)
    return tree


def committed(where: Path, entries: Callable[[Repo], Entries]) -> Path:
    """A workspace that is a repository whose one commit has a tree as it is given, and of which nothing lies there."""
    where.mkdir()
    repository = Repo.init(str(where))
    made = Commit()
    made.tree = tree_of(repository, {b"oncall.yaml": (FILE, Blob.from_string(HEAD_FILE)), **entries(repository)}).id
    made.author = made.committer = b"a <a@b.example>"
    made.author_time = made.commit_time = made.author_timezone = made.commit_timezone = 0
    made.message = b"m"
    repository.object_store.add_object(made)
    repository.refs[b"refs/heads/master"] = made.id
    repository.close()
    (where / "oncall.yaml").write_bytes(HEAD_FILE)
    return where


def read(root: Path) -> tuple[set[str], list[str]]:
    """Who is in the workspace as it was at HEAD, and what is wrong with it."""
    with earlier(str(root), "HEAD") as files:
        assert files is not None
        found = load(str(root), files=files)
    return set(found.people), [f"{one.file}: {one.message}" for one in found.problems]


def person(name: str) -> Blob:
    return Blob.from_string(f"people: {{{name}: {{name: {name}}}}}\n".encode())


def test_the_files_of_a_revision_are_those_that_lie_there(tmp_path: Path) -> None:
    root = tmp_path / "ws"
    for path, text in {
        "oncall.yaml": "version: 1\nsettings: {exclude: [drafts]}\n",
        "a/b/people.yml": "people: {ann: {name: Ann}}\n",
        "drafts/x.yaml": "people: {bob: {name: Bob}}\n",
        ".hidden/x.yaml": "people: {cem: {name: Cem}}\n",
        "cal/r.ics": "BEGIN:VCALENDAR\nEND:VCALENDAR\n",
        "notes.txt": "x",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    links = {"a/link.yaml": "b/people.yml", "up.yaml": "a/../notes.txt", "cal/folder": "../a", "loop.yaml": "loop.yaml"}
    for path, target in {**links, "away.yaml": "../away.yaml", "root.yaml": "/etc/hostname", "gone.yaml": "no"}.items():
        (root / path).symlink_to(target)
    git(root, "init", "-q")
    commit(root)
    there = Files(str(root))
    with Revisions(str(root)) as revisions:
        files = revisions.files(revisions.named("HEAD", "--since")[1] or "")
        assert files.yaml_files(["drafts"]) == there.yaml_files(["drafts"])
        assert files.calendar_files([]) == there.calendar_files([]) == ["cal/r.ics"]
        asked = (
            "oncall.yaml cal/folder/b/people.yml cal cal/folder notes.txt/x no a/./b//../b .. a/../../x /etc/hostname"
        )
        more = ["a\0b", "", "away.yaml", "root.yaml", "gone.yaml", "notes.txt/", "notes.txt/.", "a/b/people.yml"]
        for path in (*links, *asked.split(), *more):
            assert outcome(files, path) == outcome(there, path), path
            assert files.exists(path) == there.exists(path), path


def outcome(files: Files, path: str) -> object:
    try:
        return files.read(path)
    except OSError as error:
        return type(error)
    except OncallError as error:
        return str(error)


@pytest.mark.parametrize("name", [b"..", b"../out", b"a/b", b".", b""])
def test_a_tree_with_a_name_that_leads_away_is_refused(tmp_path: Path, name: bytes) -> None:
    root = committed(tmp_path / "ws", lambda _: {name: (FILE, Blob())})
    before = sorted(tmp_path.iterdir())
    with pytest.raises(OncallError, match="a tree holds the name"):
        read(root)
    assert sorted(tmp_path.iterdir()) == before


def bush(repository: Repo, width: int, depth: int) -> Tree:
    """A tree of a few objects that holds more files than there is memory."""
    tree = tree_of(repository, {b"p.yaml": (FILE, person("p"))})
    for _ in range(depth):
        tree = tree_of(repository, {b"d%d" % number: (FOLDER, tree) for number in range(width)})
    return tree


@pytest.mark.parametrize(("width", "depth"), [(10, 10), (1, 200), (2, 60)])
def test_a_tree_that_stands_for_very_many_files_is_refused(tmp_path: Path, width: int, depth: int) -> None:
    root = committed(tmp_path / "ws", lambda repository: {b"d": (FOLDER, bush(repository, width, depth))})
    with pytest.raises(OncallError, match="it holds more than"):
        read(root)
    with PlansOfTheTime(str(root), None, "HEAD") as plans, pytest.raises(OncallError, match="it holds more than"):
        plans.ask(1_795_000_000, lambda plan: plan.organization)


def test_files_that_nothing_names_are_not_read(tmp_path: Path) -> None:
    def entries(repository: Repo) -> Entries:
        lost = Blob.from_string(b"not in the repository")
        many = tree_of(repository, {b"%d.bin" % number: (FILE, Blob.from_string(b"x")) for number in range(3000)})
        many._entries[b"lost.bin"] = (FILE, lost.id)
        repository.object_store.add_object(many)
        return {b"many": (FOLDER, many), b"p.yaml": (FILE, person("p"))}

    assert read(committed(tmp_path / "ws", entries)) == ({"p"}, [])


def test_an_object_that_unpacks_to_very_much_is_too_large_and_hides_nothing(tmp_path: Path) -> None:
    bomb = Blob.from_string(b" " * 70_000_000)
    root = committed(tmp_path / "ws", lambda _: {b"bomb.yaml": (FILE, bomb), b"p.yaml": (FILE, person("p"))})
    for pack in (False, True):
        if pack:
            git(root, "repack", "-adq")
        people, problems = read(root)
        assert people == {"p"}
        assert problems == ["bomb.yaml: is too large: 70,000,000 bytes in the repository"]


def test_many_large_files_are_too_much_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "_MOST_TOTAL", 2_000_000)
    entries = {b"%d.yaml" % number: (FILE, Blob.from_string(b"#" * 300_000 + b"%d" % number)) for number in range(10)}
    root = committed(tmp_path / "ws", lambda _: entries)
    with pytest.raises(OncallError, match="2,000,000 bytes, to be read"):
        read(root)


def test_sizes_are_those_of_the_objects_packed_or_not(tmp_path: Path) -> None:
    root = tmp_path / "ws"
    root.mkdir()
    git(root, "init", "-q")
    text = os.urandom(20_000).hex()
    for number in range(12):
        (root / "a.txt").write_text(f"{number}\n{text}\n{number}\n" * (number + 1))
        (root / "oncall.yaml").write_bytes(HEAD_FILE)
        commit(root)
    for words in (
        (),
        ("repack", "-adfq", "--depth=50"),
        ("config", "repack.useDeltaBaseOffset", "false"),
        ("repack", "-adfq"),
    ):
        if words:
            git(root, *words)
        repository = Repo(str(root))
        numbers = git(root, "rev-list", "--objects", "--all", "--no-object-names").split()
        changed = 0
        for number in numbers:
            size = size_of(repository.object_store, number.encode())
            assert size.own == repository[number.encode()].raw_length(), number
            assert size.all >= size.own
            changed += size.all > size.own
        assert (changed > 0) == ("repack" in words or "config" in words)
        repository.close()


def test_a_commit_and_a_tag_without_end_are_refused(tmp_path: Path) -> None:
    root = committed(tmp_path / "ws", lambda _: {})
    repository = Repo(str(root))
    large = repository[repository.head()].copy()
    large.message = b"m" * 2_000_000
    repository.object_store.add_object(large)
    repository.refs[b"refs/heads/large"] = large.id
    repository.close()
    with pytest.raises(OncallError, match="is too large"), earlier(str(root), "large"):
        pass


@pytest.mark.parametrize("damage", ["header", "body", "gone"])
def test_a_damaged_object_is_one_sentence(tmp_path: Path, damage: str) -> None:
    blob = person("p")
    root = committed(tmp_path / "ws", lambda _: {b"p.yaml": (FILE, blob)})
    path = root / ".git" / "objects" / blob.id[:2].decode() / blob.id[2:].decode()
    path.chmod(0o644)
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(zlib.compress(b"blob x\0" if damage == "header" else b"blob 9999\0abc"))
    with pytest.raises(OncallError, match=r"the repository cannot give it: .*; is the clone complete?"):
        read(root)


def test_another_repository_within_is_no_file(tmp_path: Path) -> None:
    root = committed(tmp_path / "ws", lambda _: {b"module.yaml": (MODULE, Blob()), b"p.yaml": (FILE, person("p"))})
    assert read(root) == ({"p"}, [])


def test_tags_of_tags_lead_to_their_commit(tmp_path: Path) -> None:
    root = committed(tmp_path / "ws", lambda _: {b"p.yaml": (FILE, person("p"))})
    for number in range(5):
        git(root, "tag", "-a", f"t{number}", "-m", "m", "HEAD" if number == 0 else f"t{number - 1}")
    with earlier(str(root), "t4") as files:
        assert files is not None
        assert files.exists("p.yaml")
