"""Operators for programs: each operation of `addon.operations`, with typed arguments, no code.

    bpy.ops.understudy.run_inbetween(rig="Hero", first=1, last=48, strength=0.8)

Called, they block; invoked in a window, they run beside it, with progress and ESC, as the
buttons do. What came of it lies in `window_manager.understudy.report`, as JSON.
"""

from __future__ import annotations

import bpy

from ..addon.operations import OPERATIONS, Given, Operation, UnderstudyName, write_report
from ..addon.operations.arguments import of_operator
from ..ml.errors import UnderstudyError
from .base import StageOperator, is_idle, refuse, say_done


def _given(operator: bpy.types.Operator) -> Given:
    """Return the values that the call has set."""
    values, given = {}, operator.properties
    for argument in operator.operation.arguments:
        if given.is_property_set(argument.name):
            value = getattr(given, argument.name)
            values[argument.name] = of_operator(value, argument.schema())
    return Given(operator.operation, values)


class _Started(StageOperator):
    """Carries out a stage; `operation` says which."""

    bl_options = {"UNDO"}
    _for_object = False

    def _read(self, context: bpy.types.Context) -> object:
        given = _given(self)
        self._file = given.path("report_file")
        return self.operation.start(context, given)

    def _write(self, obj: bpy.types.ID, result: tuple) -> tuple[dict, str]:
        report, text = super()._write(obj, result)
        write_report(self._file, report)
        return report, text


class _Acted:
    """Does something at once; `operation` says what."""

    bl_options = {"REGISTER"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            given = _given(self)
            report = self.operation.act(context, given)
            write_report(given.path("report_file"), report)
        except UnderstudyError as exc:
            return refuse(self, context, exc)
        written = ", ".join(entry["path"] for entry in report["outputs"].values())
        return say_done(self, context, report, f"Written: {written}" if written else "Done")


def _operator(operation: Operation) -> type:
    """Return the operator class of an operation."""
    base = _Started if operation.start is not None else _Acted
    return type(
        f"UNDERSTUDY_OT_run_{operation.name}",
        (base, bpy.types.Operator),
        {
            "__module__": __name__,
            "__annotations__": {a.name: a.declared() for a in operation.arguments},
            "bl_idname": operation.operator,
            "bl_label": operation.title,
            "bl_description": operation.description,
            "operation": operation,
            "stage": _PANELS.get(operation.name, ""),
            "poll": classmethod(is_idle),
        },
    )


_PANELS = {"block": "blocking"} | {n: n for n in ("inbetween", "layout", "face", "lipsync")}
"""The panel that shows the progress and the outcome."""

CLASSES = (UnderstudyName, *map(_operator, OPERATIONS))
