"""The command line: `blender -b shot.blend --command understudy block --video clip.mp4 …`

Exit codes: 0 done, 2 wrong usage, 3 failed, 4 cancelled; never 0 after a failure. Progress is
printed in the forms that Open Job Description, Deadline and Afanasy each read.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import bpy

from ..ml.errors import Cancelled, UnderstudyError
from ..ml.progress import Progress
from . import actions, blocking, bonemaps, inbetween, jobs, ledger, prefs, props, reports
from .files import check_writable, save_blend, write_atomically

DONE, USAGE, FAILED, CANCELLED = 0, 2, 3, 4
_PEOPLE = tuple(item[0] for item in props.PEOPLE if item[0] != "number")
PROGRAM = "blender --command understudy"


class _Usage(Exception):  # noqa: N818 - ends in a usage message
    """The arguments do not fit the file."""


def main(argv: list[str]) -> int:
    """Entry point; what is returned becomes Blender's exit code."""
    return run(parser(PROGRAM), argv)


def run(arguments: argparse.ArgumentParser, argv: list[str], ready: Callable | None = None) -> int:
    """Carry out one command.

    Parameters
    ----------
    arguments : what `parser` made
    argv : the words after the program's name
    ready : called with the parsed arguments before the command runs, such as to open a file
    """
    try:
        args = arguments.parse_args(argv)
    except SystemExit as exc:  # argparse has said what is wrong, or has shown the help
        return DONE if not exc.code else USAGE
    try:
        with jobs.stopped_by_signals():
            if ready is not None:
                ready(args)
            args.command(args)
    except _Usage as exc:
        sys.stderr.write(f"{arguments.prog}: {exc}\n")
        return USAGE
    except Cancelled as exc:
        _say(f"openjd_status: {exc}")
        return CANCELLED
    except UnderstudyError as exc:
        _say(f"openjd_fail: {exc}")
        sys.stderr.write(f"{arguments.prog}: {exc}\n")
        return FAILED
    except Exception:  # a bug; raised further, Blender would end with 0
        traceback.print_exc()
        return FAILED
    return DONE


def parser(program: str, *, opens_file: bool = False) -> argparse.ArgumentParser:
    """Return the parser.

    Parameters
    ----------
    program : name for the help
    opens_file : whether a .blend file is named after the command
    """
    top = argparse.ArgumentParser(program, description="Propose animation as editable keys.")
    stages = top.add_subparsers(required=True, metavar="COMMAND")
    block = stages.add_parser("block", help="turn a reference video into key poses on a rig")
    between = stages.add_parser("inbetween", help="fill the frames between keyed poses")
    led = stages.add_parser("ledger", help="tell generated keys from an artist's")
    report = led.add_subparsers(required=True, metavar="ACTION").add_parser(
        "report", help="write down which keys were generated, edited or made by hand"
    )
    if opens_file:
        for command in (block, between, report):
            command.add_argument("blend", type=Path, help="the .blend file to open")
    _add_block(block)
    _add_inbetween(between)
    report.set_defaults(command=_report)
    report.add_argument("--rig", help="name of the object (default: the only armature)")
    report.add_argument("--report", type=Path, help="write the report to this JSON file")
    report.add_argument("--text", type=Path, help="write the AI use statement to this file")
    return top


def _add_block(block: argparse.ArgumentParser) -> None:
    block.set_defaults(command=_block)
    add = block.add_argument
    add("--video", required=True, help="video, folder of images, or one image of a sequence")
    add("--rig", help="name of the armature object (default: the only one in the file)")
    add("--save", type=Path, help="write the result to this .blend file")
    add("--report", type=Path, help="write a report to this JSON file")
    add("--force", action="store_true", help="do it again even where nothing has changed")
    people = ", ".join(_PEOPLE)
    add("--person", type=_person, default="largest", help=f"{people}, or a number from the left")
    add("--start-frame", type=int, help="scene frame to begin at (default: the scene's first)")
    add("--range", type=float, nargs=2, metavar=("A", "B"), help="use this part, in seconds")
    add("--sequence-fps", type=float, metavar="FPS", help="rate of an image sequence (24)")
    how_many = block.add_mutually_exclusive_group()
    how_many.add_argument("--keys", type=int, help="number of key poses (default: 12)")
    how_many.add_argument("--tolerance", type=float, metavar="DEG", help="largest error of a joint")
    shape = block.add_mutually_exclusive_group()
    shape.add_argument("--stepped", action="store_true", help="hold each pose until the next")
    shape.add_argument("--linear", action="store_true", help="move evenly between the poses")
    add("--key-types", choices=("pose", "generated"), default="pose", help="how keys are marked")
    add("--in-place", action="store_true", help="leave out the way through the scene")
    add("--bone-map", type=Path, metavar="FILE", help="bone map, JSON (default: the rig's own)")
    add("--device", choices=[item[0] for item in prefs.DEVICES], help="what runs the networks")
    add("--accelerator", type=Path, metavar="DIR", help="folder with onnxruntime-gpu")
    add("--models", type=Path, metavar="DIR", help="folder of the networks")
    add("--seed", type=int, default=0, help="kept with the result (blocking draws no numbers)")


