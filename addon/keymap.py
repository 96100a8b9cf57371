"""Shortcuts, off until the artist turns them on in Preferences › Keymap."""

from __future__ import annotations

import bpy

PIE = "UNDERSTUDY_MT_pie"
_KEYMAPS = (("3D View", "VIEW_3D"), ("Dopesheet", "DOPESHEET_EDITOR"))
_items: list[tuple[bpy.types.KeyMap, bpy.types.KeyMapItem]] = []


def register() -> None:
    """Offer the pie menu on Ctrl Alt U; without a window there are no keymaps."""
    keyconfig = bpy.context.window_manager.keyconfigs.addon
    if keyconfig is None:
        return
    for name, space in _KEYMAPS:
        keymap = keyconfig.keymaps.new(name=name, space_type=space)
        item = keymap.keymap_items.new("wm.call_menu_pie", "U", "PRESS", ctrl=True, alt=True)
        item.properties.name = PIE
        item.active = False
        _items.append((keymap, item))


def unregister() -> None:
    """Take the shortcuts away."""
    while _items:
        keymap, item = _items.pop()
        keymap.keymap_items.remove(item)
