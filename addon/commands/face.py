"""`understudy face`: a performance onto a character's face."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

import bpy

from ...ml.errors import UnderstudyError
from ...ml.face import library
from ...ml.face.edit import Edit
from ...ml.face.facemap import FaceMap
from .. import face, facemaps, faceprops, facerig, facesolve, work
from . import base


def add_to(stages: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the command and return its parser."""
    parser = stages.add_parser("face", help="lay an actor's face on a character's")
    parser.set_defaults(command=_run)
    add = parser.add_argument
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--video", help="the actor's clip, or a folder of images")
    what.add_argument(
        "--performance", type=Path, metavar="FILE", help="Live Link Face .csv, or saved .npz"
    )
    what.add_argument("--kept", metavar="NAME", help="a performance kept in the file")
    what.add_argument(
        "--expression", choices=sorted(library.load()), metavar="NAME", help="one of the library"
    )
    add("--mesh", help="name of the face: a mesh or an armature (default: the only one)")
    add("--map", type=Path, metavar="FILE", help="face map, JSON (default: the face's own)")
    add("--find", choices=("names", "shape"), help="find the face map anew, in this way")
    add("--save-map", type=Path, metavar="FILE", help="write the face map that was used")
    add("--edit", type=Path, metavar="FILE", help="edits, JSON (fields of ml.face.edit.Edit)")
    add("--start-frame", type=int, help="scene frame to begin at (default: the scene's first)")
    layer = base.Settings(parser, faceprops.UnderstudyFaceLayer)
    layer("--amplitude", "amplitude")
    layer("--speed", "speed")
    setting = base.Settings(parser, faceprops.UnderstudyFace)
    setting("--tolerance", "tolerance")
    setting("--every-frame", "every_frame")
    add("--no-head", action="store_true", help="leave the head as it is")
    setting("--travel", "travel")
    add("--no-eyes", action="store_true", help="leave the eyes as they are")
    base.add_results(parser)
    base.add_machine(parser)
    return parser


def _run(args: argparse.Namespace) -> None:
    outputs = base.outputs_of(args)
    obj, options = find_face(args.mesh), _options(args)
    if args.find:
        options.face_map = _found(obj, args)
    doing = work.perform(bpy.context.scene, obj, options)

    def save_map() -> None:
        if args.save_map is not None:
            facemaps.write_file(args.save_map.absolute(), FaceMap.from_json(doing.params["map"]))

    base.carry_out(args, doing, outputs, save_map)


def _options(args: argparse.Namespace) -> face.Options:
    scene = bpy.context.scene
    start = scene.frame_start if args.start_frame is None else args.start_frame
    edit = _edit(args.edit) if args.edit else Edit()
    if args.expression:
        from ...ml.face.edit import Layer

        edit.layers.append(Layer(args.expression, 0.0, args.amplitude, args.speed))
    return face.Options(
        video=args.video or "",
        recording=str(args.performance or ""),
        kept=args.kept,
        face_map=facemaps.read_file(args.map) if args.map else None,
        edit=edit,
        frame_start=None if args.kept and args.start_frame is None else start,
        tolerance=args.tolerance,
        every_frame=args.every_frame,
        head=not args.no_head,
        eyes=not args.no_eyes,
        travel=args.travel,
        **base.machine_of(args),
    )


def _found(obj: bpy.types.Object, args: argparse.Namespace) -> FaceMap:
    """Find the face map as asked for, and keep it on the character."""
    if args.find == "names":
        found = facemaps.from_names(facerig.find_face(obj))
    else:
        machine = base.machine_of(args)
        models = machine.pop("models")
        machine |= {"models_dir": models} if models else {}
        found = facesolve.map_of(facesolve.start(obj, machine).result(report=base.Reporter()))
    facemaps.store(obj, found)
    return found


def _edit(path: Path) -> Edit:
    try:
        return Edit.from_json(json.loads(path.read_text("utf-8")))
    except OSError as exc:
        raise UnderstudyError(f"The edits {path} cannot be read: {exc.strerror}") from exc
    except (ValueError, TypeError, AttributeError) as exc:
        fields = ", ".join(asdict(Edit()))
        raise UnderstudyError(f"{path} holds no edits ({exc}): its fields are {fields}") from exc


def find_face(name: str | None) -> bpy.types.Object:
    """Return the object of a name, or the only face of the file."""
    if name is not None:
        obj = bpy.data.objects.get(name)
        if obj is None:
            raise base.Usage(f"no object is named {name!r}; faces: {_faces()}")
        return obj
    found = _candidates()
    if len(found) != 1:
        raise base.Usage(f"choose the face with --mesh; faces: {_faces()}")
    return found[0]


def _candidates() -> list[bpy.types.Object]:
    """Return the meshes with shape keys, or where there are none the armatures."""
    scene = [o for o in bpy.context.scene.objects if o.library is None]
    meshes = [o for o in scene if o.type == "MESH" and o.data.shape_keys is not None]
    return meshes or [o for o in scene if o.type == "ARMATURE"]


def _faces() -> str:
    return ", ".join(repr(o.name) for o in _candidates()) or "none in this file"
