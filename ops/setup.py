"""Check what runs the networks on this machine."""

from __future__ import annotations

import bpy

from .base import JobOperator


class UNDERSTUDY_OT_check_setup(JobOperator, bpy.types.Operator):
    bl_idname = "understudy.check_setup"
    bl_label = "Check This Machine"
    bl_description = "Open every network, and say whether it is whole and what it runs on"
    bl_options = {"INTERNAL"}
    stage = "setup"

    _for_object = False

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if context.window_manager.understudy.title:
            cls.poll_message_set("Wait for the work under way, or cancel it")
            return False
        return True

    def _begin(self, context: bpy.types.Context, waits: bool) -> object:
        from ..addon import jobs, prefs

        machine = prefs.find(context)
        params = {
            "device": machine.device if machine else "auto",
            "accelerator": bpy.path.abspath(machine.accelerator) if machine else "",
        }
        return jobs.start("check", params, {})

    def _write(self, obj: bpy.types.Object | None, result: tuple) -> tuple[dict, str]:
        found = result[0]
        lines = [f"onnxruntime {found['report']['onnxruntime']}"]
        lines += [f"{n['name']}, {n['size_mb']} MB: {n['state']}" for n in found["networks"]]
        if not found["networks"]:
            lines.append("No networks are here: install the extension again")
        bpy.context.window_manager.understudy.setup = "\n".join(lines)
        state = found["networks"][-1]["state"] if found["networks"] else "none"
        return {"notes": [], "provider": state}, f"{len(found['networks'])} networks checked"


CLASSES = (UNDERSTUDY_OT_check_setup,)
