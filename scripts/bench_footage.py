"""Measure blocking on real footage, against what four synchronous cameras made of it.

    build/env/py311/bin/python scripts/bench_footage.py [--data FOLDER] [--no-rig]

A person balances along a line, filmed by four calibrated cameras; joints were triangulated
(.trc) and a skeleton fitted to them (.mot) by Pose2Sim. We are given one of the cameras. Nothing
was set on this clip. Beside it stand mediapipe's own landmarks, and the ceiling: the triangulated
joints through the same retargeting. For the other clips, of which no truth is known, it prints
how far the stage trusts itself, second by second, so that a false person would show.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import bpy  # first: it puts its other modules on the path

# isort: split
import numpy as np
from numpy.typing import NDArray

import bench_blocking as bench
import bench_measures as measures
import bench_rig
import package

package.load()
from understudy.ml import rotations as rt  # noqa: E402
from understudy.ml.blocking import lifting, reading, solver  # noqa: E402
from understudy.ml.blocking.body import ROLES, Motion  # noqa: E402
from understudy.ml.blocking.tracker import track  # noqa: E402
from understudy.ml.progress import run  # noqa: E402
from understudy.ml.video import open_video  # noqa: E402

CLIP = "pose2sim_single_cam01"
OTHERS = ("sports2d_demo", "sam2_juggle", "bodypose3d_cam0")
JOINTS = "S00_P00_T01_BalancingTrial_filt_butterworth_0-100.trc"
ANGLES = "BalancingTrial_filt_butterworth_0-100_body25b.mot"
MARKERS = ("LShoulder", "LElbow", "LWrist", "LHip", "LKnee", "LAnkle", "RShoulder", "RElbow",
           "RWrist", "RHip", "RKnee", "RAnkle", "LHeel", "LBigToe", "RHeel", "RBigToe",
           "Nose")  # fmt: skip
"""The markers that are `lifting.JOINTS`, in their order."""
HINGES = {
    "knee_angle_l": (3, 4, 5), "knee_angle_r": (9, 10, 11),
    "elbow_flex_l": (0, 1, 2), "elbow_flex_r": (6, 7, 8),
}  # fmt: skip
_ANKLE_HIGH = 0.08


def read_joints(path: Path) -> NDArray:
    """Return (F, 17, 3) metres of a .trc file, z up, x to the left of who faces -y."""
    rows = path.read_text().splitlines()
    names = [n for n in rows[3].split("\t")[2:] if n]
    values = np.array([[float(v) for v in row.split("\t")[2:] if v] for row in rows[5:] if row])
    places = values.reshape(len(values), len(names), 3)[:, [names.index(n) for n in MARKERS]]
    # The file is y up.
    return np.stack([places[..., 2], places[..., 0], places[..., 1]], axis=-1)


def read_angles(path: Path) -> dict[str, NDArray]:
    """Return the columns of a .mot file, degrees."""
    rows = path.read_text().splitlines()
    first = rows.index("endheader") + 1
    values = np.array([[float(v) for v in row.split()] for row in rows[first + 1 :] if row])
    return dict(zip(rows[first].split(), values.T, strict=True))


def as_motion(joints: NDArray, fps: float) -> Motion:
    """Return triangulated joints as a performance, by geometry alone: what a ceiling is made of."""
    marks = bench.as_landmarks(joints)
    # Hands were not triangulated: they continue the forearms.
    for side in (0, 1):
        ahead = 0.3 * (marks[:, 15 + side] - marks[:, 13 + side])
        for tip in (17, 19):
            marks[:, tip + side] = marks[:, 15 + side] + ahead
    rot = solver.segment_rotations(marks, fps)
    offsets = solver.body_offsets(marks, rot, np.ones(len(rot)))
    root = joints[:, measures.HIPS].mean(axis=1)
    leg = np.linalg.norm(np.diff(joints[:, [3, 4, 5]], axis=1), axis=-1).sum(axis=1).mean()
    return Motion(
        time=np.arange(len(rot)) / fps,
        rot=np.stack([rt.continuous(rot[:, r]) for r in range(len(ROLES))], axis=1),
        root=root - [*root[0, :2], 0.0],
        leg_length=float(leg + _ANKLE_HIGH),
        contact=np.zeros((len(rot), 4), bool),
        confidence=np.ones(len(rot)),
        joints=solver.forward(rot, offsets) + root[:, None],
        joint_names=solver.JOINT_NAMES,
        offsets=offsets,
    )


def bends(joints: NDArray, hinge: tuple[int, int, int]) -> NDArray:
    """Return how far a hinge is bent (F,), degrees, 0 when straight."""
    a, b, c = (joints[:, k] for k in hinge)
    cosine = (rt.normalize(b - a) * rt.normalize(c - b)).sum(axis=-1)
    return np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))


def heading(joints: NDArray) -> NDArray:
    """Return the hips' heading (F,) since the first frame, degrees."""
    across = joints[:, 3] - joints[:, 9]
    angle = np.unwrap(np.arctan2(across[:, 1], across[:, 0]))
    return np.degrees(angle - angle[0])


