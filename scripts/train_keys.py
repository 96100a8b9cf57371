"""Train the key picker. Needs the environment "train", the motion packs and `measure_noise.py`.

build/env/train/bin/python scripts/train_keys.py OUT             on one core, some 15 minutes
build/env/train/bin/python scripts/train_keys.py OUT --full      more clips, one GPU
… --epochs 12 --width 96                                        any setting by its name
"""

from __future__ import annotations

import argparse
import logging
import sys
from dataclasses import fields, replace
from pathlib import Path

import package

package.load()

from understudy.ml import runtime  # noqa: E402
from understudy.ml.train.keys import train  # noqa: E402
from understudy.ml.train.keys.settings import GPU, Settings  # noqa: E402


def main() -> int:
    """Train with the settings that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("out", type=Path, help="folder for the clips, the checkpoint and the log")
    parser.add_argument("--full", action="store_true", help="start from the GPU configuration")
    parser.add_argument("--inputs", type=Path, default=package.ROOT / "build" / "lifter")
    named = [f for f in fields(Settings) if f.type in ("int", "float", "str")]
    for f in named:
        kind = {"int": int, "float": float, "str": str}[f.type]
        parser.add_argument(f"--{f.name.replace('_', '-')}", type=kind, dest=f.name)
    args = parser.parse_args()
    given = {f.name: getattr(args, f.name) for f in named if getattr(args, f.name) is not None}
    args.out.mkdir(parents=True, exist_ok=True)
    handlers = [logging.StreamHandler(sys.stdout), logging.FileHandler(args.out / "train.log")]
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", handlers=handlers)
    runtime.keep_open()  # the lifter serves thousands of clips
    train.train(replace(GPU if args.full else Settings(), **given), args.out, args.inputs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
