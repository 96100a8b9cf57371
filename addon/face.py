"""From a performance to a character's face: what the panel and the command line share.

`request` reads the rig, its face map and the edits, a job of `ml.face` makes the Takes, and
`finish` writes them and keeps the performance, unedited, with the scene.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path

import bpy
from bpy.types import ID, Context, Object, Scene
from numpy.typing import NDArray

from ..ml import digest
from ..ml.errors import RigError, UnderstudyError, VideoError
from ..ml.face import performance as performances
from ..ml.face.edit import Edit, Layer, Region, still
from ..ml.face.facemap import FaceMap, some
from ..ml.face.facerig import FaceRig, Writing
from ..ml.face.performance import Performance
from ..ml.face.stage import OTHER, unpacked
from ..ml.take import Provenance, Take
from . import facehead, facemaps, facerig, fcurves, ledger, prefs, strokes
from .blocking import LEFT_OUT, frame_rate
from .checks import check_action, check_owner
from .faceperformances import Kept, find, keep
from .faceprops import REGION_NAMES
from .translations import say

TASK = "perform"
STAGE = "face"
_DOUBTFUL = 0.5
_FEW = 8  # expressions by name: fewer say too little of a face


@dataclass
class Options:
    """What is to be laid on, and how.

    Attributes
    ----------
    video : path of a clip to capture; "" for none
    recording : path of a .csv or .npz; "" for none
    kept : name of a performance kept in the scene, or None for the active one
    capture : parameters of the capture task beyond the video's path
    face_map : the map to use; None for the character's own, or one found by itself
    edit : what is changed about the performance
    other : name of the performance to mix with, or ""
    frame_start : scene frame of the first sample
    tolerance, every_frame, head, eyes : as in `ml.face.facerig.Writing`
    travel : whether the head moves as well as turns, one of `facehead.TRAVELS`
    device, accelerator : what runs the networks
    models : folder of the networks; "" for the extension's own
    """

    video: str = ""
    recording: str = ""
    kept: str | None = None
    capture: dict = field(default_factory=dict)
    face_map: FaceMap | None = None
    edit: Edit = field(default_factory=Edit)
    other: str = ""
    frame_start: int | None = None
    tolerance: float = 0.015
    every_frame: bool = False
    head: bool = True
    eyes: bool = True
    travel: str = "free"
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
    name : under which the performance is kept
    start : scene frame of the first sample
    sources : name to path of each file that is read
    face_map : the map that is used
    kept : the performance before it was edited; None where it is captured
    notes : sentences for the person
    rests : how the objects stand that turn as head or eyes
    """

    params: dict
    arrays: dict[str, NDArray]
    options: Options
    name: str
    start: int
    sources: dict[str, Path]
    face_map: FaceMap
    kept: Kept | None
    notes: list[str]
    rests: dict[str, list[float]] = field(default_factory=dict)


def options_from(context: Context, *, again: bool = False) -> Options:
    """Return what the panels say; `again`: lay on what is kept, not what the source names."""
    settings, machine = context.scene.understudy.face, prefs.find(context)
    rows = settings.performances
    options = Options(
        other=settings.other if settings.other in rows else "",
        tolerance=settings.tolerance,
        every_frame=settings.every_frame,
        head=settings.use_head,
        eyes=settings.use_eyes,
        travel=settings.travel,
        device=machine.device if machine else "auto",
        accelerator=bpy.path.abspath(machine.accelerator) if machine else "",
    )
    if again:
        options.frame_start = None if len(rows) else settings.start_frame
    else:
        path = settings.video if settings.source == "video" else settings.recording
        what = "video of an actor" if settings.source == "video" else "recording"
        if not path:
            raise VideoError(f"No {what} is chosen: choose one first")
        setattr(
            options,
            "video" if settings.source == "video" else "recording",
            bpy.path.abspath(path),
        )
        options.frame_start = settings.start_frame
    start = options.frame_start
    if start is None:
        start = rows[min(settings.active_performance, len(rows) - 1)].start
    options.edit = edit_from(context.scene, start)
    return options


def edit_from(scene: Scene, start: int) -> Edit:
    """Return the edits that the panels say, in seconds from the performance's first frame."""
    settings, fps = scene.understudy.face, frame_rate(scene)
    edit = Edit(
        head=settings.head_amount,
        travel=settings.travel_amount,
        micro=settings.micro,
        micro_size=settings.micro_size,
    )
    for name in REGION_NAMES:
        own = getattr(settings, name)
        region = Region(
            amplitude=own.amplitude,
            speed=own.speed,
            offset_s=own.offset / fps,
            hold_s=own.hold / fps,
            asymmetry=own.asymmetry,
            ease=own.ease,
            mix=own.mix,
        )
        if region != Region():
            edit.regions[name] = region
    edit.strokes = [strokes.read(row, start, fps) for row in settings.strokes]
    for row in settings.layers:
        edit.layers.append(Layer(row.name, (row.frame - start) / fps, row.amplitude, row.speed))
    if settings.other in settings.performances:
        edit.other_s = (settings.performances[settings.other].start - start) / fps
    return edit


