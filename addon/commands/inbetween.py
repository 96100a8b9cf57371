"""`understudy inbetween`: the frames between keyed poses."""

from __future__ import annotations

import argparse

import bpy

from .. import inbetween, work
from . import base


def add_to(stages: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the command and return its parser."""
    between = stages.add_parser("inbetween", help="fill the frames between keyed poses")
    between.set_defaults(command=_run)
    add, own = between.add_argument, inbetween.Options.__dataclass_fields__
    add("--rig", help="name of the armature object (default: the only one in the file)")
    add("--range", type=int, nargs=2, metavar=("A", "B"), help="frames (default: the scene's)")
    add("--bones", nargs="+", metavar="between", help="bones to fill (default: every keyed bone)")
    base.add_results(between)

    def slider(name: str, low: float, high: float, text: str) -> None:
        default = own[name].default
        option = "--" + name.replace("_deg", "").replace("_", "-")
        kind = base.within(low, high)
        add(option, dest=name, type=kind, default=default, help=f"{text} ({default:g})")

    slider("strength", 0.0, 1.5, "0 is the artist's own curve, 1 what is proposed")
    slider("contact_hold", 0.0, 1.0, "how firmly standing feet and hands are held")
    slider("smoothness", 0.0, 1.0, "blur of what is proposed")
    slider("tolerance_deg", 0.01, 90.0, "degrees by which fitted curves may stray")
    slider("tolerance_size", 0.0001, 1.0, "share of the height by which locations may stray")
    add("--variant", type=int, default=0, help="which take: 0 is the likeliest")
    add("--seed", type=int, default=0, help="draws other takes")
    how_many = between.add_mutually_exclusive_group()
    how_many.add_argument("--breakdown", action="store_true", help="one pose between two keys")
    how_many.add_argument("--every-frame", action="store_true", help="a key on every frame")
    add("--align", choices=("pose", "bone"), default="pose", help="share key frames, or not")
    add("--method", choices=("auto", "network", "plain"), default="auto", help="what proposes")
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
