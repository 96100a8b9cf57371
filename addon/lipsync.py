"""From recorded lines to a character's mouth: what the panel and the command line share.

`request` reads the rig and the lines, a job of `ml.face.lipsync` listens and makes the Takes, and
`finish` writes them on mouth and jaw, keeps the performance with the scene, and puts the sounds
into the sequencer.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path

import bpy
import numpy as np
from bpy.types import Context, Object, Scene
from numpy.typing import NDArray

from ..ml import digest
from ..ml.errors import RigError, UnderstudyError
from ..ml.face.facemap import FaceMap, some
from ..ml.face.facerig import Writing
from ..ml.face.performance import REGIONS
from ..ml.take import Provenance
from . import face, facemaps, facerig, fcurves, ledger, prefs
from .blocking import LEFT_OUT, frame_rate
from .checks import check_action, check_owner
from .faceperformances import Kept, find, keep
from .translations import say

TASK = "lipsync"
STAGE = "lipsync"
SPOKEN = ("mouth", "jaw")
"""Those of `ml.face.lipsync.SPOKEN`, which is not loaded when a panel is drawn."""

_BASE = "base."
_WAVE = (b"RIFF", b"RF64")
_STRIP = "understudy_line"
_RATE = 48000
_LONGEST_S = 1800


@dataclass
class Line:
    """One recorded line.

    Attributes
    ----------
    sound : path of the recording
    text : what is said; "" to go by the sound alone
    language : espeak-ng's code
    frame : scene frame at which the sound begins
    """

    sound: Path
    text: str = ""
    language: str = "en-us"
    frame: int = 1


@dataclass
class Options:
    """What is said, and how; the sliders are those of `ml.face.visemes.Style`.

    Attributes
    ----------
    lines : list of Line
    dub : name of the kept performance whose mouth is replaced, or ""
    face_map : the map to use; None for the character's own, or one found by itself
    add_strip : whether the sounds are put into the sequencer
    tolerance, every_frame : as in `ml.face.facerig.Writing`
    """

    lines: list[Line]
    jaw: float = 1.0
    lips: float = 1.0
    precision: float = 1.0
    dub: str = ""
    face_map: FaceMap | None = None
    add_strip: bool = False
    tolerance: float = 0.01
    every_frame: bool = False
    device: str = "auto"
    accelerator: str = ""
    models: str = ""


@dataclass
class Asked:
    """What `request` found out, and `finish` needs.

    Attributes
    ----------
    params, arrays : the task's request
    options : Options
    start : scene frame of the performance's first sample
    sources : name to path of each sound
    face_map : the part of the map that moves mouth and jaw
    notes : sentences for the person
    """

    params: dict
    arrays: dict[str, NDArray]
    options: Options
    start: int
    sources: dict[str, Path]
    face_map: FaceMap
    notes: list[str] = field(default_factory=list)


def options_from(context: Context) -> Options:
    """Return what the panel says."""
    scene, machine = context.scene, prefs.find(context)
    settings = scene.understudy.lipsync
    lines = [
        Line(
            _sound(row.sound),
            row.text,
            row.code if row.language == "other" else row.language,
            marker_frame(scene, row.marker) if row.marker else row.frame,
        )
        for row in settings.lines
    ]
    kept = scene.understudy.face.performances
    return Options(
        lines=lines,
        jaw=settings.jaw,
        lips=settings.lips,
        precision=settings.precision,
        dub=settings.dub if settings.dub in kept else "",
        add_strip=settings.add_strip,
        tolerance=settings.tolerance,
        every_frame=settings.every_frame,
        device=machine.device if machine else "auto",
        accelerator=bpy.path.abspath(machine.accelerator) if machine else "",
    )


def _sound(path: str) -> Path:
    if not path:
        raise UnderstudyError("A line has no sound: choose its recording, or remove the line")
    return Path(bpy.path.abspath(path))


def marker_frame(scene: Scene, name: str) -> int:
    """Return the frame of a timeline marker.

    Raises
    ------
    UnderstudyError
        There is none of this name.
    """
    marker = scene.timeline_markers.get(name)
    if marker is None:
        known = ", ".join(repr(m.name) for m in scene.timeline_markers) or "there are none"
        raise UnderstudyError(f"No timeline marker is named {name!r}; markers: {known}")
    return marker.frame


def request(scene: Scene, obj: Object, options: Options) -> Asked:
    """Return what the job needs; refuse early what would fail late."""
    if not options.lines:
        raise UnderstudyError("There is no line to speak: add one, and choose its recording")
    notes: list[str] = []
    found, links, rig = _mouth(obj, options, notes)
    fps = frame_rate(scene)
    lines, arrays, sources = _lines(options, fps)
    start = min(line.frame for line in options.lines)
    inputs = {name: digest.of_files([path]) for name, path in sources.items()}
    models, base = {}, None
    if options.dub:
        kept = find(scene, options.dub)
        base, values = kept.performance.pack()
        arrays |= {_BASE + name: array for name, array in values.items()}
        models, inputs = dict(kept.models), {**kept.inputs, **inputs}
        notes += _dub_notes(kept, start)
    sliders = {name: getattr(options, name) for name in ("jaw", "lips", "precision")}
    shaped = sliders | {
        "lines": [{k: line[k] for k in ("name", "text", "language", "start_s")} for line in lines],
        "dub": options.dub,
        "tolerance": options.tolerance,
        "every_frame": options.every_frame,
    }
    first = min(start, kept.start) if options.dub else start
    writing = Writing(first, fps, options.tolerance, options.every_frame, head=False, eyes=False)
    params = sliders | {
        "lines": lines,
        "fps": fps,
        "base": base,
        "base_start_s": kept.start / fps if options.dub else 0.0,
        "capture": None,
        "map": links.to_json(),
        "rig": rig.pack(),
        "writing": asdict(writing),
        "provenance": asdict(Provenance(STAGE, models, inputs, shaped)),
        "device": options.device,
        "accelerator": options.accelerator,
        **({"models_dir": options.models} if options.models else {}),
    }
    return Asked(params, arrays, options, first, sources, links, [*notes, *found.notes])


def _mouth(
    obj: Object, options: Options, notes: list[str]
) -> tuple[facerig.Face, FaceMap, facerig.FaceRig]:
    """Return the face, the part of its map that speaks, and its rig."""
    found = facerig.find_face(obj)
    own = options.face_map
    if own is not None:
        here, _ = facerig.shape_controls(found)
        prefer = [o.name for o in (*found.meshes, found.armature) if o is not None]
        own = facemaps.renamed(own, [*here, *facerig.bone_controls_there(found)], prefer)
    links = own or face.face_map_of(found, notes)
    found.notes.clear()
    spoken = {name for region in SPOKEN for name in REGIONS[region]}
    part = FaceMap(
        [link for link in links.links if link.expression in spoken],
        {k: v for k, v in links.quality.items() if k in spoken},
        {k: v for k, v in links.method.items() if k in spoken},
        links.notes,
    )
    if not part.links:
        raise RigError(
            f"The face map of {obj.name} moves no mouth: add the mouth's lines to it, or find it "
            "anew (Face Map)"
        )
    rig = facerig.read_rig(found, facemaps.bone_controls(part))
    part = face.usable(part, rig, found, strict=own is not None)
    for owner in face.owners_of(found):
        check_owner(owner)
        check_action(owner)
    return found, part, rig


def _lines(options: Options, fps: float) -> tuple[list[dict], dict[str, NDArray], dict[str, Path]]:
    """Return the lines as the task takes them, the sounds that are no wave files, and all paths."""
    lines, arrays, sources = [], {}, {}
    for i, line in enumerate(options.lines):
        path = line.sound.absolute()
        if not path.is_file():
            raise UnderstudyError(f"The sound {path} is not there: choose the line's recording")
        name = path.name
        if sources.get(name, path) != path:
            name = f"{path.parent.name}/{path.name}"
        sources[name] = path
        with path.open("rb") as file:
            wave = file.read(4) in _WAVE
        if not wave:
            arrays[f"samples_{i}"], arrays[f"rate_{i}"] = _decode(path)
        lines.append(
            {
                "path": str(path),
                "name": name,
                "text": line.text,
                "language": line.language,
                "start_s": line.frame / fps,
            }
        )
    return lines, arrays, sources


def _decode(path: Path) -> tuple[NDArray, NDArray]:
    """Return the samples and the rate of whatever Blender can play, such as mp3, ogg or mp4."""
    import aud

    try:
        sound = aud.Sound.file(str(path))
        sound.specs  # noqa: B018 - raises; what follows ends Blender 4.5 on a file it cannot read
        sound = sound.limit(0, _LONGEST_S + 1).rechannel(1).resample(_RATE, 2)
        samples = np.asarray(sound.data(), np.float32).reshape(-1)
    except aud.error as exc:
        raise UnderstudyError(
            f"{path.name} holds no sound that Blender can play ({exc}): save it as WAV"
        ) from exc
    if not len(samples):
        raise UnderstudyError(f"{path.name} holds no sound: choose the line's recording")
    return samples, np.array(_RATE)


def _dub_notes(kept: Kept, start: int) -> list[str]:
    if start < kept.start:
        return ["A line begins before the dubbed performance: its first face is held until then"]
    return []


def finish(scene: Scene, obj: Object, asked: Asked, result: tuple[dict, dict]) -> dict:
    """Write the Takes, whole or not at all, keep the performance, and return the report."""
    from ..ml.face.stage import unpacked

    meta, arrays = result
    takes, performance = unpacked(meta, arrays)
    pairs = [(face.block_of(owner, block), take) for (owner, block), take in takes.items()]
    written = fcurves.write_takes(pairs)
    found, options = pairs[0][1].provenance, asked.options
    name = ", ".join(asked.sources)
    name = f"{options.dub} + {name}" if options.dub else name
    keep(scene, name, Kept(performance, asked.start, found.models, found.inputs))
    if options.add_strip:
        add_strips(scene, options.lines)
    spoken = {n for region in SPOKEN for n in REGIONS[region]}
    lacking = [n for n in meta["unmapped"] if n in spoken]
    notes = [*asked.notes, *performance.notes]
    if lacking:
        notes.append(f"This face has no control for {some(lacking)}")
    actions = list(dict.fromkeys(owner.animation_data.action for owner, _ in pairs))
    counts = [ledger.report(action)["keys"] for action in actions]
    return {
        "stage": STAGE,
        "status": "done",
        "rig": obj.name,
        "action": actions[0].name,
        "actions": [action.name for action in actions],
        "source": name,
        "span": list(pairs[0][1].span),
        "curves": sum(w.curves for w in written),
        "keys": sum(w.keys for w in written),
        "keys_replaced": sum(w.replaced for w in written),
        "keys_left_to_artist": sum(w.yielded for w in written),
        "properties": {},
        "lines": meta["lines"],
        "confidence": face.confidence_of(pairs[0][1]),
        "notes": list(dict.fromkeys(notes)),
        "provenance": {
            "models": found.models,
            "inputs": found.inputs,
            "parameters": found.parameters,
            "seed": found.seed,
        },
        "ledger": {name: sum(c[name] for c in counts) for name in counts[0]},
        "provider": meta["provider"],
    }


def add_strips(scene: Scene, lines: list[Line]) -> None:
    """Put the sounds into the sequencer; those of an earlier run at the same place are replaced."""
    editor = scene.sequence_editor or scene.sequence_editor_create()
    # `strips` came with 4.4, and `sequences` went with 5.0.
    strips = editor.strips if "strips" in editor.bl_rna.properties else editor.sequences
    paths = {str(line.sound.absolute()) for line in lines}
    for strip in list(strips):
        if strip.type == "SOUND" and strip.get(_STRIP) in paths:
            strips.remove(strip)
    for line in lines:
        strip = strips.new_sound(line.sound.stem, str(line.sound.absolute()), 1, line.frame)
        strip[_STRIP] = str(line.sound.absolute())
        taken = [s for s in strips if s != strip]
        while any(_overlap(strip, other) for other in taken):
            strip.channel += 1


def _overlap(a: object, b: object) -> bool:
    (a_start, a_end), (b_start, b_end) = strip_ends(a), strip_ends(b)
    return a.channel == b.channel and a_start < b_end and b_start < a_end


def strip_ends(strip: object) -> tuple[float, float]:
    """Return the frames at which a strip begins and ends."""
    if "left_handle" in strip.bl_rna.properties:  # from 5.2; the others go with 6.0
        return strip.left_handle, strip.right_handle
    return strip.frame_final_start, strip.frame_final_end


def summary(report: dict) -> str:
    """Say in one sentence what was done."""
    count = len(report["lines"])
    one = "1 line spoken by {rig}, {keys} keys"
    said = one if count == 1 else "{count} lines spoken by {rig}, {keys} keys"
    text = say(said, count=count, rig=report["rig"], keys=report["keys"])
    fits = [line["match"] for line in report["lines"] if line["text"].strip()]
    if fits:
        text += say("; the text fits by {share:.0%}", share=min(fits))
    if report["keys_left_to_artist"]:
        text += say(LEFT_OUT, count=report["keys_left_to_artist"])
    return text
