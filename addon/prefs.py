"""What belongs to the machine, not to a file: the accelerator and the device."""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty, StringProperty

from .about import PACKAGE

DEVICES = (
    ("auto", "Automatic", "Use the graphics card where one can be used, else the processor"),
    ("cpu", "Processor", "Use the processor only"),
    ("cuda", "NVIDIA graphics card", "Use the graphics card; needs the accelerator folder"),
)


class UnderstudyPreferences(bpy.types.AddonPreferences):
    """The extension's preferences."""

    bl_idname = PACKAGE

    device: EnumProperty(
        name="Device",
        description="What runs the networks",
        items=DEVICES,
        default="auto",
    )
    accelerator: StringProperty(
        name="Accelerator Folder",
        description=(
            "Folder of Python packages that holds onnxruntime-gpu and NVIDIA's libraries; "
            "empty to use what comes with the extension"
        ),
        default="",
        subtype="DIR_PATH",
    )

    def draw(self, _context: bpy.types.Context) -> None:
        """Show the preferences."""
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "device")
        layout.prop(self, "accelerator")


def find(context: bpy.types.Context) -> UnderstudyPreferences | None:
    """Return the preferences; None where the code runs without being enabled."""
    entry = context.preferences.addons.get(PACKAGE)
    return entry.preferences if entry else None


CLASSES = (UnderstudyPreferences,)
