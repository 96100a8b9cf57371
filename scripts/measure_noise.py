"""Measure how the detector errs on filmed people, for the lifter's training.

    build/env/train/bin/python scripts/measure_noise.py

Needs `film_people.py`. Leaves build/lifter/{detector,known}.npz.
"""

from __future__ import annotations

import sys

import numpy as np

import package

package.load()
from understudy.ml.blocking import lifting  # noqa: E402
from understudy.ml.train.lifter import data, noise  # noqa: E402

OUT = package.ROOT / "build" / "lifter"
# Mean of the landmarks, on the picture: limbs that are hidden teach nothing, since the lifter is
# not shown that they are; and somebody else may have been found, or a thing.
_MISREAD_M = 0.12


def misread(e: noise.Example) -> float:
    """Return how far landmarks lie from their joints on the picture, metres at the hips."""
    flat, true = e.flat * e.far[:, None, None], noise.clean_marks(e.joints, e.far)[..., :2]
    # What the lens was taken for makes it larger or smaller than it is.
    size = (flat * true).sum() / np.square(flat).sum()
    return float(np.linalg.norm(size * flat - true, axis=-1).mean())


def main() -> int:
    """Measure all films, say how far the detector is off, and write what was found."""
    films = sorted((OUT / "films").glob("*.npz"))
    found = [item for path in films for item in data.read_known(path)]

    def off(item: data.Known) -> np.ndarray:
        return item.example.body[:, lifting.AS_JOINTS] - item.example.joints

    kept = [k for k in found if misread(k.example) < _MISREAD_M]
    detector = noise.fit([k.example for k in kept])
    detector.save(OUT / "detector.npz")
    data.save_known(OUT / "known.npz", kept)
    errors = np.concatenate([off(k) for k in kept])
    left = np.concatenate(detector.left)[:, lifting.AS_JOINTS]
    print(f"{len(films)} films, {len(found)} with somebody found, {len(kept)} seen well")
    print(f"{len(errors)} frames; millimetres, root mean square")
    print("joint            across   down   away   picture, after the bias: across  down  away")
    for k, name in enumerate(lifting.JOINTS):
        a = 1000 * np.sqrt(np.square(errors[:, k]).mean(axis=0))
        b = 1000 * np.sqrt(np.square(left[:, k]).mean(axis=0))
        print(f"{name:14}" + "".join(f"{v:8.0f}" for v in (*a, *b)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
