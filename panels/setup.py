"""What runs the networks on this machine."""

from __future__ import annotations

import bpy

from ..addon import prefs
from .base import SidebarPanel, column, draw_run, hint, lines


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
        if run.provider:
            text = "Last ran on {provider}"
            lines(self.layout, text, width, icon="MEMORY", provider=run.provider)
        elif not run.title:
            hint(self.layout, "See what runs the networks here, and why it is not the GPU", width)
        if len(run.networks):
            self._draw_networks(run, width)
        self.layout.separator()
        self.layout.operator("understudy.open_example", icon="ARMATURE_DATA")

    def _draw_networks(self, run: object, width: int) -> None:
        box = self.layout.box().column(align=True)
        box.label(text=run.setup)
        for network in run.networks:
            row = box.row()
            row.label(text=network.name, icon="CHECKMARK" if network.good else "ERROR")
            side = row.row()
            side.alignment = "RIGHT"
            side.label(text=f"{network.size:.1f} MB  {network.licence}")
            if not network.good:
                lines(box, network.state, width)


CLASSES = (UNDERSTUDY_PT_setup,)
