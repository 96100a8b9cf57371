"""What scripts and other programs call with typed values, no code: film, layers, who made what.

What does the work is imported when it is used, so that enabling the extension stays fast.
"""

from __future__ import annotations

import json
from pathlib import Path

import bpy

from ..ml.errors import UnderstudyError


class _Writes:
    """What the operators that write one file share."""

    bl_options = {"REGISTER"}

    filepath: bpy.props.StringProperty(
        name="File", description="File to write, whole or not at all", subtype="FILE_PATH"
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..addon.files import check_writable

        if not self.filepath:
            self.report({"ERROR"}, "No file is named: give filepath")
            return {"CANCELLED"}
        path = Path(bpy.path.abspath(self.filepath)).absolute()
        try:
            check_writable(path)
            self.report({"INFO"}, self._write(context, path))
        except UnderstudyError as exc:
            self.report({"ERROR"}, str(exc))
            return {"CANCELLED"}
        return {"FINISHED"}


class UNDERSTUDY_OT_film_playblast(_Writes, bpy.types.Operator):
    bl_idname = "understudy.film_playblast"
    bl_label = "Film Playblast"
    bl_description = "Film the scene to an .mp4 file, small and fast"

    width: bpy.props.IntProperty(
        name="Width",
        description="Width of the film in pixels",
        default=640,
        min=16,
        max=8192,
        step=2,
    )
    height: bpy.props.IntProperty(
        name="Height",
        description="Height of the film in pixels",
        default=360,
        min=16,
        max=8192,
        step=2,
    )
    pace: bpy.props.IntProperty(
        name="Pace", description="Film every so many frames only", default=1, min=1, max=1000
    )

    def _write(self, context: bpy.types.Context, path: Path) -> str:
        from ..addon.pipeline import film
        from ..ml.progress import run

        size = (self.width // 2 * 2, self.height // 2 * 2)  # H.264 takes even numbers only
        made = run(film.film(context.scene, film.Options(size=size, pace=self.pace), path))
        return f"{made['frames']} pictures by {made['camera']}"


class UNDERSTUDY_OT_report_authorship(_Writes, bpy.types.Operator):
    bl_idname = "understudy.report_authorship"
    bl_label = "Report Who Made What"
    bl_description = "Write a JSON file that says of the whole file who made which keys"

    def _write(self, _context: bpy.types.Context, path: Path) -> str:
        from ..addon.files import write_atomically
        from ..addon.pipeline import authorship

        record = authorship.report()
        write_atomically(path, json.dumps(record, indent=2) + "\n")
        return f"{len(record['characters'])} animated things reported"


CLASSES = (UNDERSTUDY_OT_film_playblast, UNDERSTUDY_OT_report_authorship)
