"""Registers the extension with Blender: all or nothing, and undone in exact reverse."""

from __future__ import annotations

import contextlib

import bpy

from .. import ops, panels
from . import prefs, props

NAME = "understudy"

# Property groups first: other classes point at them.
_CLASSES = (*props.CLASSES, *prefs.CLASSES, *ops.CLASSES, *panels.CLASSES)
_teardown = contextlib.ExitStack()


def _command(argv: list[str]) -> int:
    """Run `blender --command understudy`, whose parts are loaded only then."""
    from . import cli

    return cli.main(argv)


def register() -> None:
    """Register all or nothing: a failure half-way undoes what was done."""
    global _teardown
    with contextlib.ExitStack() as stack:
        for cls in _CLASSES:
            bpy.utils.register_class(cls)
            stack.callback(bpy.utils.unregister_class, cls)
        for owner, pointer in props.POINTERS:
            setattr(owner, NAME, pointer)
            stack.callback(delattr, owner, NAME)
        command = bpy.utils.register_cli_command(NAME, _command)
        stack.callback(bpy.utils.unregister_cli_command, command)
        _teardown = stack.pop_all()


def unregister() -> None:
    """Undo `register`, newest first."""
    _teardown.close()
