"""From keyed poses to in-betweens: what the panel, the preview and the command line share.

`request` reads the artist's curves, a job of `ml.inbetween` fills the gaps, and `finish` tries
the fitted keys on copies of the curves, adds some where Blender's own handles stray, and writes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import bpy
import numpy as np
from bpy.types import Context, Object, Scene
from numpy.typing import NDArray

from ..ml.errors import RigError
from ..ml.inbetween.settings import Settings
from ..ml.take import Take
from . import fcurves, prefs
from .curvecopy import scratch
from .fillread import STAGE, Reading, read
from .fillrefine import refine

TASK = "inbetween"


@dataclass(kw_only=True)
class Options(Settings):
    """How gaps are to be filled.

    Attributes
    ----------
    span : (first, last) scene frames
    bones : names, or None for every keyed bone
    device, accelerator, models : see `ml.runtime.Settings`
    """

    span: tuple[int, int]
    bones: list[str] | None = None
    device: str = "auto"
    accelerator: str = ""
    models: str = ""

    def params(self) -> dict:
        """Return the parameters of the job that do not come from the file."""
        left = ("span", "bones", "models")
        values = {k: v for k, v in asdict(self).items() if k not in left}
        return values | ({"models_dir": self.models} if self.models else {})


@dataclass
class Request:
    """What was read, ready for a job."""

    reading: Reading
    params: dict
    arrays: dict[str, NDArray]


def options_from(context: Context) -> Options:
    """Return what the panel says: selected bones in Pose Mode, else every keyed bone."""
    scene, machine = context.scene, prefs.find(context)
    settings = scene.understudy.inbetween
    if settings.use_range:
        span = (settings.range_start, settings.range_end)
    elif scene.use_preview_range:
        span = (scene.frame_preview_start, scene.frame_preview_end)
    else:
        span = (scene.frame_start, scene.frame_end)
    chosen = None
    if context.mode == "POSE" and settings.only_selected:
        chosen = [bone.name for bone in context.selected_pose_bones or ()] or None
    return Options(
        span=span,
        bones=chosen,
        strength=settings.strength,
        contact_hold=settings.contact_hold,
        smoothness=settings.smoothness,
        tolerance_deg=float(np.degrees(settings.tolerance)),
        tolerance_size=settings.tolerance_size / 100.0,
        variant=settings.variant,
        breakdown=settings.density == "breakdown",
        every_frame=settings.density == "every",
        align=settings.align,
        method=settings.method,
        device=machine.device if machine else "auto",
        accelerator=bpy.path.abspath(machine.accelerator) if machine else "",
    )


def request(scene: Scene, obj: Object, options: Options) -> Request:
    """Read the artist's curves; refuse early what would fail late."""
    if obj.type != "ARMATURE":
        raise RigError(f"{obj.name} is not an armature: choose a rig")
    reading = read(scene, obj, options.bones, options.span)
    params = reading.params | options.params() | {"notes": reading.notes}
    return Request(reading, params, reading.arrays)


def finish(obj: Object, asked: Request, result: tuple[dict, dict[str, NDArray]]) -> dict:
    """Write what the task made onto the rig, whole or not at all, and return the report."""
    meta, arrays = result
    take = Take.unpack(meta, {k: arrays[k] for k in ("keys", "confidence")})
    with scratch() as copy:
        fitted = refine(take, asked.reading, asked.params, arrays, copy)
    written = fcurves.write_take(obj, take)
    return _report(obj, asked, meta, take, written) | {"fitted": fitted}


def _report(obj: Object, asked: Request, meta: dict, take: Take, written: fcurves.Written) -> dict:
    driven = [t for t in asked.reading.tracks if t["driven"]]
    return {
        "stage": STAGE,
        "status": "done",
        "rig": obj.name,
        "action": obj.animation_data.action.name,
        "span": list(take.span),
        "bones": sorted({t["group"] for t in driven}),
        "curves": written.curves,
        "keys": written.keys,
        "keys_replaced": written.replaced,
        "keys_left_to_artist": written.yielded,
        "method": meta["method"],
        "provider": meta["provider"],
        "notes": take.notes,
        "provenance": {
            "models": take.provenance.models,
            "parameters": take.provenance.parameters,
            "seed": take.provenance.seed,
        },
    }


def summary(report: dict) -> str:
    """Say in one sentence what was done."""
    if not report["keys"]:
        text = f"Your own curves on {report['rig']} are what would be proposed: no key added"
    else:
        text = f"{report['keys']} keys on {len(report['bones'])} bones of {report['rig']}"
    if report["method"] == "plain":
        text += " (plain method, no network)"
    return text
