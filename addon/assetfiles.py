"""Measures and loads single asset files; nothing of the open scene is touched by it."""

from __future__ import annotations

import contextlib
import json
import struct
from collections.abc import Iterator
from pathlib import Path

import bpy
import numpy as np
from bpy.types import ID, Collection, Object
from mathutils import Matrix, Vector
from numpy.typing import NDArray

from ..ml.errors import UnderstudyError

BLEND = ".blend"
IMPORTED = (".glb", ".gltf", ".fbx", ".obj", ".usd", ".usda", ".usdc", ".usdz")
KINDS = (
    "objects", "collections", "meshes", "materials", "images", "armatures", "actions",
    "node_groups", "textures", "curves", "lights", "cameras", "scenes", "worlds", "libraries",
)  # fmt: skip
"""What a file may bring along."""

_BODIES = {"MESH", "CURVE", "SURFACE", "META", "FONT"}
Box = tuple[NDArray, NDArray]


def world_of(obj: Object) -> Matrix:
    """Return where an object is, though no view layer has evaluated it."""
    here = obj.matrix_basis
    if obj.parent is None:
        return here.copy()
    return world_of(obj.parent) @ obj.matrix_parent_inverse @ here


def box_of(objects: list[Object]) -> Box | None:
    """Return the (low, high) corners of objects together, scales included; None if empty."""
    points = []
    for obj in objects:
        if obj.type in _BODIES and (obj.type != "MESH" or len(obj.data.vertices)):
            matrix = world_of(obj)
            points += [matrix @ Vector(corner) for corner in obj.bound_box]
        elif obj.instance_type == "COLLECTION" and obj.instance_collection is not None:
            inner = box_of(list(obj.instance_collection.all_objects))
            if inner is not None:
                offset, matrix = obj.instance_collection.instance_offset, world_of(obj)
                ends = np.array(np.meshgrid(*zip(*inner, strict=True))).reshape(3, -1).T
                points += [matrix @ (Vector(p) - offset) for p in ends]
    if not points:
        return None
    flat = np.array([tuple(p) for p in points])
    return (flat.min(axis=0), flat.max(axis=0)) if np.isfinite(flat).all() else None


@contextlib.contextmanager
def newcomers() -> Iterator[list[ID]]:
    """Fill the yielded list, at the end, with the data-blocks that came meanwhile."""
    before = {kind: set(getattr(bpy.data, kind)) for kind in KINDS}
    found: list[ID] = []
    try:
        yield found
    finally:
        for kind in KINDS:
            found += [block for block in getattr(bpy.data, kind) if block not in before[kind]]


def drop(blocks: list[ID]) -> None:
    """Remove data-blocks that came and are not wanted."""
    alive = []
    for block in blocks:
        with contextlib.suppress(ReferenceError):
            if block.name:
                alive.append(block)
    bpy.data.batch_remove(alive)


def contents(path: Path) -> list[tuple[str, str]]:
    """Return (kind, name) of what a .blend file offers: its assets, else its collections.

    A file without either offers its objects.
    """
    with bpy.data.libraries.load(str(path), assets_only=True) as (there, _):
        marked = [("collections", n) for n in there.collections]
        marked += [("objects", n) for n in there.objects]
    if marked:
        return marked
    with bpy.data.libraries.load(str(path)) as (there, _):
        found = [("collections", n) for n in there.collections]
        return found or [("objects", n) for n in there.objects]


def bring(path: Path, kind: str = "", name: str = "") -> tuple[list[Object], list[ID]]:
    """Load a file, or one thing of a .blend file; return its objects and all that came.

    Raises
    ------
    UnderstudyError
        It cannot be read; nothing of it is left.
    """
    with newcomers() as came:
        try:
            objects = _append(path, kind, name) if path.suffix.lower() == BLEND else _import(path)
            why = "" if objects else "nothing is in it"
        except (
            RuntimeError,
            OSError,
            ValueError,
            KeyError,
            TypeError,
            IndexError,
            AttributeError,
            struct.error,
        ) as exc:  # fmt: skip - what importers raise on spoilt files
            objects, why = [], _reason(exc)
    if not objects:
        drop(came)
        raise UnderstudyError(f"{path.name} cannot be used ({why}): open it in Blender to see why")
    return objects, came


def _reason(exc: Exception) -> str:
    """Return the last line of an error that says what is wrong.

    Operators end theirs with where in the code they were called.
    """
    lines = [line for line in map(str.strip, str(exc).splitlines()) if line]
    return next((line for line in reversed(lines) if not line.startswith("Location:")), repr(exc))


def _append(path: Path, kind: str, name: str) -> list[Object]:
    with bpy.data.libraries.load(str(path), link=False) as (there, here):
        if name not in getattr(there, kind):
            raise ValueError(f"{name} is not in it any more")
        setattr(here, kind, [name])
    block = getattr(here, kind)[0]
    if block is None:
        raise ValueError(f"{name} cannot be read")
    if not isinstance(block, Collection):
        return [block, *block.children_recursive]
    return list(block.all_objects)


