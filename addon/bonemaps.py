"""The bone map of a rig in Blender: kept on the object, and saved as presets."""

from __future__ import annotations

import json
import re
from pathlib import Path

import bpy
from bpy.types import Object

from ..ml.blocking.body import ROLES
from ..ml.blocking.bonemap import BoneMap
from ..ml.errors import RigError
from .files import write_atomically

MORE = "+"
"""A role's name with this behind it is a further bone of that chain: `spine+`, `neck+`."""


def stored(obj: Object) -> BoneMap | None:
    """Return the map kept on a rig, or None where none was made."""
    rows = obj.understudy.roles
    if not len(rows):
        return None
    bones = BoneMap(roles={})
    for row in rows:
        if not row.bone:
            continue
        if row.name.endswith(MORE):
            bones.extra.setdefault(row.name.removesuffix(MORE), []).append(row.bone)
            continue
        bones.roles[row.name] = row.bone
        bones.confidence[row.name] = row.confidence
        bones.reason[row.name] = row.reason
    return bones


def store(obj: Object, bones: BoneMap) -> None:
    """Keep a map on a rig: a line for every role, empty where the rig lacks it."""
    rows = obj.understudy.roles
    rows.clear()
    for role in ROLES:
        row = rows.add()
        row.name, row.bone = role, bones.roles.get(role, "")
        row.confidence = bones.confidence.get(role, 0.0)
        row.reason = bones.reason.get(role, "")
        for bone in bones.extra.get(role, ()):
            row = rows.add()
            row.name, row.bone = role + MORE, bone
    obj.understudy.active_role = 0


def presets_folder() -> Path:
    """Return the folder of saved maps, in the person's own configuration."""
    return Path(bpy.utils.user_resource("CONFIG", path="understudy")) / "bone_maps"


def presets() -> list[str]:
    """Return the names of the saved maps."""
    return sorted(path.stem for path in presets_folder().glob("*.json"))


def preset_path(name: str) -> Path:
    """Return where a map of that name is saved."""
    plain = re.sub(r"[^\w .-]", "_", name).strip(" .")
    if not plain:
        raise RigError("The bone map needs a name: type one first")
    return presets_folder() / f"{plain}.json"


def write_file(path: Path, bones: BoneMap) -> None:
    """Save a map as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, json.dumps(bones.to_json(), indent=2) + "\n")


def read_file(path: Path) -> BoneMap:
    """Load a map that `write_file`, or a person, wrote."""
    try:
        return BoneMap.from_json(json.loads(Path(path).read_text("utf-8")))
    except OSError as exc:
        raise RigError(f"The bone map {path} cannot be read: {exc.strerror}") from exc
    except ValueError as exc:
        raise RigError(f"The bone map {path} is not JSON: {exc}") from exc
