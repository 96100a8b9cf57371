"""How each operation is carried out: what a call has given becomes a stage's options.

What does the work is imported when it is used, so that enabling the extension stays fast.
"""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy.types import Context, Object

from ...ml.errors import UnderstudyError
from .operation import Given


def find(obj_name: str | None, active: Object | None, kind: str) -> Object:
    """Return the object of a name, else the active one, else the only one that will do.

    Parameters
    ----------
    kind : "rig" or "face"

    Raises
    ------
    UnderstudyError
        There is none, or more than one.
    """
    from ..commands import base, face

    fits = ("ARMATURE",) if kind == "rig" else ("ARMATURE", "MESH")
    if obj_name is None and active is not None and active.type in fits:
        return active
    try:
        return base.find_rig(obj_name) if kind == "rig" else face.find_face(obj_name)
    except base.Usage as exc:
        raise UnderstudyError(str(exc)) from exc


def _start_frame(given: Given, scene: bpy.types.Scene) -> int:
    return given.get("start_frame", scene.frame_start)


def block(context: Context, given: Given) -> object:
    from .. import blocking, work

    scene = context.scene
    rig = find(given.get("rig"), context.object, "rig")
    with given.settings(scene):
        options = given.machine(blocking.options_from(context))
    options.seed = given.get("seed", 0)
    if not given.get("use_panel"):
        options.frames = None
        options.frame_start = _start_frame(given, scene)
    elif "start_frame" in given:
        options.frame_start = given.get("start_frame")
    if "frames" in given:
        words = given.get("frames").split()
        if not all(word.lstrip("-").isdecimal() for word in words):
            raise UnderstudyError("block: frames are whole numbers with blanks between")
        options.frames = tuple(map(int, words))
    return work.block(scene, rig, options)


def inbetween(context: Context, given: Given) -> object:
    from .. import inbetween, work

    scene = context.scene
    rig = find(given.get("rig"), context.object, "rig")
    with given.settings(scene):
        options = given.machine(inbetween.options_from(context))
    first, last = options.span
    if not given.get("use_panel"):
        first, last = scene.frame_start, scene.frame_end
        options.bones = None
    options.span = (given.get("first", first), given.get("last", last))
    if "seed" in given:
        options.seed = given.get("seed")
    if given.get("bones"):
        options.bones = [row["name"] for row in given.get("bones")]
    return work.fill(scene, rig, options)


def face(context: Context, given: Given) -> object:
    from ...ml.face.edit import Layer
    from .. import face, work

    sources = [n for n in ("video", "recording", "kept", "expression") if n in given]
    if len(sources) > 1 or (not sources and not given.get("layers")):
        raise UnderstudyError(
            "face takes exactly one of video, recording, kept and expression, or layers alone"
        )
    scene, again = context.scene, not {"video", "recording"} & set(sources)
    obj = find(given.get("mesh"), context.object, "face")
    with given.settings(scene):
        options = given.machine(face.options_from(context, again=again))
    options.kept = given.get("kept")
    if "start_frame" in given or not again:
        options.frame_start = _start_frame(given, scene)
    elif options.kept is None:
        options.frame_start = scene.frame_start
    if "expression" in given:
        size, speed = given.get("amplitude", 1.0), given.get("speed", 1.0)
        options.edit.layers.append(Layer(given.get("expression"), 0.0, size, speed))
    return work.perform(scene, obj, options)


def lipsync(context: Context, given: Given) -> object:
    from .. import lipsync, work

    scene = context.scene
    obj = find(given.get("mesh"), context.object, "face")
    with given.settings(scene):
        options = given.machine(lipsync.options_from(context))
    if "sound" in given:
        frame = given.get("frame", scene.frame_start)
        if "marker" in given:
            frame = lipsync.marker_frame(scene, given.get("marker"))
        language = given.get("language", "en-us")
        language = given.get("code", "") if language == "other" else language
        sound, text = Path(given.path("sound")), given.get("text", "")
        options.lines.append(lipsync.Line(sound, text, language, frame))
    return work.speak(scene, obj, options)


def layout(context: Context, given: Given) -> object:
    from .. import layout, work

    scene, parts = context.scene, {}
    if context.mode != "OBJECT":
        raise UnderstudyError("Leave edit or pose mode first")
    with given.settings(scene):
        options = given.machine(layout.options_from(context))
        settings = scene.understudy.layout
        if settings.lights_of:
            parts |= dict.fromkeys(("lights", "atmosphere"), settings.lights_of - 1)
        if settings.colours_of:
            parts["palette"] = settings.colours_of - 1
    options.keep = [layout.part_of(w, options.variants) for w in given.get("keep", "").split()]
    options.reroll = given.get("reroll")
    return work.lay_out(scene, options, given.get("pick", 1) - 1, parts)


def playblast(context: Context, given: Given) -> dict:
    from .. import api
    from ..pipeline import film

    scene = context.scene
    span = (given.get("first", scene.frame_start), given.get("last", scene.frame_end))
    # H.264 takes even numbers only.
    size = tuple(given.get(k, d) // 2 * 2 for k, d in (("width", 640), ("height", 360)))
    own = film.Options(size, span)
    options = {k: given.get(k, getattr(own, k)) for k in ("pace", "camera", "engine", "note")}
    return api.film(given.path("film"), size=size, span=span, **options)


def usd(_context: Context, given: Given) -> dict:
    from .. import api
    from ..pipeline import usd

    return api.layers(**{k: given.path(f"{k}_file") or None for k in usd.KINDS})


def authorship(_context: Context, given: Given) -> dict:
    from .. import api

    only = find(given.get("rig"), None, "rig") if "rig" in given else None
    return api.report_authorship(only, text=given.path("text") or None)
