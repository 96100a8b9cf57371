"""`understudy lipsync`: recorded lines onto a character's mouth."""

from __future__ import annotations

import argparse
from pathlib import Path

import bpy

from ...ml.errors import UnderstudyError
from .. import dialogue, facemaps, lipsync, work
from ..lipsyncprops import UnderstudyLipsync
from . import base
from .face import find_face


def add_to(stages: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the command and return its parser."""
    parser = stages.add_parser("lipsync", help="make a character's mouth say recorded lines")
    parser.set_defaults(command=_run)
    add = parser.add_argument
    heard = parser.add_mutually_exclusive_group(required=True)
    heard.add_argument("--wav", type=Path, action="append", metavar="FILE",
        help="the recording; give it once a line")  # fmt: skip
    heard.add_argument("--lines", type=Path, metavar="FILE",
        help="the lines, .json or .csv: sound, text, language, frame or marker")  # fmt: skip
    words = parser.add_mutually_exclusive_group()
    words.add_argument("--text", action="append", help="what is said; once a line, or not at all")
    words.add_argument(
        "--text-file", type=Path, action="append", metavar="FILE", help="the same from a file"
    )
    add("--language", default="en-us", help="espeak-ng's code of the text's language (en-us)")
    place = parser.add_mutually_exclusive_group()
    place.add_argument(
        "--start-frame", type=int, action="append", help="where a line begins (scene's first)"
    )
    place.add_argument("--marker", action="append", help="timeline marker at which a line begins")
    add("--mesh", help="name of the face: a mesh or an armature (default: the only one)")
    add("--map", type=Path, metavar="FILE", help="face map, JSON (default: the face's own)")
    add("--dub", metavar="NAME", help="kept performance whose mouth alone is replaced")
    add("--no-strip", action="store_true", help="leave the sequencer as it is")
    setting = base.Settings(parser, UnderstudyLipsync)
    for name in ("jaw", "lips", "precision", "tolerance", "every_frame"):
        setting(f"--{name.replace('_', '-')}", name)
    base.add_results(parser)
    base.add_machine(parser)
    return parser


def _run(args: argparse.Namespace) -> None:
    outputs = base.outputs_of(args)
    obj, options = find_face(args.mesh), _options(args)
    base.carry_out(args, work.speak(bpy.context.scene, obj, options), outputs)


def _lines(args: argparse.Namespace) -> list[lipsync.Line]:
    scene = bpy.context.scene
    if args.lines:
        if args.text or args.text_file or args.start_frame or args.marker:
            raise base.Usage("--lines says text and place of each line: leave the others out")
        return dialogue.read(args.lines.absolute(), scene, args.language)
    count = len(args.wav)
    texts = args.text or [_read(path) for path in args.text_file or []]
    frames = args.start_frame or [lipsync.marker_frame(scene, name) for name in args.marker or []]
    if texts and len(texts) != count:
        raise base.Usage(f"{count} recordings but {len(texts)} texts: give one for each, or none")
    if frames and len(frames) != count:
        raise base.Usage(f"{count} recordings but {len(frames)} places: give one for each")
    if not frames and count > 1:
        raise base.Usage("several recordings: say where each begins (--start-frame or --marker)")
    return [
        lipsync.Line(
            path,
            texts[i] if texts else "",
            args.language,
            frames[i] if frames else scene.frame_start,
        )
        for i, path in enumerate(args.wav)
    ]


def _options(args: argparse.Namespace) -> lipsync.Options:
    return lipsync.Options(
        lines=_lines(args),
        jaw=args.jaw,
        lips=args.lips,
        precision=args.precision,
        dub=args.dub or "",
        face_map=facemaps.read_file(args.map) if args.map else None,
        add_strip=not args.no_strip,
        tolerance=args.tolerance,
        every_frame=args.every_frame,
        **base.machine_of(args),
    )


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as exc:
        raise UnderstudyError(f"The text {path} cannot be read: save it as UTF-8 ({exc})") from exc
