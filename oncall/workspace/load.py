"""Reading a workspace: every file, every problem, and what they define together.

Loading never stops. A file that cannot be read is a problem and the others are read; an entry that is wrong in one key
keeps its other keys; a reference to something that is not there is reported where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from oncall.errors import OncallError, Problem, contained, problem
from oncall.escalation.scenarios import Expectation, WrittenScenario
from oncall.fields import is_name
from oncall.model import (
    ALWAYS,
    AbsenceCalendar,
    Account,
    Bindings,
    Head,
    Hours,
    LintSettings,
    Person,
    Policy,
    Rotation,
    Settings,
    as_tuple,
)
from oncall.plan import EVERYTHING, Reported
from oncall.rotations.ics import Calendar, read_calendar
from oncall.rotations.names import Directory, Reader, directory
from oncall.spelling import limited_suggestions, suggestion
from oncall.workspace import documents, yaml
from oncall.workspace.files import HEAD, Files
from oncall.workspace.globs import MOST_LETTERS
from oncall.workspace.links import is_link, site_of

VERSION = 1
MOST_VALUES = 900_000
"""How many keys, values, lists and mappings the YAML files of a workspace hold together, before the last one read."""


class Place(Struct, frozen=True):
    """Where something is defined: the file, the line and column of its name, and its part of the tree."""

    file: str
    line: int
    column: int
    node: yaml.Node

    def at(self, *path: str | int) -> tuple[str, int, int]:
        """File, line and column of a value inside it, or of the name where the value is missing."""
        if not path:
            return self.file, self.line, self.column
        line, column = yaml.place_of(self.node, path)
        if (line, column) == (self.node.line, self.node.column):
            return self.file, self.line, self.column
        return self.file, line, column

    def at_key(self, *path: str | int) -> tuple[str, int, int]:
        """File, line and column of a key inside it."""
        return self.file, *yaml.key_place(self.node, path)


class Workspace(Struct):
    """What was read: definitions by name, the calendars they use, where everything stands, and every problem met."""

    root: str
    files: Files
    organization: str = ""
    timezone: str = "UTC"
    settings: Settings = field(default_factory=Settings)
    lint: LintSettings = field(default_factory=LintSettings)
    people: dict[str, Person] = field(default_factory=dict)
    hours: dict[str, Hours] = field(default_factory=dict)
    rotations: dict[str, Rotation] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    absences: dict[str, Place] = field(default_factory=dict)
    absence_sources: dict[str, AbsenceCalendar] = field(default_factory=dict)
    scenarios: dict[str, WrittenScenario] = field(default_factory=dict)
    calendars: dict[str, Calendar] = field(default_factory=dict)
    directory: Directory = field(default_factory=lambda: Directory({}, {}))
    readers: dict[tuple[str, str], Reader] = field(default_factory=dict)
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    reported: list[Reported] = field(default_factory=list)
    head: Place | None = None

    @property
    def problems(self) -> list[Problem]:
        """Every problem once, by file and place."""
        return sorted({one.problem for one in self.reported}, key=lambda one: one.place)

    def report(
        self, code: str, message: str, about: str, file: str, line: int | None = None, column: int | None = None
    ) -> None:
        """Note a problem."""
        self.reported.append(Reported(problem(code, message, file, line, column), about))

    def defined(self, section: str) -> dict[str, object]:
        """The definitions of a section, by name."""
        found: dict[str, object] = getattr(self, section)
        return found


def load(root: str, replaced: Mapping[str, bytes] | None = None, files: Files | None = None) -> Workspace:
    """Read the workspace whose `oncall.yaml` lies in `root`. `replaced` stands in for files not written yet, `files`
    for all of them."""
    with limited_suggestions():
        return _load(root, replaced, files)


def _load(root: str, replaced: Mapping[str, bytes] | None, files: Files | None) -> Workspace:
    workspace = Workspace(root, files if files is not None else Files(root, replaced or {}))
    head = _read_document(workspace, HEAD)
    _read_head(workspace, head)
    others, problems = workspace.files.yaml_files(workspace.settings.exclude)
    workspace.reported += (Reported(one, EVERYTHING) for one in problems)
    for document in [head, *_read_documents(workspace, [file for file in others if file != HEAD])]:
        _read_sections(workspace, document)
    _read_directory(workspace)
    _read_calendars(workspace)
    known: dict[str, list[str]] = {}
    for section, name in workspace.places:
        known.setdefault(section, []).append(name)
    for section, name, place in references(workspace):
        _check_reference(workspace, section, name, known.get(section, []), *place)
    return workspace


def _read_documents(workspace: Workspace, files: list[str]) -> Iterator[yaml.Document]:
    values = 0
    for number, file in enumerate(files):
        if values > MOST_VALUES:
            rest = f", nor are the {len(files) - number - 1} after it" if number < len(files) - 1 else ""
            message = f"is not read{rest}: the files before it hold more than {MOST_VALUES:,} values together"
            workspace.report("OC001", message, EVERYTHING, file)
            return
        document = _read_document(workspace, file)
        values += document.root.size if document.root else 0
        yield document


def _read_document(workspace: Workspace, file: str) -> yaml.Document:
    def unread(why: str) -> yaml.Document:
        return yaml.Document(file, None, [problem("OC001", why, file)])

    try:
        data = workspace.files.read(file)
    except OSError as error:
        document = unread(f"cannot be read: {error.strerror}")
    except OncallError as error:
        document = unread(str(error))
    else:
        document = contained(lambda: yaml.read_yaml(data, file), unread)
    root = document.root
    if (
        root is not None
        and not isinstance(root, yaml.Mapping)
        and not (isinstance(root, yaml.Scalar) and root.text is None)
    ):
        message = "is not a workspace file: it holds no mapping of sections"
        document.problems.append(problem("OC001", message, file, root.line, root.column))
    workspace.reported += (Reported(one, EVERYTHING) for one in document.problems)
    return document


def _keys(document: yaml.Document) -> dict[str, yaml.Key]:
    return document.root.keys if isinstance(document.root, yaml.Mapping) else {}


def _read_head(workspace: Workspace, document: yaml.Document) -> None:
    if not isinstance(document.root, yaml.Mapping):
        if not document.problems:
            workspace.report("OC003", f"is empty: it begins with `version: {VERSION}`", EVERYTHING, HEAD, 1, 1)
        return
    keys = {name: key for name, key in _keys(document).items() if name in documents.HEAD_KEYS}
    node = yaml.Mapping(keys, 1, 1)
    workspace.head = Place(HEAD, 1, 1, node)
    checked = documents.check(Head, node, HEAD, (1, 1))
    workspace.reported += (Reported(one, EVERYTHING) for one in checked.problems)
    if checked.value is None:  # the version is missing or no number; the rest is still what it says
        keys["version"] = yaml.Key(1, 1, yaml.Scalar(str(VERSION), 1, 1))
        checked = documents.check(Head, node, HEAD, (1, 1))
    head = checked.value
    if head is None:
        return
    if head.version != VERSION:
        place = yaml.place_of(node, ("version",))
        message = f"this is format {head.version}, and only format {VERSION} is known: a newer oncall may read it"
        workspace.report("OC003", message, EVERYTHING, HEAD, *place)
    workspace.organization, workspace.timezone = head.organization, head.timezone
    workspace.settings, workspace.lint = head.settings, head.lint
    if sum(map(len, head.settings.exclude)) > MOST_LETTERS:
        _refuse_globs(workspace, node, "settings", "exclude")
        workspace.settings = replace(head.settings, exclude=())
    if sum(map(len, head.lint.per_path)) > MOST_LETTERS:
        _refuse_globs(workspace, node, "lint", "per_path")
        workspace.lint = replace(head.lint, per_path={})


def _refuse_globs(workspace: Workspace, node: yaml.Node, *path: str) -> None:
    message = (
        f"these globs are more than {MOST_LETTERS:,} letters long together: none of them is used; shorten the list"
    )
    workspace.report("OC003", message, EVERYTHING, HEAD, *yaml.key_place(node, path))


def _read_sections(workspace: Workspace, document: yaml.Document) -> None:
    for name, key in _keys(document).items():
        if name in documents.SECTIONS:
            _read_section(workspace, document.file, name, key)
        elif name == "absences":
            _read_absences(workspace, document.file, key)
        elif name in documents.HEAD_KEYS and document.file == HEAD:
            continue
        elif name in documents.HEAD_KEYS:
            workspace.report("OC002", f"`{name}` belongs in {HEAD}", EVERYTHING, document.file, key.line, key.column)
        else:
            known = [*documents.SECTION_KEYS, *(documents.HEAD_KEYS if document.file == HEAD else ())]
            message = f"`{name}` is no section{suggestion(name, known)}"
            if "did you mean" not in message:
                message += f"; there are {', '.join(known)}"
            workspace.report("OC002", message, EVERYTHING, document.file, key.line, key.column)


def _entries(workspace: Workspace, file: str, section: str, key: yaml.Key) -> Iterator[tuple[str, Place]]:
    if isinstance(key.value, yaml.Mapping):
        for name, entry in key.value.keys.items():
            yield name, Place(file, entry.line, entry.column, entry.value)
    elif not (isinstance(key.value, yaml.Scalar) and key.value.text is None):
        message = f"`{section}:` holds names, each with its keys below it"
        workspace.report("OC003", message, EVERYTHING, file, key.value.line, key.value.column)


def _define(workspace: Workspace, section: str, name: str, place: Place) -> bool:
    """Note where a name is defined; False where it may not be, or already is somewhere else."""
    first = workspace.places.get((section, name))
    about = f"{section}/{name}"
    if first:
        for here, other in ((place, first), (first, place)):
            message = f"`{name}` is defined twice under `{section}:`; the other is in {other.file}:{other.line}"
            workspace.report("OC004", message, about, *here.at())
        return False
    if not is_name(name):
        message = f"{name!r} cannot be a name: letters, digits, '.', '_' and '-' make one"
        workspace.report("OC003", message, EVERYTHING, *place.at())
        return False
    if section == "hours" and name == ALWAYS:
        workspace.report("OC003", f"`{ALWAYS}` means every hour and cannot be redefined", EVERYTHING, *place.at())
        return False
    workspace.places[section, name] = place
    return True


def _read_section(workspace: Workspace, file: str, section: str, key: yaml.Key) -> None:
    for name, place in _entries(workspace, file, section, key):
        if not _define(workspace, section, name, place):
            continue
        checked = _checked(documents.SECTIONS[section], place, name)
        workspace.reported += (Reported(one, f"{section}/{name}") for one in checked.problems)
        if checked.value is not None:
            workspace.defined(section)[name] = checked.value


def _checked(shape: Any, place: Place, name: str) -> documents.Checked:
    owner = (place.line, place.column)

    def unread(why: str) -> documents.Checked:
        return documents.Checked(None, [problem("OC001", f"`{name}` cannot be read: {why}", *place.at())])

    return contained(lambda: documents.check(shape, place.node, place.file, owner, name), unread)


def _read_absences(workspace: Workspace, file: str, key: yaml.Key) -> None:
    if isinstance(key.value, yaml.Scalar) and key.value.text is None:
        return
    checked = documents.check(documents.ABSENCES, key.value, file, (key.line, key.column))
    workspace.reported += (Reported(one, EVERYTHING) for one in checked.problems)
    entries = checked.value if isinstance(checked.value, tuple) else (checked.value,) if checked.value else ()
    for index, entry in enumerate(entries):
        at: tuple[str | int, ...] = (index,) if isinstance(checked.value, tuple) else ()
        source = AbsenceCalendar(entry) if isinstance(entry, str) else entry
        is_list = not isinstance(source.calendar, str)
        for number, path in enumerate(source.calendar if is_list else (source.calendar,)):
            inside = () if isinstance(entry, str) else ("calendar", number) if is_list else ("calendar",)
            line, column = yaml.place_of(key.value, (*at, *inside))
            if path not in workspace.absences:
                workspace.absences[path] = Place(file, line, column, key.value)
                workspace.absence_sources[path] = source


def _read_directory(workspace: Workspace) -> None:
    workspace.directory, shared = directory(workspace.people)
    for spelling, one, other in shared:
        for person, rival in ((one, other), (other, one)):
            message = f"`{spelling}` means {person} and {rival}: in a calendar it names nobody"
            workspace.report("OC004", message, f"people/{person}", *workspace.places["people", person].at())


def calendar_paths(workspace: Workspace) -> Iterator[tuple[str, str, tuple[str, int, int]]]:
    """Every calendar the workspace names: the path, what uses it, and where it is named."""
    for name, rotation in workspace.rotations.items():
        place = workspace.places["rotations", name]
        yield rotation.calendar, f"rotations/{name}", place.at("calendar")
        for index, path in enumerate(rotation.override_files):
            yield path, f"rotations/{name}", place.at("overrides", index)
    for name, hours in workspace.hours.items():
        place = workspace.places["hours", name]
        for key in ("open_days", "closed_days"):
            if path := getattr(hours, key):
                yield path, f"hours/{name}", place.at(key)
    for path, place in workspace.absences.items():
        yield path, path, (place.file, place.line, place.column)


def _read_calendars(workspace: Workspace) -> None:
    for path, user, (file, line, column) in calendar_paths(workspace):
        if is_link(path):
            message = (
                f"{site_of(path)} is a link, and calendars are files: save it every hour or so, by cron or in CI, with"
                ' `curl -fsSL -o FILE.ics "$LINK"`, and write FILE.ics here'
            )
            workspace.report("OC005", message, user, file, line, column)
            continue
        try:
            data = workspace.files.read(path)
        except (FileNotFoundError, NotADirectoryError):
            workspace.report("OC005", f"there is no file {path!r}", user, file, line, column)
        except OncallError as error:
            workspace.report("OC005", f"{path!r} {error}", user, file, line, column)
        except IsADirectoryError:
            workspace.report("OC005", f"{path!r} is a folder, not a calendar", user, file, line, column)
        except OSError as error:
            workspace.report("OC001", f"cannot be read: {error.strerror}", path, path)
        else:
            if path not in workspace.calendars:
                workspace.calendars[path] = calendar = read_calendar(data, path)
                workspace.reported += (Reported(one, path) for one in calendar.problems)


_Reference = tuple[str, str, tuple[str, str, int, int]]


def references(workspace: Workspace) -> Iterator[_Reference]:
    """Every use of a name: the section it should be in, the name, and who uses it where."""
    for name, rotation in workspace.rotations.items():
        place, about = workspace.places["rotations", name], f"rotations/{name}"
        for index, person in enumerate(rotation.people):
            yield "people", person, (about, *place.at("people", index))
        if rotation.hours and rotation.hours != ALWAYS:
            yield "hours", rotation.hours, (about, *place.at("hours"))
    for name, account in workspace.accounts.items():
        yield from _account_references(name, account, workspace.places["accounts", name])
    for name, scenario in workspace.scenarios.items():
        yield from _scenario_references(name, scenario, workspace.places["scenarios", name])


def _account_references(name: str, account: Account, place: Place) -> Iterator[_Reference]:
    about = f"accounts/{name}"
    if account.policy:
        yield "policies", account.policy, (about, *place.at("policy"))
    if account.hours and account.hours != ALWAYS:
        yield "hours", account.hours, (about, *place.at("hours"))
    for role, bindings in account.contacts.items():
        yield from _binding_references(bindings, place, about, "contacts", role)
    yield from _binding_references(account.supervisor, place, about, "supervisor")
    if account.account_manager:
        yield "people", account.account_manager, (about, *place.at("account_manager"))
    for index, person in enumerate(account.operators):
        yield "people", person, (about, *place.at("operators", index))


def _binding_references(bindings: Bindings, place: Place, about: str, *path: str) -> Iterator[_Reference]:
    for index, binding in enumerate(as_tuple(bindings)):
        if binding.rotation is not None:
            yield "rotations", binding.rotation, (about, *place.at(*path, index, "rotation"))
        if binding.person is not None:
            yield "people", binding.person, (about, *place.at(*path, index, "person"))


def _scenario_references(name: str, scenario: WrittenScenario, place: Place) -> Iterator[_Reference]:
    about = f"scenarios/{name}"
    yield "accounts", scenario.account, (about, *place.at("account"))
    for key, people in (("given", scenario.given), ("callbacks", scenario.callbacks)):
        for person in people:
            yield "people", person, (about, *place.at_key(key, person))
    for path, expected in _expected_people(scenario.expect):
        yield "people", expected, (about, *place.at("expect", *path))


def _expected_people(expect: Expectation) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Everybody an expectation names, and where in it."""
    if expect.reached:
        yield ("reached",), expect.reached
    for index, person in enumerate(expect.never):
        yield ("never", index), person
    for index, attempt in enumerate(expect.attempts or ()):
        if attempt.person:
            yield ("attempts", index, "person"), attempt.person
    for index, skip in enumerate(expect.skipped):
        if skip.person:
            yield ("skipped", index, "person"), skip.person
    if expect.callback and expect.callback.owner:
        yield ("callback", "owner"), expect.callback.owner
    if expect.callback and expect.callback.escalated_to:
        yield ("callback", "escalated_to"), expect.callback.escalated_to


_NONE_OF = {
    "accounts": "is no account",
    "people": "is no person",
    "hours": "are no hours",
    "rotations": "is no rotation",
    "policies": "is no policy",
}


def _check_reference(
    workspace: Workspace, section: str, name: str, known: list[str], about: str, file: str, line: int, column: int
) -> None:
    if (section, name) in workspace.places:
        return  # defined, if perhaps unusable; that has been reported where it stands
    message = f"there {_NONE_OF[section]} called {name!r}{suggestion(name, known)}"
    workspace.report("OC005", message, about, file, line, column)
