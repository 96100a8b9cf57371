"""The face map of a character in Blender: kept on its object, and saved as JSON files."""

from __future__ import annotations

import json
from pathlib import Path

from bpy.types import Object

from ..ml.errors import RigError
from ..ml.face.facemap import Control, FaceMap, Link
from ..ml.face.names import by_names
from ..ml.face.performance import NAMES
from .facerig import Face, shape_controls
from .files import write_atomically


def stored(obj: Object) -> FaceMap | None:
    """Return the map kept on a character, or None where none was made."""
    rows = obj.understudy.face_links
    if not len(rows):
        return None
    face = FaceMap()
    for row in rows:
        if row.name in NAMES and row.control and row.weight:
            control = Control(row.owner, row.kind, row.control, row.axis)
            face.links.append(Link(row.name, control, row.weight))
            face.quality[row.name] = row.quality
            face.method[row.name] = row.method if is_measured(rows, row.name) else "hand"
    return face


def is_measured(rows: object, expression: str) -> bool:
    """Tell whether the lines of an expression say what they did when its quality was found."""
    return all(row.is_measured for row in rows if row.name == expression)


def store(obj: Object, face: FaceMap) -> None:
    """Keep a map on a character: its lines, and an empty line for what nothing shows."""
    rows = obj.understudy.face_links
    rows.clear()
    for name in NAMES:
        links = [link for link in face.links if link.expression == name]
        for link in links or [None]:
            row = rows.add()
            row.name = name
            row.quality = face.quality.get(name, 0.0)
            row.method = face.method.get(name, "")
            if link is not None:
                control = link.control
                row.owner, row.kind, row.control = control.owner, control.kind, control.name
                row.axis, row.weight = control.axis, link.weight
            row.measured = row.says
    obj.understudy.active_face_link = 0


def from_names(face: Face) -> FaceMap:
    """Map a character by the names of its shape keys; empty where they say nothing."""
    return by_names(shape_controls(face)[0])


def bone_controls(face: FaceMap) -> list[Control]:
    """Return the controls of a map that are bones' channels."""
    return [control for control in face.controls() if control.kind != "key"]


def write_file(path: Path, face: FaceMap) -> None:
    """Save a map as JSON."""
    write_atomically(path, json.dumps(face.to_json(), indent=1) + "\n")


def read_file(path: Path) -> FaceMap:
    """Load a map that `write_file`, or a person, wrote."""
    try:
        return FaceMap.from_json(json.loads(Path(path).read_text("utf-8")))
    except OSError as exc:
        raise RigError(f"The face map {path} cannot be read: {exc.strerror}") from exc
    except ValueError as exc:
        raise RigError(f"The face map {path} is not JSON: {exc}") from exc


def renamed(face: FaceMap, there: list[Control], prefer: list[str]) -> FaceMap:
    """Suit a map saved from a character whose objects have other names.

    Objects are matched by the controls they have; a map that fits as it is stays.

    Parameters
    ----------
    there : every control of this face
    prefer : names of its objects, the first the likeliest
    """
    known = set(there)
    if all(control in known for control in face.controls()):
        return face
    by_owner: dict[str, set[tuple]] = {}
    for control in there:
        by_owner.setdefault(control.owner, set()).add((control.kind, control.name, control.axis))
    names = {}
    for owner in {c.owner for c in face.controls()}:
        wanted = {(c.kind, c.name, c.axis) for c in face.controls() if c.owner == owner}
        fits = [name for name in prefer if wanted <= by_owner.get(name, set())]
        names[owner] = owner if owner in by_owner else (fits or [owner])[0]
    links = [
        Link(
            k.expression,
            Control(names[k.control.owner], k.control.kind, k.control.name, k.control.axis),
            k.weight,
        )
        for k in face.links
    ]
    return FaceMap(links, face.quality, face.method, face.notes)
