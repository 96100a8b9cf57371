"""Kinds of properties that several settings have: what is equal has equal bounds."""

from __future__ import annotations

import bpy
from bpy.props import FloatProperty, IntProperty, StringProperty

# From 4.5 a path says whether it may begin with "//", the folder of the .blend file.
_PATH = "PATH_SUPPORTS_BLEND_RELATIVE"
_RELATIVE = (
    {_PATH} if "is_path_supports_blend_relative" in bpy.types.Property.bl_rna.properties else set()
)


def path(name: str, description: str, **words: object) -> object:
    """Return a path of a file or a folder, empty at first."""
    words |= {"subtype": "FILE_PATH", "options": _RELATIVE}
    return StringProperty(name=name, description=description, default="", **words)


def text(name: str, description: str, **words: object) -> object:
    """Return a text, empty at first."""
    return StringProperty(name=name, description=description, default="", **words)


def frame(name: str, description: str, default: int = 1) -> object:
    """Return a whole scene frame."""
    bounds = {"min": -1048574, "max": 1048574, "soft_min": 0, "soft_max": 1000}
    words = {"name": name, "description": description, "default": default}
    return IntProperty(**words, **bounds, subtype="TIME")


def moment(name: str, description: str, default: float = 1.0) -> object:
    """Return a scene frame that need not be whole."""
    words = {"name": name, "description": description, "default": default}
    return FloatProperty(**words, min=-1e6, max=1e6)


def share(name: str, description: str, default: float = 0.0, **words: object) -> object:
    """Return a share, 0 to 1."""
    words |= {"name": name, "description": description, "default": default}
    return FloatProperty(**words, min=0.0, max=1.0, subtype="FACTOR")


def times(
    name: str, description: str, least: float = 0.0, most: float = 10.0, usual: float = 2.0
) -> object:
    """Return how many times of what it is at 1; sliders end at `usual`."""
    words = {"name": name, "description": description, "default": 1.0}
    return FloatProperty(**words, min=least, max=most, soft_max=usual)


def chosen(name: str, description: str) -> object:
    """Return which row of a list is chosen."""
    return IntProperty(name=name, description=description, default=0, min=0)
