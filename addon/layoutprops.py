"""Settings of the layout tool on the scene, and the variants on the window."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, StringProperty


def _dragged(settings: UnderstudyLayout, use: str) -> None:
    """Set what a dragged slider stands for, and let the proposals that are shown follow it."""
    from . import layoutviews

    if not getattr(settings, use):
        setattr(settings, use, True)
    layoutviews.follow()


def _density_dragged(settings: UnderstudyLayout, _context: object) -> None:
    _dragged(settings, "use_density")


def _mood_dragged(settings: UnderstudyLayout, _context: object) -> None:
    _dragged(settings, "use_mood")


def style_items(_self: object, _context: object) -> list[tuple[str, str, str]]:
    """Return the camera styles; those of the file of styles come first."""
    return _styles()


def _styles() -> list[tuple[str, str, str]]:
    if not _FOUND:
        import json

        from .about import ROOT

        known = json.loads((ROOT / "ml" / "layout" / "directing.json").read_text("utf-8"))
        for name, style in known.items():
            if isinstance(style, dict):
                text = str(style.get("note") or style.get("about") or f"Shots as in {name}")
                _FOUND.append((name, name.replace("_", " ").title(), text))
    return _FOUND


_FOUND: list[tuple[str, str, str]] = []
"""Kept here because Blender does not keep the strings of a list that a function returns."""


KEPT_PARTS = (
    ("entrance", "Entrance", "What stands near the entrance"),
    ("left", "Left", "What stands on the left, seen from the entrance"),
    ("centre", "Centre", "What stands in the middle"),
    ("right", "Right", "What stands on the right, seen from the entrance"),
    ("back", "Back", "What stands at the far end"),
    ("above", "Above", "What hangs above people's heads"),
    ("room", "Room", "The walls, doors and windows, and no things"),
    ("lights", "Lights", "The lamps that no thing carries"),
    ("atmosphere", "Air", "Sky, fog and weather"),
    ("palette", "Colours", "Colours and materials"),
    ("shots", "Shots", "The cameras and their moves"),
)
"""Zones and parts of a layout as (name, label, description)."""


def _lock(name: str, what: str) -> object:
    return BoolProperty(
        name=name,
        description=f"Keep {what} of the layout in the scene for the next proposals",
        default=False,
    )


class UnderstudyLayout(bpy.types.PropertyGroup):
    """Settings of the layout tool, one set a scene."""

    prompt: StringProperty(
        name="Place",
        description="What the place is to be, in words. Join two with +: the first gives the "
        "place, the second its look",
        default="",
    )
    seed: IntProperty(
        name="Seed",
        description="The same words and seed give the same proposals",
        default=0,
        min=0,
        soft_max=1000,
    )
    variants: IntProperty(
        name="Variants",
        description="How many different layouts are proposed",
        default=6,
        min=1,
        max=24,
        soft_max=12,
    )
    use_density: BoolProperty(
        name="Set Density",
        description="Say how full the place is; else the words do",
        default=False,
    )
    density: FloatProperty(
        name="Density",
        description="0 is bare, 1 is full. Dragging it sets it, and proposals that are shown "
        "follow",
        default=0.5,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
        update=_density_dragged,
    )
    use_mood: BoolProperty(
        name="Set Mood",
        description="Say how dark or bright the place is; else the words do",
        default=False,
    )
    mood: FloatProperty(
        name="Mood",
        description="-1 is dark and cold, 1 is bright and warm. Dragging it sets it, and proposals "
        "that are shown follow",
        default=0.0,
        min=-1.0,
        max=1.0,
        subtype="FACTOR",
        update=_mood_dragged,
    )
    camera_style: EnumProperty(
        name="Camera Style",
        description="How the shots are chosen: sizes, lenses, moves and their length",
        items=style_items,
    )
    folder: StringProperty(
        name="Own Assets",
        description="Folder of your .blend, .glb, .fbx, .obj or .usd files, used before the "
        "built-in things",
        default="",
        subtype="DIR_PATH",
    )
    libraries: BoolProperty(
        name="Asset Libraries",
        description="Use what is marked as an asset in this file and in Blender's asset libraries",
        default=False,
    )
    use_world: BoolProperty(
        name="Set World",
        description="Give the scene the layout's sky; your own world is kept in the file",
        default=True,
    )
    lights_of: IntProperty(
        name="Lights of",
        description="Take light, air and sky of this variant when another is used; 0 for its own",
        default=0,
        min=0,
        max=24,
    )
    colours_of: IntProperty(
        name="Colours of",
        description="Take the colours of this variant when another is used; 0 for its own",
        default=0,
        min=0,
        max=24,
    )
    lock_room: _lock("Room", "walls, doors and windows")
    lock_items: _lock("Things", "everything that stands in it")
    lock_lights: _lock("Lights", "the lamps")
    lock_atmosphere: _lock("Air", "sky, fog and weather")
    lock_palette: _lock("Colours", "the colours")
    lock_shots: _lock("Shots", "the cameras")


class UnderstudyVariant(bpy.types.PropertyGroup):
    """One proposed layout, for as long as Blender runs."""

    data: StringProperty(
        name="Layout",
        description="The proposed layout, JSON",
        default="",
    )
    picture: IntProperty(
        name="Picture",
        description="Number of the thumbnail",
        default=0,
    )


class UnderstudyKeptPart(bpy.types.PropertyGroup):
    """A zone or part of a proposed layout that the next proposals keep."""

    part: EnumProperty(
        name="Part",
        description="What of the layout is kept",
        items=[(name, label, text) for name, label, text in KEPT_PARTS],
    )
    number: IntProperty(
        name="Variant",
        description="Which of the proposals gave it",
        default=1,
        min=1,
    )
    data: StringProperty(
        name="Layout",
        description="The layout that gives it, JSON",
        default="",
    )


CLASSES = (UnderstudyLayout, UnderstudyVariant, UnderstudyKeptPart)