def _block(args: argparse.Namespace) -> None:
    begun, outputs = time.monotonic(), _outputs(args)
    rig, options = _find_rig(args.rig), _options(args)
    params, arrays = blocking.request(bpy.context.scene, rig, options)
    clip = Path(params["video"])
    order = reports.Order("blocking", rig, params, arrays, {clip.name: clip}, outputs, begun)
    if not _is_wanted(args, order):
        return
    job = jobs.start(blocking.TASK, params, arrays, in_process=True)
    result = job.result(report=_Reporter())
    report = _keep(args, order, blocking.finish(rig, options, result))
    _Reporter()(Progress(1.0, blocking.summary(report)))


def _add_inbetween(between: argparse.ArgumentParser) -> None:
    between.set_defaults(command=_inbetween)
    add, own = between.add_argument, inbetween.Options.__dataclass_fields__
    add("--rig", help="name of the armature object (default: the only one in the file)")
    add("--range", type=int, nargs=2, metavar=("A", "B"), help="frames (default: the scene's)")
    add("--bones", nargs="+", metavar="NAME", help="bones to fill (default: every keyed bone)")
    add("--save", type=Path, help="write the result to this .blend file")
    add("--report", type=Path, help="write a report to this JSON file")
    add("--force", action="store_true", help="do it again even where nothing has changed")

    def slider(name: str, low: float, high: float, text: str) -> None:
        default = own[name].default
        option = "--" + name.replace("_deg", "").replace("_", "-")
        kind = _within(low, high)
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
    add("--device", choices=[item[0] for item in prefs.DEVICES], help="what runs the networks")
    add("--accelerator", type=Path, metavar="DIR", help="folder with onnxruntime-gpu")
    add("--models", type=Path, metavar="DIR", help="folder of the networks")


def _within(low: float, high: float) -> Callable[[str], float]:
    """Return a reader of numbers from `low` to `high`."""

    def number(word: str) -> float:
        value = float(word)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{word} is not from {low:g} to {high:g}")
        return value

    return number


def _inbetween(args: argparse.Namespace) -> None:
    begun, outputs = time.monotonic(), _outputs(args)
    rig, machine, scene = _find_rig(args.rig), prefs.find(bpy.context), bpy.context.scene
    names = inbetween.Options.__dataclass_fields__
    given = {k: v for k, v in vars(args).items() if k in names}
    given |= {
        "span": tuple(args.range or (scene.frame_start, scene.frame_end)),
        "device": args.device or (machine.device if machine else "auto"),
        "accelerator": str(args.accelerator or (machine.accelerator if machine else "")),
        "models": str(args.models or ""),
    }
    options = inbetween.Options(**given)
    asked = inbetween.request(scene, rig, options)
    order = reports.Order("inbetween", rig, asked.params, asked.arrays, {}, outputs, begun)
    if not _is_wanted(args, order):
        return
    job = jobs.start(inbetween.TASK, asked.params, asked.arrays, in_process=True)
    result = job.result(report=_Reporter())
    report = inbetween.finish(rig, asked, result)
    report["ledger"] = ledger.report(rig.animation_data.action)["keys"]
    report = _keep(args, order, report)
    _Reporter()(Progress(1.0, inbetween.summary(report)))


