"""Train the layout networks. Needs the environment "train" and the room corpus.

    build/env/train/bin/python scripts/train_layout.py OUT [--minutes-placement 13 …]

Twenty minutes of one core in all; `scripts/export_layout.py` measures and exports what comes out.
"""

from __future__ import annotations

import argparse
import logging
import sys
from dataclasses import fields
from pathlib import Path

import package

package.load()

from understudy.ml.train.layout import train  # noqa: E402


def main() -> int:
    """Train with the settings that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("out", type=Path, help="folder for the weights and the log")
    for f in fields(train.Settings):
        kind = {"int": int, "float": float}[f.type]
        parser.add_argument(f"--{f.name.replace('_', '-')}", type=kind, default=f.default)
    args = vars(parser.parse_args())
    out = args.pop("out")
    out.mkdir(parents=True, exist_ok=True)
    handlers = [logging.StreamHandler(sys.stdout), logging.FileHandler(out / "train.log")]
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", handlers=handlers)
    train.run(train.Settings(**args), out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
