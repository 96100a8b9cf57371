"""What runs the networks on this machine."""

from __future__ import annotations

import bpy

from ..addon import prefs
from .base import SidebarPanel, column, draw_run, lines


class UNDERSTUDY_PT_setup(SidebarPanel, bpy.types.Panel):
    bl_idname = "UNDERSTUDY_PT_setup"
    bl_label = "Setup"
    bl_options = {"DEFAULT_CLOSED"}
    bl_order = 30

    def draw(self, context: bpy.types.Context) -> None:
        machine = prefs.find(context)
        col = column(self.layout)
        if machine is None:
            col.label(text="Enable the extension in the Preferences", icon="INFO")
            return
        col.prop(machine, "device")
        col.prop(machine, "accelerator")
        button = draw_run(self.layout, context, "setup")
        if button is not None:
            button.operator("understudy.check_setup", icon="CHECKMARK")
        run, width = context.window_manager.understudy, context.region.width
        if run.setup:
            lines(self.layout, run.setup, width, icon="INFO")
        elif run.provider:
            lines(self.layout, f"Last ran on {run.provider}", width, icon="INFO")


CLASSES = (UNDERSTUDY_PT_setup,)
