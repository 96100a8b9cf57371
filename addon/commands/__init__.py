"""The commands, one file a stage. Each has `add_to(stages)`, which returns its parser.

A command's parser sets `command`, a function of the parsed arguments. It raises `base.Usage`
where the arguments do not fit the file, and UnderstudyError where the work fails.
"""

from __future__ import annotations

import importlib
from types import ModuleType

COMMANDS = (
    "block",
    "face",
    "inbetween",
    "layout",
    "ledger",
    "lipsync",
    "operations",
    "playblast",
    "serve",
    "usd",
)
"""Names of the commands, and of their modules here."""


def modules(word: str = "") -> list[ModuleType]:
    """Return the module of one command, or of all where it is none of them.

    A task of a farm runs one command in a fresh Blender: it shall not wait for the others.
    """
    names = [word] if word in COMMANDS else COMMANDS
    return [importlib.import_module(f"{__name__}.{name}") for name in names]
