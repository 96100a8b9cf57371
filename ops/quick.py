"""What operators share whose work is done at once: they say what they did, or why they could not.

What takes longer is run by `base.JobOperator`.
"""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy.props import StringProperty

from ..ml.errors import UnderstudyError


class QuickOperator:
    """One that does its work, and says so."""

    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            said = self.work(context)
        except UnderstudyError as exc:
            self.report({"ERROR"}, str(exc))
            return {"CANCELLED"}
        self.report({"INFO"}, said)
        return {"FINISHED"}

    def work(self, context: bpy.types.Context) -> str:
        """Do it, and say what was done."""
        raise NotImplementedError


class JsonFileOperator(QuickOperator):
    """One that asks for a JSON file first."""

    filepath: StringProperty(
        name="File", description="The JSON file to read or write", default="", subtype="FILE_PATH"
    )
    filter_glob: StringProperty(
        name="Filter", description="Files that are shown", default="*.json", options={"HIDDEN"}
    )

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def path(self) -> Path:
        """Return the chosen file, with its ending."""
        path = Path(bpy.path.abspath(self.filepath))
        return path if path.suffix else path.with_suffix(".json")
