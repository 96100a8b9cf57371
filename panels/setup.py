"""What runs the networks on this machine."""

from __future__ import annotations

import bpy

from ..addon import prefs
from .base import SidebarPanel, column, draw_run, hint, lines, say

_PROVIDERS = {
    "CPUExecutionProvider": "the processor (CPU)",
    "CUDAExecutionProvider": "the graphics card (CUDA)",
    "DmlExecutionProvider": "the graphics card (DirectML)",
    "CoreMLExecutionProvider": "Apple's CoreML",
}


def _plain(provider: str) -> str:
    """Return what ran the networks, and why, in words that are not onnxruntime's own."""
    name, space, why = provider.partition(" ")
    return say(_PROVIDERS.get(name, name)) + space + why


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
        col.prop(machine, "accelerator", text="Accelerator")
        button = draw_run(self.layout, context, "setup")
        if button is not None:
            button.operator("understudy.check_setup", icon="CHECKMARK")
        run, width = context.window_manager.understudy, context.region.width
        if run.provider:
            text = "Last ran on {provider}"
            lines(self.layout, text, width, icon="MEMORY", provider=_plain(run.provider))
        elif not run.title:
            hint(self.layout, "See what runs the networks here, and why it is not the GPU", width)
        if len(run.networks):
            self._draw_networks(run, width)
        self.layout.separator()
        self.layout.operator("understudy.open_example", icon="ARMATURE_DATA")

    def _draw_networks(self, run: object, width: int) -> None:
        box = self.layout.box().column(align=True)
        box.label(text=run.setup, translate=False)
        for licence in sorted({network.licence for network in run.networks}):
            box.separator()
            box.label(text=licence, icon="TEXT", translate=False)
            for network in (n for n in run.networks if n.licence == licence):
                row = box.row()
                icon = "CHECKMARK" if network.good else "ERROR"
                row.label(text=network.name, icon=icon, translate=False)
                side = row.row()
                side.alignment = "RIGHT"
                side.label(text=f"{max(network.size, 0.1):.1f} MB", translate=False)
                if not network.good:
                    lines(box, network.state, width)


CLASSES = (UNDERSTUDY_PT_setup,)
