"""Train the layout's judges: the ranker of rooms and the eye of cameras.

    build/env/train/bin/python scripts/train_judges.py OUT [--minutes-ranker 2 …]

Ten minutes of one core in all; `scripts/export_judges.py` measures and exports what comes out.
"""

from __future__ import annotations

import argparse
import logging
import sys
from dataclasses import fields
from pathlib import Path

import package

package.load()

from understudy.ml.train.layout import judges  # noqa: E402


def main() -> int:
    """Train with the settings that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("out", type=Path, help="folder for the weights and the log")
    for f in fields(judges.Settings):
        kind = {"int": int, "float": float}[f.type]
        parser.add_argument(f"--{f.name.replace('_', '-')}", type=kind, default=f.default)
    args = vars(parser.parse_args())
    out = args.pop("out")
    out.mkdir(parents=True, exist_ok=True)
    handlers = [logging.StreamHandler(sys.stdout), logging.FileHandler(out / "judges.log")]
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", handlers=handlers)
    judges.run(judges.Settings(**args), out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
