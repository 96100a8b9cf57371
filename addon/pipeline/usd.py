"""The scene as USD layers through Blender's own exporter: what moves, and what stands.

Two layers, so that a department can hand over one without the other, and a root file that puts
them together. The open file is not changed.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import bpy
from bpy.types import Object, Scene

from ...ml.errors import UnderstudyError
from ..files import replace_with, write_atomically

SUFFIXES = (".usda", ".usdc", ".usd")
KINDS = ("animation", "layout", "shot")


def check(paths: dict[str, Path]) -> None:
    """Refuse names that `export` could not write to."""
    if not {"animation", "layout"} & paths.keys():
        raise UnderstudyError("nothing would be written: give animation, layout or both")
    for kind, path in paths.items():
        if path.suffix.lower() not in (SUFFIXES if kind != "shot" else (".usda",)):
            raise UnderstudyError(f"{kind}: {path.name} has another ending than a USD file's")
    if len(set(paths.values())) < len(paths):
        raise UnderstudyError("two layers name the same file")


def moves(obj: Object) -> bool:
    """Tell whether an object is animated, hangs on what is, or is bent by what is."""
    data = [obj, obj.data, getattr(obj.data, "shape_keys", None)]
    if any(_is_animated(owner) for owner in data) or obj.constraints:
        return True
    bent = [m.object for m in obj.modifiers if m.type == "ARMATURE" and m.object is not None]
    return any(moves(other) for other in [obj.parent, *bent] if other is not None)


def _is_animated(owner: object) -> bool:
    data = getattr(owner, "animation_data", None)
    if data is None:
        return False
    strips = any(len(track.strips) for track in data.nla_tracks)
    return data.action is not None or strips or len(data.drivers) > 0


def export(scene: Scene, paths: dict[str, Path]) -> dict[str, list[str]]:
    """Write the layers.

    Parameters
    ----------
    paths : any of "animation", "layout" and "shot", the root that has the other two as layers

    Returns
    -------
    dict
        The names of what went into each layer.

    Raises
    ------
    UnderstudyError
        This Blender knows no USD, or there is nothing to write; no file is written.
    """
    moving = [obj for obj in scene.objects if moves(obj)]
    standing = [obj for obj in scene.objects if obj not in moving]
    parts = {"animation": moving, "layout": standing}
    for kind, objects in parts.items():
        if kind in paths and not objects:
            raise UnderstudyError(f"Nothing in the scene is {_WORDS[kind]}: leave out --{kind}")
    if not bpy.app.build_options.usd:
        raise UnderstudyError(
            "This Blender was built without USD: use one from blender.org, or another exporter"
        )
    for kind, objects in parts.items():
        if kind in paths:
            _write(scene, objects, paths[kind], kind == "animation")
    if "shot" in paths:
        write_atomically(paths["shot"], _root(scene, paths))
    return {kind: [obj.name for obj in parts[kind]] for kind in parts if kind in paths}


_WORDS = {"animation": "animated", "layout": "standing still"}


def _write(scene: Scene, objects: list[Object], path: Path, animated: bool) -> None:
    # Textures stay where they are; 5.0 has no switch for it but the mode. One prim an object, so
    # that its name comes back: from 4.5.
    known = bpy.ops.wm.usd_export.get_rna_type().properties
    wanted = {"export_textures_mode": "KEEP", "export_textures": False, "merge_parent_xform": True}
    options = {name: value for name, value in wanted.items() if name in known}

    def write(beside: Path) -> None:
        done = bpy.ops.wm.usd_export(
            filepath=str(beside),
            check_existing=False,
            selected_objects_only=True,
            export_animation=animated,
            evaluation_mode="RENDER",
            **options,
        )
        if done != {"FINISHED"} or not beside.is_file():
            raise UnderstudyError(f"Blender wrote no USD file for {path}")

    with _selected(scene, objects):
        replace_with(path, write)


@contextlib.contextmanager
def _selected(scene: Scene, objects: list[Object]) -> Iterator[None]:
    """Have these objects, and no others, selected for a while."""
    layer = scene.view_layers[0]
    before = {obj: obj.select_get(view_layer=layer) for obj in layer.objects}
    wanted = set(objects)
    try:
        for obj in before:
            obj.select_set(obj in wanted, view_layer=layer)
        layer.update()
        yield
    finally:
        for obj, was in before.items():
            obj.select_set(was, view_layer=layer)


def _root(scene: Scene, paths: dict[str, Path]) -> str:
    """Return the file that puts the layers together; the first is the strongest."""
    folder = paths["shot"].parent
    layers = [
        f"@./{Path(os.path.relpath(paths[kind], folder)).as_posix()}@"
        for kind in ("animation", "layout")
        if kind in paths
    ]
    rate = scene.render.fps / scene.render.fps_base
    lines = [
        "#usda 1.0",
        "(",
        '    defaultPrim = "root"',
        f"    startTimeCode = {scene.frame_start}",
        f"    endTimeCode = {scene.frame_end}",
        f"    framesPerSecond = {rate:g}",
        f"    timeCodesPerSecond = {rate:g}",
        "    metersPerUnit = 1",
        '    upAxis = "Z"',
        f"    subLayers = [{', '.join(layers)}]",
        ")",
    ]
    return "\n".join(lines) + "\n"
