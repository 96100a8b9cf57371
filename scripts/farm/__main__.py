"""Write what a render farm reads from one description of a batch.

    python3 scripts/farm BATCH.json --to openjd --job DIR --outputs DIR

Exit status: 0 done, 2 the batch or the arguments are wrong, and then nothing is written.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

if __package__ in (None, ""):  # run as a folder: its parent has to be found
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from farm import batch, job  # noqa: E402 - found through the line above
from farm.errors import BatchError  # noqa: E402

EXTENSION = Path(__file__).resolve().parents[2]


def _count(word: str) -> int:
    if not word.isdecimal() or not 1 <= int(word) <= 1000:
        raise argparse.ArgumentTypeError(f"{word} is not from 1 to 1000")
    return int(word)


def main(argv: list[str]) -> int:
    """Carry out the command line and return the exit status."""
    parser = argparse.ArgumentParser("farm", description=__doc__.split("\n\n")[0])
    add = parser.add_argument
    add("batch", type=Path, help="shots, stages, seeds and parameters: .json, .csv or .otio")
    add("--to", nargs="+", choices=list(job.FORMATS), default=["openjd"], help="what to write")
    add("--job", type=Path, required=True, help="folder to write the job to")
    add("--outputs", type=Path, required=True, help="folder of the results")
    add("--set", action="append", default=[], metavar="STAGE.OPTION=VALUE", help="for all shots")
    add("--python", default="python3", help="Python on the nodes; with bpy where no --blender")
    add("--blender", default="", help="Blender on the nodes; default: the bpy module")
    add("--extension", default=str(EXTENSION), help="this folder on the nodes")
    add("--chunk", type=_count, default=4, help="rows a task; 1 where a farm knows no chunks (4)")
    add("--elsewhere", action="store_true", help="do not look whether the files are there")
    args = parser.parse_args(argv)
    try:
        shots = batch.read(args.batch, args.set)
        if not args.elsewhere:
            shots.check_files()
        places = args.job.absolute(), args.outputs.absolute()
        options = job.Options(*places, args.python, args.blender, args.extension, args.chunk)
        made = job.Job(shots, options)
        job.write(args.job, made.files(args.to))
    except BatchError as exc:
        sys.stderr.write(f"farm: {args.batch.name}: {exc}\n")
        return 2
    count = sum(len(step.rows) for step in made.steps)
    sys.stdout.write(
        f"{args.job}: {len(shots.shots)} shots, {count} tasks in {len(made.steps)} steps\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
