"""`understudy block`: a reference video becomes key poses on a rig."""

from __future__ import annotations

import argparse
from pathlib import Path

import bpy

from ...ml.blocking.bonemap import LIMBS
from .. import blocking, bonemaps, props, work
from . import base

_PEOPLE = tuple(item[0] for item in props.PEOPLE if item[0] != "number")


def add_to(stages: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the command and return its parser."""
    block = stages.add_parser("block", help="turn a reference video into key poses on a rig")
    block.set_defaults(command=_run)
    add = block.add_argument
    add("--video", required=True, help="video, folder of images, or one image of a sequence")
    add("--rig", help="name of the armature object (default: the only one in the file)")
    base.add_results(block)
    people = ", ".join(_PEOPLE)
    add("--person", type=_person, default="largest", help=f"{people}, or a number from the left")
    add("--start-frame", type=int, help="scene frame to begin at (default: the scene's first)")
    add("--range", type=float, nargs=2, metavar=("A", "B"), help="use this part, in seconds")
    setting = base.Settings(block, props.UnderstudySettings)
    setting("--sequence-fps", "sequence_rate", default=None, metavar="FPS")
    how_many = block.add_mutually_exclusive_group()
    one = base.Settings(how_many, props.UnderstudySettings)
    one("--keys", "key_count", default=None)
    one("--tolerance", "tolerance", default=None, metavar="DEG")
    shape = block.add_mutually_exclusive_group()
    shape.add_argument("--stepped", action="store_true", help="hold each pose until the next")
    shape.add_argument("--linear", action="store_true", help="move evenly between the poses")
    setting("--key-types", "key_types")
    add("--in-place", action="store_true", help="leave out the way through the scene")
    add("--touch", action="store_true", help="hands that touch the body touch the character's too")
    add("--ik", nargs="+", choices=LIMBS, default=[], help="limbs keyed on their IK controls")
    add("--camera", action="store_true", help="make the camera that filmed, video behind it")
    add("--frames", type=int, nargs="+", metavar="F", help="key exactly these scene frames")
    add("--no-lifter", action="store_true", help="solve by geometry alone, without the network")
    add("--no-picker", action="store_true", help="choose poses without the learned key picker")
    add("--fingers", action="store_true", help="watch the hands too, and key the fingers")
    add("--bone-map", type=Path, metavar="FILE", help="bone map, JSON (default: the rig's own)")
    base.add_machine(block)
    add("--seed", type=int, default=0, help="kept with the result (blocking draws no numbers)")
    return block


def _run(args: argparse.Namespace) -> None:
    outputs = base.outputs_of(args)
    rig, options = base.find_rig(args.rig), _options(args)
    base.carry_out(args, work.block(bpy.context.scene, rig, options), outputs)


def _options(args: argparse.Namespace) -> blocking.Options:
    scene = bpy.context.scene
    start, end = args.range or (None, None)
    by_tolerance = args.tolerance is not None
    own = blocking.Options.__dataclass_fields__["keys"].default
    return blocking.Options(
        video=args.video,
        keys=None if by_tolerance else own if args.keys is None else args.keys,
        tolerance_deg=args.tolerance,
        interpolation="CONSTANT" if args.stepped else "LINEAR" if args.linear else "BEZIER",
        key_types=args.key_types,
        root_motion=not args.in_place,
        touch=args.touch,
        camera=args.camera,
        ik=tuple(args.ik),
        frames=tuple(args.frames) if args.frames else None,
        lifter=not args.no_lifter,
        picker=not args.no_picker,
        fingers=args.fingers,
        person=args.person,
        sequence_fps=args.sequence_fps,
        frame_start=scene.frame_start if args.start_frame is None else args.start_frame,
        start_s=start,
        end_s=end,
        **base.machine_of(args),
        seed=args.seed,
        bone_map=bonemaps.read_file(args.bone_map) if args.bone_map else None,
    )


def _person(word: str) -> str | int:
    if word.isdecimal():
        return int(word)
    if word not in _PEOPLE:
        raise argparse.ArgumentTypeError(f"{word!r} is none of {', '.join(_PEOPLE)}, nor a number")
    return word