def _import(path: Path) -> list[Object]:
    """Run Blender's importer in a scene of its own, which goes again."""
    before = set(bpy.data.objects)
    scene = bpy.data.scenes.new("Understudy Import")
    try:
        with bpy.context.temp_override(scene=scene, view_layer=scene.view_layers[0],
                                       collection=scene.collection):  # fmt: skip
            _importer(path)
        return [obj for obj in bpy.data.objects if obj not in before]
    finally:
        bpy.data.scenes.remove(scene)


def _importer(path: Path) -> None:
    name, kind = str(path), path.suffix.lower()
    if kind in (".glb", ".gltf"):
        bpy.ops.import_scene.gltf(filepath=name)
    elif kind == ".fbx":
        # From 5.0 the importer is a part of Blender; the add-on is still there before.
        if hasattr(bpy.types, "IMPORT_SCENE_OT_fbx"):
            bpy.ops.import_scene.fbx(filepath=name)
        else:
            bpy.ops.wm.fbx_import(filepath=name)
    elif kind == ".obj":
        bpy.ops.wm.obj_import(filepath=name)
    else:
        bpy.ops.wm.usd_import(filepath=name)


def words_on(block: ID) -> list[str]:
    """Return what an asset is called besides its name: tags, description, catalogue."""
    about = getattr(block, "asset_data", None)
    if about is None:
        return []
    texts = [tag.name for tag in about.tags]
    return [t for t in (*texts, about.description, about.catalog_simple_name) if t]


def measure(path: Path) -> list[tuple[str, str, tuple[float, float, float], list[str]]]:
    """Return (kind, name, size, what else it is called) of everything that a file offers; metres.

    A .glb is measured from its own table; other files are loaded and dropped again.
    """
    if path.suffix.lower() == ".glb":
        low, high = _glb_box(path)
        return [("", "", tuple(float(n) for n in high - low), [])]
    found, offered = [], [("", "")]
    if path.suffix.lower() == BLEND:
        try:
            offered = contents(path)
        except OSError as exc:
            raise UnderstudyError(f"{path.name} is no .blend file that can be read: {exc}") from exc
    for kind, name in offered:
        objects, came = bring(path, kind, name)
        box = box_of(objects)
        words = [w for block in came for w in words_on(block)]
        drop(came)
        if box is not None:
            found.append((kind, name, tuple(float(n) for n in box[1] - box[0]), words))
    if not found:
        raise UnderstudyError(f"{path.name} holds nothing with a body: it is left out")
    return found


def _glb_box(path: Path) -> Box:
    """Return the box of a binary glTF file in Blender's axes, from its accessors and nodes."""
    try:
        with path.open("rb") as file:
            magic, _, _ = struct.unpack("<4sII", file.read(12))
            length, kind = struct.unpack("<I4s", file.read(8))
            if magic != b"glTF" or kind != b"JSON":
                raise ValueError("it is no binary glTF")
            tree = json.loads(file.read(length))
        low, high = np.full(3, np.inf), np.full(3, -np.inf)
        nodes = tree.get("nodes", [])
        children = {c for node in nodes for c in node.get("children", ())}
        scene = tree.get("scenes", [{}])[tree.get("scene", 0)]
        stack = [(k, np.eye(4)) for k in scene.get("nodes", set(range(len(nodes))) - children)]
        while stack:
            k, above = stack.pop()
            node = nodes[k]
            here = above @ _glb_matrix(node)
            stack += [(c, here) for c in node.get("children", ())]
            if "mesh" not in node:
                continue
            for part in tree["meshes"][node["mesh"]]["primitives"]:
                entry = tree["accessors"][part["attributes"]["POSITION"]]
                ends = np.array(np.meshgrid(*zip(entry["min"], entry["max"], strict=True)))
                points = ends.reshape(3, -1).T @ here[:3, :3].T + here[:3, 3]
                low, high = (
                    np.minimum(low, points.min(axis=0)),
                    np.maximum(high, points.max(axis=0)),
                )
        if not np.isfinite(low).all():
            raise ValueError("no mesh is in it")
    except (OSError, ValueError, KeyError, IndexError, TypeError, struct.error) as exc:
        raise UnderstudyError(
            f"{path.name} cannot be used ({exc}): open it in Blender to see why"
        ) from exc
    return np.array([low[0], -high[2], low[1]]), np.array([high[0], -low[2], high[1]])


def _glb_matrix(node: dict) -> NDArray:
    if "matrix" in node:
        return np.array(node["matrix"], float).reshape(4, 4).T
    x, y, z, w = node.get("rotation", (0, 0, 0, 1))
    turn = np.array([
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ])  # fmt: skip
    out = np.eye(4)
    out[:3, :3] = turn * np.asarray(node.get("scale", (1, 1, 1)), float)
    out[:3, 3] = node.get("translation", (0, 0, 0))
    return out
