"""Which calendars a rotation and the absences are made of, and how their titles are read: one place for all who ask."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.model import Rotation
from oncall.rotations.assignments import Layer, layers_of
from oncall.rotations.ics import Calendar
from oncall.rotations.names import Reader
from oncall.workspace.load import Workspace


def rotation_reader(workspace: Workspace, name: str) -> Reader:
    """Reads the titles of a rotation's calendars."""
    key = "rotations", name
    if key not in workspace.readers:
        rotation = workspace.rotations[name]
        workspace.readers[key] = Reader(workspace.directory, rotation.identify, rotation.ignore)
    return workspace.readers[key]


def rotation_layers(workspace: Workspace, name: str) -> list[Layer]:
    """The calendars of a rotation that could be read, without what is cancelled or ignored."""
    paths = ((path, part) for path, part in rotation_files(workspace.rotations[name]) if path in workspace.calendars)
    return layers_of(((workspace.calendars[path], part) for path, part in paths), rotation_reader(workspace, name))


def rotation_files(rotation: Rotation) -> Iterator[tuple[str, str]]:
    """The paths of a rotation's calendars, and the parts they play."""
    yield rotation.calendar, "planned"
    for path in rotation.override_files:
        yield path, "override"


def absence_reader(workspace: Workspace, path: str) -> Reader:
    """Reads the titles of a calendar of absences."""
    key = "absences", path
    if key not in workspace.readers:
        source = workspace.absence_sources.get(path)
        identify, ignore = (source.identify, source.ignore) if source else (None, None)
        workspace.readers[key] = Reader(workspace.directory, identify, ignore, "absences")
    return workspace.readers[key]


def absence_calendars(workspace: Workspace) -> Iterator[tuple[str, Calendar, Reader]]:
    """The calendars of absences that could be read, less what is cancelled or ignored, and who reads their titles."""
    read = [(path, workspace.calendars[path]) for path in workspace.absences if path in workspace.calendars]
    left = layers_of(((calendar, path) for path, calendar in read), Reader(None))
    for layer in left:
        reader = absence_reader(workspace, layer.name)
        yield layer.name, layers_of([(layer.calendar, layer.name)], reader)[0].calendar, reader