def _outputs(args: argparse.Namespace) -> dict[str, Path]:
    """Return the files to be written, but for the report."""
    if args.save is None and args.report is None:
        raise _Usage("nothing would be kept: give --save, --report or both")
    if args.save is None:
        return {}
    save = args.save.absolute()
    if args.report is not None and save == args.report.absolute():
        raise _Usage("--save and --report name the same file")
    return {"save": save}


def _is_wanted(args: argparse.Namespace, order: reports.Order) -> bool:
    """Say so when the report shows that nothing is to be done; else see that it can be done."""
    report = args.report.absolute() if args.report is not None else None
    if report is not None and not args.force and order.is_done(report):
        _say(f"Note: nothing has changed since {args.report} was written; --force does it again")
        _Reporter()(Progress(1.0, "Nothing to do: nothing has changed"))
        return False
    for path in [*order.outputs.values(), *([report] if report else [])]:
        check_writable(path)
    return True


def _keep(args: argparse.Namespace, order: reports.Order, report: dict) -> dict:
    """Save the file and then the report, say what a person should know, return the report."""
    if args.save is not None:
        save_blend(order.outputs["save"])
        _say(f"Saved: '{args.save}'")
    report = order.record(report)
    if args.report is not None:
        write_atomically(args.report.absolute(), json.dumps(report, indent=2) + "\n")
    ran = [f"the networks ran on {report['provider']}"] if report["provider"] else []
    for note in [*ran, *report["notes"]]:
        _say(f"Note: {note}")
    return report


def _options(args: argparse.Namespace) -> blocking.Options:
    machine, scene = prefs.find(bpy.context), bpy.context.scene
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
        person=args.person,
        sequence_fps=args.sequence_fps,
        frame_start=scene.frame_start if args.start_frame is None else args.start_frame,
        start_s=start,
        end_s=end,
        device=args.device or (machine.device if machine else "auto"),
        accelerator=str(args.accelerator or (machine.accelerator if machine else "")),
        models=str(args.models or ""),
        seed=args.seed,
        bone_map=bonemaps.read_file(args.bone_map) if args.bone_map else None,
    )


def _person(word: str) -> str | int:
    if word.isdecimal():
        return int(word)
    if word not in _PEOPLE:
        raise argparse.ArgumentTypeError(f"{word!r} is none of {', '.join(_PEOPLE)}, nor a number")
    return word


def _find_rig(name: str | None) -> bpy.types.Object:
    if name is not None:
        rig = bpy.data.objects.get(name)
        if rig is None:
            raise _Usage(f"no object is named {name!r}; armatures: {_armatures()}")
        return rig
    rigs = [o for o in bpy.context.scene.objects if o.type == "ARMATURE"]
    # What is linked cannot be animated, but is in the file beside its override.
    rigs = [o for o in rigs if o.library is None] or rigs
    if len(rigs) != 1:
        raise _Usage(f"choose the rig with --rig; armatures: {_armatures()}")
    return rigs[0]


def _armatures() -> str:
    names = [o.name for o in bpy.data.objects if o.type == "ARMATURE"]
    return ", ".join(map(repr, names)) or "none in this file"


def _report(args: argparse.Namespace) -> None:
    owner = _find_rig(args.rig)
    action = actions.action_of(owner)
    if action is None:
        raise UnderstudyError(f"{owner.name} has no action: there is nothing to report")
    record = ledger.report(action)
    for path in (args.report, args.text):
        if path is not None:
            check_writable(path.absolute())
    if args.report is not None:
        write_atomically(args.report.absolute(), json.dumps(record, indent=2) + "\n")
    if args.text is not None:
        write_atomically(args.text.absolute(), record["statement"] + "\n")
    _say(record["statement"])


class _Reporter:
    """Prints progress in every farm's own form, a line each time a whole percent is reached."""

    def __init__(self) -> None:
        self._percent, self._message = -1, ""

    def __call__(self, step: Progress) -> None:
        percent = int(100 * step.fraction)
        if percent > self._percent:
            self._percent = percent
            _say(f"openjd_progress: {percent:.1f}\nProgress: {percent}%\nPROGRESS: {percent}%")
            if step.message and step.message != self._message:
                self._message = step.message
                _say(f"openjd_status: {step.message}")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()  # a farm reads along, through a pipe