def compare(folder: Path, with_rig: bool) -> None:
    """Print the calibrated clip's table."""
    clip, true = folder / f"{CLIP}.mp4", read_joints(folder / JOINTS)
    angles = read_angles(folder / ANGLES)
    with open_video(clip) as video:
        landmarks = run(track(video))
    fps = 60.0
    frames = min(len(true), len(landmarks.time))
    true, time = true[:frames], np.arange(frames) / fps
    ways = {}
    world = bench.mediapipe_world(clip, package.ROOT / "build" / "truth" / f"{CLIP}.mediapipe.npz")
    ways["mediapipe"] = world[:frames]
    plain, lifted = (reading.read(landmarks, time, use_lifter=u).motion for u in (False, True))
    for way, motion in (("geometry", plain), ("lifter", lifted)):
        ways[way] = motion.joints[:, bench.PLACES]
    if with_rig:
        human = bench_rig.Human()
        ways["rig"] = human.perform(lifted)
        ways["ceiling"] = human.perform(as_motion(true, fps))
    print(f"\n{CLIP}: {frames} frames. PA in mm; then mean errors in degrees, of knees and elbows")
    print("against the triangulated joints and the fitted skeleton (and those two against each")
    print("other, last row), and of the hips' turning")
    print(" " * 12 + "".join(f"{c:>11}" for c in ("PA", "knee trc", "knee mot", "elbow trc",
                                                  "elbow mot", "turning")))  # fmt: skip
    for way, joints in ways.items():
        print(f"{way:12}{measures.pa_mpjpe(joints, true):11.1f}" + _angles(joints, true, angles))
    print(f"{'.trc, .mot':12}{0.0:11.1f}" + _angles(true, true, angles))


def _angles(joints: NDArray, true: NDArray, angles: dict[str, NDArray]) -> str:
    cells = []
    for part in ("knee", "elbow"):
        names = [name for name in HINGES if name.startswith(part)]
        found = [bends(joints, HINGES[name]) for name in names]
        for wanted in ([bends(true, HINGES[name]) for name in names],
                       [angles[name][: len(true)] for name in names]):  # fmt: skip
            cells.append(np.mean(np.abs(np.array(found) - wanted)))
    cells.append(np.abs(heading(joints) - heading(true)).mean())
    return "".join(f"{v:11.1f}" for v in cells)


def trust(folder: Path, name: str) -> None:
    """Print how far the stage trusts itself in a clip, second by second."""
    with open_video(folder / f"{name}.mp4") as video:
        landmarks = run(track(video))
    there = landmarks.time[landmarks.found]
    time = np.arange(there[0], there[-1], 1.0 / 30.0)
    sure = reading.read(landmarks, time).motion.confidence
    seconds = np.floor(time).astype(int)
    print(f"\n{name}: seen in {landmarks.found.mean():.0%} of the frames, "
          f"{len(landmarks.notes)} notes: {' '.join(landmarks.notes)}")  # fmt: skip
    means = {s: sure[seconds == s].mean() for s in np.unique(seconds)}
    print("confidence " + " ".join(f"{s}s {value:.2f}" for s, value in means.items()))


def main() -> int:
    """Entry point; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", type=Path, help="the data folder")
    parser.add_argument("--no-rig", action="store_true", help="the solved bodies only, quick")
    args = parser.parse_args()
    folder = bench.data_folder(args.data) / "video" / "real"
    if not (folder / JOINTS).is_file():
        parser.error(f"no {JOINTS} in {folder}: give the data folder with --data")
    print(f"bpy {bpy.app.version_string}; joints: {', '.join(lifting.JOINTS)}")
    compare(folder, not args.no_rig)
    for name in OTHERS:
        trust(folder, name)
    return 0


if __name__ == "__main__":
    package.end_with(main)
