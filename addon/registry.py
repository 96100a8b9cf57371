"""Registers the extension with Blender: all or nothing, and undone in exact reverse."""

from __future__ import annotations

import contextlib
import os
import sys

import bpy

from .. import ops, panels
from . import keymap, prefs, props, strip, translations

NAME = "understudy"

# Property groups first: other classes point at them.
_CLASSES = (*props.CLASSES, *prefs.CLASSES, *ops.CLASSES, *panels.CLASSES)
_HERE = os.path.dirname(__file__)  # its folder "presets" holds those that come with us
_MENUS = (bpy.types.VIEW3D_MT_object, bpy.types.VIEW3D_MT_pose)
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
        stack.callback(_stop_work)
        strip.register()
        stack.callback(strip.unregister)
        if hasattr(bpy.utils, "register_preset_path"):
            bpy.utils.register_preset_path(_HERE)
            stack.callback(bpy.utils.unregister_preset_path, _HERE)
        for menu in _MENUS:
            menu.append(panels.menus.draw_entry)
            stack.callback(menu.remove, panels.menus.draw_entry)
        translations.register()
        stack.callback(translations.unregister)
        keymap.register()
        stack.callback(keymap.unregister)
        command = bpy.utils.register_cli_command(NAME, _command)
        stack.callback(bpy.utils.unregister_cli_command, command)
        _teardown = stack.pop_all()


def _stop_work() -> None:
    """Stop what is running: Blender does not tell a modal operator that its class goes."""
    jobs = sys.modules.get(f"{__package__}.jobs")
    if jobs is not None:  # it is imported with the first work
        jobs.cancel_all()
    views = sys.modules.get(f"{__package__}.layoutviews")
    if views is not None:
        views.clear()
    manager = bpy.context.window_manager
    manager.progress_end()
    run = getattr(manager, NAME)
    for prop in run.bl_rna.properties:
        if not prop.is_readonly:
            run.property_unset(prop.identifier)


def unregister() -> None:
    """Undo `register`, newest first."""
    _teardown.close()