def face_map_of(face: facerig.Face, notes: list[str]) -> FaceMap:
    """Return the character's own map, or one found by the names of its shape keys.

    Raises
    ------
    RigError
        Neither is there.
    """
    own = facemaps.stored(face.object)
    if own is not None:
        return own
    found = facemaps.from_names(face)
    if len(found.quality) < _FEW:
        raise RigError(
            f"The names of the shape keys of {face.object.name} do not tell its expressions: find "
            "the face map by shape first (Face Map > Find by Shape, or --find shape)"
        )
    notes += found.notes
    return found


def request(scene: Scene, obj: Object, options: Options) -> Asked:
    """Return what the job needs; refuse early what would fail late."""
    face = facerig.find_face(obj)
    notes: list[str] = []
    own = options.face_map
    if own is not None:
        here, _ = facerig.shape_controls(face)
        prefer = [o.name for o in (*face.meshes, face.armature) if o is not None]
        own = facemaps.renamed(own, [*here, *facerig.bone_controls_there(face)], prefer)
    links = own or face_map_of(face, notes)
    face.notes.clear()
    with facehead.at_rest(scene):
        rig = facerig.read_rig(face, facemaps.bone_controls(links), options.travel)
        rests = facehead.rests_of(rig)
    links = usable(links, rig, face, strict=own is not None)
    looks = [k.control for k in links.links if k.expression.startswith("eyeLook")]
    if options.eyes and facerig.keys_turn_eyes(face, rig, looks):
        rig.eyes = [None, None]
        notes.append("The eyeLook shape keys turn the eyeballs: the eye bones stay as they are")
    notes += face.notes
    for owner in [*owners_of(face), *_head_owner(options, rig)]:
        check_owner(owner)
        check_action(owner)
    kept, name, sources = _source(scene, options)
    start = options.frame_start if options.frame_start is not None else kept.start
    params = {
        "capture": _capture(options) if options.video else None,
        "map": links.to_json(),
        "rig": rig.pack(),
        "writing": asdict(
            Writing(
                start,
                frame_rate(scene),
                options.tolerance,
                options.every_frame,
                options.head,
                options.eyes,
            )
        ),
        "edit": asdict(options.edit),
        "other": bool(options.other),
        "provenance": asdict(_provenance(options, kept, start)),
        "device": options.device,
        "accelerator": options.accelerator,
        **({"models_dir": options.models} if options.models else {}),
    }
    arrays: dict[str, NDArray] = {}
    if kept is not None:
        params["performance"], arrays = kept.performance.pack()
    if options.other:
        _, other = find(scene, options.other).performance.pack()
        arrays |= {OTHER + key: values for key, values in other.items()}
    return Asked(params, arrays, options, name, start, sources, links, kept, notes, rests)


def _head_owner(options: Options, rig: FaceRig) -> list[ID]:
    """Return the object that turns as a head, where one does."""
    turns = options.head and rig.head is not None and not rig.head.bone
    return [bpy.data.objects[rig.head.owner]] if turns else []


def usable(links: FaceMap, rig: object, face: facerig.Face, *, strict: bool) -> FaceMap:
    """Leave out what is driven; refuse a map that this face has little of."""
    there = set(rig.controls)
    used = [k for k in links.links if k.control in there]
    if not used or (strict and len(used) < len(links.links) / 2):
        links.check(there)
        raise RigError(
            f"Every control of the face map of {face.object.name} is driven: remove the drivers, "
            "or map the controls that drive them"
        )
    if len(used) < len(links.links):
        gone = {k.control.title for k in links.links if k.control not in there}
        face.notes.append(
            f"Left out of the face map, being driven or gone: {', '.join(sorted(gone))}"
        )
    return FaceMap(used, links.quality, links.method, links.notes)


def owners_of(face: facerig.Face) -> list[ID]:
    """Return the data-blocks whose curves move a face."""
    owners: list[ID] = [mesh.data.shape_keys for mesh in face.meshes]
    return owners + ([face.armature] if face.armature is not None else [])


def _capture(options: Options) -> dict:
    path = Path(options.video).absolute()
    return {
        "video": str(path),
        "device": options.device,
        "accelerator": options.accelerator,
        **({"models_dir": options.models} if options.models else {}),
        **options.capture,
    }


