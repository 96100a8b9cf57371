"""Expressions proposed for a spoken line: what the panel and scripts share."""

from __future__ import annotations

import bpy
from bpy.types import Context, Scene

from ..ml.errors import UnderstudyError
from . import prefs
from .blocking import frame_rate
from .lipsync import marker_frame

TASK = "suggest"


def request(context: Context) -> dict:
    """Return the parameters of the task for the chosen line."""
    scene, machine = context.scene, prefs.find(context)
    settings = scene.understudy.lipsync
    row = settings.lines[settings.active_line]
    start = marker_frame(scene, row.marker) if row.marker else row.frame
    return {
        "line": row.text,
        "sound": bpy.path.abspath(row.sound),
        "start_frame": start,
        "language": row.code if row.language == "other" else row.language,
        "fps": frame_rate(scene),
        "device": machine.device if machine else "auto",
        "accelerator": bpy.path.abspath(machine.accelerator) if machine else "",
    }


def finish(scene: Scene, result: tuple[dict, dict]) -> dict:
    """List the proposals in the panel, and return the report."""
    meta, _ = result
    rows = scene.understudy.lipsync.proposals
    rows.clear()
    for rank, proposal in enumerate(meta["proposals"]):
        for entry in proposal["expressions"]:
            row = rows.add()
            row.name, row.rank, row.frame = entry["name"], rank, entry["frame"]
            row.seconds, row.clause = entry["seconds"], entry["clause"]
            row.amplitude, row.speed = entry["amplitude"], entry["speed"]
            row.score = entry["score"]
    scene.understudy.lipsync.active_proposal = 0
    return meta


def apply(scene: Scene, rank: int) -> int:
    """Add the ticked expressions of a proposal to the face's layers; return how many."""
    rows = [r for r in scene.understudy.lipsync.proposals if r.rank == rank and r.use]
    if not rows:
        raise UnderstudyError("No expression of this proposal is ticked: tick one, then apply")
    settings = scene.understudy.face
    for row in rows:
        layer = settings.layers.add()
        layer.name, layer.frame = row.name, row.frame
        layer.amplitude, layer.speed = row.amplitude, row.speed
    settings.active_layer = len(settings.layers) - 1
    return len(rows)


def take_back(scene: Scene, count: int) -> None:
    """Remove the layers that were added last."""
    layers = scene.understudy.face.layers
    for _ in range(count):
        layers.remove(len(layers) - 1)


def summary(report: dict) -> str:
    """Say in one sentence what is proposed first."""
    if not report["proposals"]:
        return "The line holds no words: nothing is proposed"
    names = [e["name"].replace("_", " ") for e in report["proposals"][0]["expressions"]]
    return f"Proposed: {', '.join(names)}"
