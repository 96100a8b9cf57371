"""The words of the interface in other languages: <language>.json, English to the other.

Blender looks up what a class or a property says by itself; `panels.base` does so for the sentences
that panels show, and `say` for those that operators tell.
"""

from __future__ import annotations

import json
from pathlib import Path

import bpy

from ..about import CONTEXT, PACKAGE

_CONTEXTS = ("*", "Operator", CONTEXT)  # names of operators are looked up in their own


def read() -> dict[str, dict[tuple[str, str], str]]:
    """Return what Blender asks for: language to (context, English) to the other."""
    found = {}
    for path in sorted(Path(__file__).parent.glob("*.json")):
        words = json.loads(path.read_text("utf-8"))
        found[path.stem] = {(c, en): other for en, other in words.items() for c in _CONTEXTS}
    return found


def say(text: str, /, **values: object) -> str:
    """Return a sentence for a person in the interface's language, with its {places} filled."""
    said = bpy.app.translations.pgettext_rpt(text)
    return said.format(**values) if values else said


def register() -> None:
    """Hand the words to Blender."""
    bpy.app.translations.register(PACKAGE, read())


def unregister() -> None:
    """Take them back."""
    bpy.app.translations.unregister(PACKAGE)
