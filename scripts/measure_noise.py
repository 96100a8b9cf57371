"""Measure how the detector errs on rendered clips, for the lifter's training.

    build/env/py311/bin/python scripts/measure_noise.py

Needs `render_truth.py --use noise`. Leaves build/lifter/{detector,known}.npz.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np

import package
import truth_clip

package.load()
from understudy.ml import rotations as rt  # noqa: E402
from understudy.ml.blocking import fit, lifting  # noqa: E402
from understudy.ml.blocking.body import ROLES  # noqa: E402
from understudy.ml.errors import VideoError  # noqa: E402
from understudy.ml.train.lifter import data, mocap, noise  # noqa: E402

from truth_clips import CLIPS, perform  # noqa: E402

OUT = package.ROOT / "build" / "lifter"
_SMOOTH_S = 0.03


def known(path: Path, sources: dict[str, mocap.Performance]) -> data.Known | None:
    """Return what was detected and what is true of a clip; None where nobody was found."""
    truth = truth_clip.read(path)
    try:
        seen = truth_clip.watch(truth.video)
    except VideoError:
        return None
    if seen.found.mean() < 0.9:
        return None
    time = np.arange(len(truth.world)) / truth.fps
    at = fit.resample(seen, np.minimum(time, seen.time[-1]), _SMOOTH_S, truth.focal_px)
    rays = (at.image - 0.5 * np.array(truth.size)) / truth.focal_px
    still = at.still[:, [fit.HIP_L, fit.HIP_R]].mean(axis=1) - 0.5 * np.array(truth.size)
    view = lifting.look(rays, at.world, at.visibility, still / truth.focal_px, truth.fps)
    hips = truth.camera[:, list(lifting.HIPS)].mean(axis=1)
    joints = rt.rotate(view.turn[:, None], truth.camera - hips[:, None])
    clip = next(c for c in CLIPS if c.name == truth.name)
    rot = truth_clip.swung(truth, perform(clip, sources[clip.source])[0].rot)
    turned = rt.multiply(view.turn[:, None], rt.multiply(truth.into[:, None], rot))
    columns = rt.to_matrix(turned)
    six = np.concatenate([columns[..., 0], columns[..., 1]], axis=-1)
    marks = len(lifting.LANDMARKS)
    ahead = np.concatenate([rays, np.ones((*rays.shape[:2], 1))], axis=2)
    ahead = rt.rotate(view.turn[:, None], ahead[:, list(lifting.LANDMARKS)])
    cells = view.inputs[:, : 6 * marks].reshape(len(joints), marks, 6)
    example = noise.Example(
        joints=joints,
        turned=six[:, [ROLES.index(r) for r in ("head", "hand.L", "hand.R")]],
        far=np.linalg.norm(hips, axis=-1),
        flat=ahead[..., :2] / ahead[..., 2:],
        body=cells[..., 2:5],
        visibility=cells[..., 5],
    )
    path_world = truth.world[:, list(lifting.HIPS)].mean(axis=1)
    speed = np.gradient(path_world, axis=0) * truth.fps
    return data.Known(
        example=example,
        still=still / truth.focal_px,
        rotation=six,
        contact=truth.contact.astype(float),
        up=rt.rotate(rt.multiply(view.turn, truth.into), [0.0, 0.0, 1.0]),
        velocity=rt.rotate(rt.multiply(view.turn, truth.into), speed),
    )


def main() -> int:
    """Measure all clips for noise, say how far the detector is off, and write what was found."""
    where = os.environ.get("UNDERSTUDY_DATA")
    folder = Path(where, "motion") if where else None
    sources = {p.name: p for p in mocap.load(("cmu_bvh", "cmu_fbx"), folder)}
    found = []
    for path in truth_clip.rendered("noise"):
        item = known(path, sources)
        if item is not None:
            found.append(item)
    detector = noise.fit([k.example for k in found])
    OUT.mkdir(parents=True, exist_ok=True)
    detector.save(OUT / "detector.npz")
    data.save_known(OUT / "known.npz", found)
    off = np.concatenate([k.example.body[:, lifting.AS_JOINTS] - k.example.joints for k in found])
    left = np.concatenate(detector.left)[:, lifting.AS_JOINTS]
    print(f"{len(found)} clips, {len(off)} frames; millimetres, root mean square")
    print("joint            across   down   away   picture, after the bias: across  down  away")
    for k, name in enumerate(lifting.JOINTS):
        a = 1000 * np.sqrt(np.square(off[:, k]).mean(axis=0))
        b = 1000 * np.sqrt(np.square(left[:, k]).mean(axis=0))
        print(f"{name:14}" + "".join(f"{v:8.0f}" for v in (*a, *b)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