def _source(scene: Scene, options: Options) -> tuple[Kept | None, str, dict[str, Path]]:
    """Return the performance unless it must be captured, its name, and the files it is from."""
    if options.video:
        path = Path(options.video).absolute()
        return None, path.name, {path.name: path}
    if options.recording:
        path = Path(options.recording).absolute()
        performance = performances.read(path)
        inputs = {path.name: digest.of_files([path])}
        start = 1 if options.frame_start is None else options.frame_start
        return Kept(performance, start, {}, inputs), path.name, {path.name: path}
    if not len(scene.understudy.face.performances) and options.edit.layers:
        # Expressions alone, on a face at rest.
        return Kept(still(0.04), options.frame_start or scene.frame_start), "", {}
    kept = find(scene, options.kept)
    name = options.kept or _active_name(scene)
    return kept, name, {}


def _active_name(scene: Scene) -> str:
    settings = scene.understudy.face
    rows = settings.performances
    return rows[min(settings.active_performance, len(rows) - 1)].name


def _provenance(options: Options, kept: Kept | None, start: int) -> Provenance:
    shaped = {
        "edit": asdict(options.edit),
        "tolerance": options.tolerance,
        "every_frame": options.every_frame,
        "head": options.head,
        "eyes": options.eyes,
        "travel": options.travel,
        "frame_start": start,
        **({"capture": options.capture} if options.capture else {}),
    }
    models = dict(kept.models) if kept else {}
    inputs = dict(kept.inputs) if kept else {}
    return Provenance(STAGE, models, inputs, shaped)


def finish(scene: Scene, obj: Object, asked: Asked, result: tuple[dict, dict]) -> dict:
    """Write the Takes, whole or not at all, keep the performance, and return the report."""
    meta, arrays = result
    takes, performance = unpacked(meta, arrays)
    if not takes:
        raise UnderstudyError(
            "The face map moves nothing on this character: check its lines, or find it anew"
        )
    pairs = [(block_of(owner, block), take) for (owner, block), take in takes.items()]
    written = fcurves.write_takes(pairs)
    for owner, _ in pairs:
        facehead.keep_rest(owner, asked.rests)
    first = pairs[0][1]
    if asked.name:
        found = first.provenance
        keep(scene, asked.name, Kept(performance, asked.start, found.models, found.inputs))
    return _report(obj, asked, meta, pairs, written, performance)


def block_of(owner: str, block: str) -> ID:
    """Return the data-block that `ml.face.retarget` names, where it is still there."""
    obj = bpy.data.objects.get(owner)
    if obj is None:
        raise RigError(f"{owner} was removed meanwhile: nothing was written")
    return obj.data.shape_keys if block == "KEY" else obj


def _report(
    obj: Object,
    asked: Asked,
    meta: dict,
    pairs: list[tuple[ID, Take]],
    written: list[fcurves.Written],
    performance: Performance,
) -> dict:
    take = pairs[0][1]
    actions = [owner.animation_data.action for owner, _ in pairs]
    counts = [ledger.report(action)["keys"] for action in dict.fromkeys(actions)]
    notes = [*asked.notes, *performance.notes, *take.notes]
    if meta["unmapped"]:
        notes.append(f"This face has no control for {some(meta['unmapped'])}")
    return {
        "stage": STAGE,
        "status": "done",
        "rig": obj.name,
        "action": actions[0].name,
        "actions": list(dict.fromkeys(action.name for action in actions)),
        "source": asked.name,
        "span": list(take.span),
        "curves": sum(w.curves for w in written),
        "keys": sum(w.keys for w in written),
        "keys_replaced": sum(w.replaced for w in written),
        "keys_left_to_artist": sum(w.yielded for w in written),
        "properties": {},
        "expressions": len(asked.face_map.expressions()),
        "quality": {k: round(v, 3) for k, v in sorted(asked.face_map.quality.items())},
        "confidence": confidence_of(take),
        "notes": list(dict.fromkeys(notes)),
        "provenance": {
            "models": take.provenance.models,
            "inputs": take.provenance.inputs,
            "parameters": take.provenance.parameters,
            "seed": take.provenance.seed,
        },
        "ledger": {name: sum(c[name] for c in counts) for name in counts[0]},
        "provider": meta.get("provider", ""),
    }


def confidence_of(take: Take) -> dict:
    values = take.confidence
    if not len(values):
        return {}
    return {
        "mean": round(float(values.mean()), 3),
        "lowest": round(float(values.min()), 3),
        "doubtful_share": round(float((values < _DOUBTFUL).mean()), 3),
    }


def summary(report: dict) -> str:
    """Say in one sentence what was done."""
    said = "{count} expressions on {rig}, {keys} keys"
    text = say(said, count=report["expressions"], rig=report["rig"], keys=report["keys"])
    if report["keys_left_to_artist"]:
        text += say(LEFT_OUT, count=report["keys_left_to_artist"])
    return text
