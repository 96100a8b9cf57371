"""What the commands share: options, the files they write, and how they speak to a farm."""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import bpy

from ...ml import digest
from ...ml.progress import Progress
from .. import prefs, reports
from ..files import check_writable, save_blend, write_atomically
from ..operations.arguments import properties_of
from ..pipeline import hooks
from ..work import Work


class Usage(Exception):  # noqa: N818 - ends in a usage message
    """The arguments do not fit the file."""


def add_machine(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what runs the networks, and where they lie."""
    add = parser.add_argument
    known = ", ".join(item[0] for item in prefs.DEVICES)
    add("--device", type=_device, metavar="DEVICE", help=f"what runs the networks: {known}, cuda:1")
    add("--accelerator", type=Path, metavar="DIR", help="folder with onnxruntime-gpu")
    add("--models", type=Path, metavar="DIR", help="folder of the networks")


def _device(word: str) -> str:
    if word not in [item[0] for item in prefs.DEVICES] and not re.fullmatch(r"cuda:\d{1,3}", word):
        raise argparse.ArgumentTypeError(f"{word!r} is no device: auto, cpu, cuda, or cuda:1")
    return word


def machine_of(args: argparse.Namespace) -> dict[str, str]:
    """Return device, accelerator and models: as asked for, else as in the preferences.

    A node of a farm may say in UNDERSTUDY_DEVICE what its tasks run on.
    """
    machine, node = prefs.find(bpy.context), os.environ.get("UNDERSTUDY_DEVICE")
    return {
        "device": args.device or node or (machine.device if machine else "auto"),
        "accelerator": str(args.accelerator or (machine.accelerator if machine else "")),
        "models": str(args.models or ""),
    }


def add_results(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what is kept."""
    add = parser.add_argument
    add("--save", type=Path, help="write the result to this .blend file")
    add("--report", type=Path, help="write a report to this JSON file")
    add("--force", action="store_true", help="do it again even where nothing has changed")


class Number:
    """A reader of numbers from `low` to `high`; `kind` is int for whole ones."""

    def __init__(self, low: float, high: float, kind: type = float) -> None:
        self.low, self.high, self.kind = low, high, kind

    def __call__(self, word: str) -> float:
        value = self.kind(word)
        if not self.low <= value <= self.high:
            raise argparse.ArgumentTypeError(f"{word} is not from {self.low:g} to {self.high:g}")
        return value

    def __repr__(self) -> str:
        return "number" if self.kind is float else "whole number"  # as argparse calls it


class Settings:
    """Adds options that are a panel's settings: range, choices, default and words are said there.

    Angles are given in degrees and percentages as shares, as people type them.
    """

    def __init__(self, parser: argparse.ArgumentParser, group: type) -> None:
        self._parser, self._declared = parser, properties_of(group)

    def __call__(self, option: str, setting: str, **words: object) -> None:
        """Add one option; `words` go to `add_argument` in the place of what the setting says."""
        prop = self._declared[setting]
        said, kind = prop.keywords, prop.function.__name__
        unit = _UNITS.get(said.get("subtype"), 1.0)
        default = words.get("default", said.get("default"))
        if "default" not in words and unit != 1.0:
            default = round(default * unit, 9)
        if kind == "BoolProperty":
            words = {"action": "store_true", **words}
            default = None
        elif kind == "EnumProperty":
            items = said["items"]
            items = items(None, None) if callable(items) else items
            words = {"choices": [item[0] for item in items], **words}
        elif kind in ("FloatProperty", "IntProperty"):
            ends = (("min", -math.inf), ("max", math.inf))
            low, high = (round(said.get(end, far) * unit, 9) for end, far in ends)
            words = {"type": Number(low, high, int if kind[0] == "I" else float), **words}
        text = words.pop("help", said["description"])
        text = text[0].lower() + text[1:].replace("%", "%%")
        if default is not None:
            words["default"] = default
            text += f" ({default:g})" if isinstance(default, int | float) else f" ({default})"
        self._parser.add_argument(option, help=text, **words)


_UNITS = {"ANGLE": 180.0 / math.pi, "PERCENTAGE": 0.01}


def outputs_of(args: argparse.Namespace) -> dict[str, Path]:
    """Return the files to be written, but for the report."""
    if args.save is None and args.report is None:
        raise Usage("nothing would be kept: give --save, --report or both")
    if args.save is None:
        return {}
    save = args.save.absolute()
    if args.report is not None and save == args.report.absolute():
        raise Usage("--save and --report name the same file")
    return {"save": save}


def is_wanted(args: argparse.Namespace, order: reports.Order) -> bool:
    """Say so when the report shows that nothing is to be done; else see that it can be done."""
    report = args.report.absolute() if args.report is not None else None
    if report is not None and not args.force and order.is_done(report):
        say(f"Note: nothing has changed since {args.report} was written; --force does it again")
        Reporter()(Progress(1.0, "Nothing to do: nothing has changed"))
        return False
    for path in [*order.outputs.values(), *([report] if report else [])]:
        check_writable(path)
    hooks.run("pre", event_of(order))
    return True


def event_of(order: reports.Order) -> hooks.Event:
    """Return what a studio's hooks are told."""
    return hooks.Event(order.stage, order.owner, order.params, order.outputs)


def of_file(order: reports.Order, made: dict) -> dict:
    """Return the report of a stage that is about the whole file and opens no network."""
    common = {"stage": order.stage, "status": "done", "notes": [], "provenance": {"models": {}}}
    return common | made


def keep(args: argparse.Namespace, order: reports.Order, report: dict) -> dict:
    """Save the file and then the report, say what a person should know, return the report."""
    after = event_of(order)
    after.report = report
    hooks.run("post", after)
    if getattr(args, "save", None) is not None:
        save_blend(order.outputs["save"])
        say(f"Saved: '{args.save}'")
    if args.report is not None:
        report = order.record(report)
        write_atomically(args.report.absolute(), json.dumps(report, indent=2) + "\n")
    ran = [f"the networks ran on {report['provider']}"] if report.get("provider") else []
    for note in [*ran, *report["notes"]]:
        say(f"Note: {note}")
    return report


def carry_out(
    args: argparse.Namespace,
    doing: Work,
    outputs: dict[str, Path],
    also: Callable[[], None] | None = None,
) -> None:
    """Do a stage's work unless it is done already, and keep what came of it.

    Parameters
    ----------
    outputs : files to be written, but for the report
    also : called once the result is written, before anything is saved
    """
    of = doing.stage, doing.owner, doing.params, doing.arrays, doing.sources
    order = reports.Order(*of, outputs, doing.begun)
    if not is_wanted(args, order):
        return
    result = doing.start(in_process=True).result(report=Reporter())
    report = doing.finish(doing.owner, result)
    if also is not None:
        also()
    report = keep(args, order, report)
    Reporter()(Progress(1.0, doing.summary(report)))


def libraries() -> list[list[str]]:
    """Return what the open file links, with its content: it may change while the file does not."""
    paths = {Path(bpy.path.abspath(library.filepath)) for library in bpy.data.libraries}
    return [[str(p), digest.of_files([p])] for p in sorted(paths) if p.is_file()]


def find_rig(name: str | None) -> bpy.types.Object:
    if name is not None:
        rig = bpy.data.objects.get(name)
        if rig is None:
            raise Usage(f"no object is named {name!r}; armatures: {_armatures()}")
        return rig
    rigs = [o for o in bpy.context.scene.objects if o.type == "ARMATURE"]
    # What is linked cannot be animated, but is in the file beside its override.
    rigs = [o for o in rigs if o.library is None] or rigs
    if len(rigs) != 1:
        raise Usage(f"choose the rig with --rig; armatures: {_armatures()}")
    return rigs[0]


def _armatures() -> str:
    names = [o.name for o in bpy.data.objects if o.type == "ARMATURE"]
    return ", ".join(map(repr, names)) or "none in this file"


class Reporter:
    """Prints progress in every farm's own form, a line each time a whole percent is reached."""

    def __init__(self) -> None:
        self._percent, self._message = -1, ""

    def __call__(self, step: Progress) -> None:
        percent = int(100 * step.fraction)
        if percent > self._percent:
            self._percent = percent
            say(f"openjd_progress: {percent:.1f}\nProgress: {percent}%\nPROGRESS: {percent}%")
            if step.message and step.message != self._message:
                self._message = step.message
                say(f"openjd_status: {step.message}")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()  # a farm reads along, through a pipe
