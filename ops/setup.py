"""Check what runs the networks on this machine, and show the tools on an example."""

from __future__ import annotations

import bpy

from ..addon.translations import say
from .base import JobOperator, is_idle, relay


class UNDERSTUDY_OT_check_setup(JobOperator, bpy.types.Operator):
    bl_idname = "understudy.check_setup"
    bl_label = "Check This Machine"
    bl_description = "Open every network, and say whether it is whole and what it runs on"
    bl_options = {"INTERNAL"}
    stage = "setup"

    _for_object = False

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return is_idle(cls, context)

    def _begin(self, context: bpy.types.Context, waits: bool) -> object:
        from ..addon import jobs, prefs

        machine = prefs.find(context)
        params = {
            "device": machine.device if machine else "auto",
            "accelerator": bpy.path.abspath(machine.accelerator) if machine else "",
        }
        return jobs.start("check", params, {})

    def _write(self, obj: bpy.types.Object | None, result: tuple) -> tuple[dict, str]:
        report, found = result[0]["report"], result[0]["networks"]
        run = bpy.context.window_manager.understudy
        run.networks.clear()
        for network in found:
            item = run.networks.add()
            item.name, item.size = network["name"], network["size_mb"]
            item.licence, item.good = network["licence"], network["good"]
            item.state = network["state"]
        run.setup = f"onnxruntime {report['onnxruntime']}"
        bad = sum(not network["good"] for network in found)
        if not found:
            text = "No networks are here: install the extension again"
        elif bad:
            text = f"{bad} of {len(found)} networks cannot be used: see below what is wrong"
        else:
            text = f"{len(found)} networks are whole and open"
        return {"notes": [], "provider": found[-1]["state"] if found else "none"}, text


def _frame(context: bpy.types.Context) -> None:
    """Let the window's 3D views show all of the scene."""
    for area in context.window.screen.areas if context.window else ():
        if area.type == "VIEW_3D":
            region = next(r for r in area.regions if r.type == "WINDOW")
            with context.temp_override(area=area, region=region):
                bpy.ops.view3d.view_all()


class UNDERSTUDY_OT_open_example(bpy.types.Operator):
    bl_idname = "understudy.open_example"
    bl_label = "Open Example"
    bl_description = (
        "Add a scene with a head to try faces on, and a small figure whose leap is keyed in five "
        "poses, and fill the frames between them; your own scene stays as it is"
    )
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not is_idle(cls, context):
            return False
        if context.mode != "OBJECT":
            cls.poll_message_set(say("Go back to Object Mode first"))
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..addon import example

        example.build(context)
        _frame(context)
        try:
            ended = bpy.ops.understudy.fill_inbetweens()
        except RuntimeError as exc:
            return relay(self, exc)
        if ended == {"FINISHED"}:
            self.report({"INFO"}, "Play it (Space), then change the sliders and fill again")
        return ended


CLASSES = (UNDERSTUDY_OT_check_setup, UNDERSTUDY_OT_open_example)
