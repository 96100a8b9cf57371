"""`understudy inbetween`: the frames between keyed poses."""

from __future__ import annotations

import argparse

import bpy

from .. import inbetween, work
from ..fillprops import UnderstudyInbetween
from . import base


def add_to(stages: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the command and return its parser."""
    between = stages.add_parser("inbetween", help="fill the frames between keyed poses")
    between.set_defaults(command=_run)
    add = between.add_argument
    add("--rig", help="name of the armature object (default: the only one in the file)")
    add("--range", type=int, nargs=2, metavar=("A", "B"), help="frames (default: the scene's)")
    add("--bones", nargs="+", metavar="between", help="bones to fill (default: every keyed bone)")
    base.add_results(between)

    setting = base.Settings(between, UnderstudyInbetween)
    for name in ("strength", "contact_hold", "smoothness"):
        setting(f"--{name.replace('_', '-')}", name)
    setting("--tolerance", "tolerance", dest="tolerance_deg", metavar="DEG")
    text = "largest distance by which a location may stray, as a share of the character's height"
    setting("--tolerance-size", "tolerance_size", metavar="SHARE", help=text)
    setting("--variant", "variant")
    add("--seed", type=int, default=0, help="draws other takes")
    how_many = between.add_mutually_exclusive_group()
    how_many.add_argument("--breakdown", action="store_true", help="one pose between two keys")
    how_many.add_argument("--every-frame", action="store_true", help="a key on every frame")
    setting("--align", "align")
    setting("--method", "method")
    base.add_machine(between)
    return between


def _run(args: argparse.Namespace) -> None:
    outputs = base.outputs_of(args)
    rig, scene = base.find_rig(args.rig), bpy.context.scene
    names = inbetween.Options.__dataclass_fields__
    given = {k: v for k, v in vars(args).items() if k in names}
    given |= {
        "span": tuple(args.range or (scene.frame_start, scene.frame_end)),
        **base.machine_of(args),
    }
    base.carry_out(args, work.fill(scene, rig, inbetween.Options(**given)), outputs)
