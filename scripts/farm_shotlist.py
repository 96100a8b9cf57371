"""Write a batch from production tracking, for `scripts/farm` to make jobs of.

    KITSU_HOST=… KITSU_TOKEN=… python scripts/farm_shotlist.py kitsu "My film" \\
        --blend "shots/{sequence}/{shot}/{shot}.blend" --stages inbetween playblast --out reel.json

Exit status: 0 done, 2 something is wrong, and then nothing is written.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from farm import batch, stages, tracking
from farm.errors import BatchError


def main(argv: list[str]) -> int:
    """Ask a server and write the batch."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    add = parser.add_argument
    add("server", choices=list(tracking.SERVERS))
    add("project", help="its name on the server")
    add("--blend", required=True, help="path of a shot's file, with {sequence} and {shot}")
    add("--stages", nargs="+", choices=list(stages.STAGES), required=True)
    add("--out", type=Path, required=True, help="the batch, JSON")
    args = parser.parse_args(argv)
    try:
        found = tracking.SERVERS[args.server](args.project)
        data = tracking.batch_of(batch.plain_name(args.project), found, args.blend, args.stages)
        batch.from_data(data, args.out.absolute().parent)  # says what is wrong with it
    except BatchError as exc:
        sys.stderr.write(f"farm_shotlist.py: {exc}\n")
        return 2
    beside = args.out.with_name(f".{args.out.name}-{os.getpid()}")
    beside.write_text(json.dumps(data, indent=2) + "\n", "utf-8")
    os.replace(beside, args.out)
    sys.stdout.write(f"{args.out}: {len(found)} shots\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
