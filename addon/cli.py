"""The command line: `blender -b shot.blend --command understudy block --video clip.mp4 …`

Exit codes: 0 done, 2 wrong usage, 3 failed, 4 cancelled; never 0 after a failure. Progress is
printed in the forms that Open Job Description, Deadline and Afanasy each read.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from ..ml.errors import Cancelled, UnderstudyError
from . import commands, files, jobs
from .commands.base import Usage, say

DONE, USAGE, FAILED, CANCELLED = 0, 2, 3, 4
PROGRAM = "blender --command understudy"


def main(argv: list[str]) -> int:
    """Entry point; what is returned becomes Blender's exit code."""
    return run(parser(PROGRAM, only=argv[0] if argv else ""), argv)


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
    except Usage as exc:
        sys.stderr.write(f"{arguments.prog}: {exc}\n")
        return USAGE
    except Cancelled as exc:
        say(f"openjd_status: {exc}")
        return CANCELLED
    except UnderstudyError as exc:
        say(f"openjd_fail: {exc}")
        sys.stderr.write(f"{arguments.prog}: {exc}\n")
        return FAILED
    except Exception:  # a bug; raised further, Blender would end with 0
        traceback.print_exc()
        return FAILED
    return DONE


def open_named(args: argparse.Namespace) -> None:
    """Open the .blend file that the arguments name, where they name one."""
    if getattr(args, "blend", None) is not None:
        files.open_blend(args.blend)


def parser(program: str, *, opens_file: bool = False, only: str = "") -> argparse.ArgumentParser:
    """Return the parser.

    Parameters
    ----------
    program : name for the help
    opens_file : whether a .blend file is named after the command
    only : load nothing but this command, where there is one of this name
    """
    top = argparse.ArgumentParser(program, description="Propose animation as editable keys.")
    stages = top.add_subparsers(required=True, metavar="COMMAND")
    for module in commands.modules(only):
        command = module.add_to(stages)
        if opens_file and not getattr(module, "OPENS_NO_FILE", False):
            command.add_argument("blend", type=Path, help="the .blend file to open")
    return top
