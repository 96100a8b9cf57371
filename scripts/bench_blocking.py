"""Measure the blocking stage against exact ground truth, beside plain alternatives.

    python scripts/bench_blocking.py [--data FOLDER] [--check]

Run it with the Python of the py311 environment (it needs bpy, for Blender's own Decimate). The
data folder holds `video/rendered`: clips whose joints are known. Three tables are printed: the
solved body beside mediapipe's own world landmarks; key frames found on blocked clips; and how
well splines through few keys rebuild the motion, beside uniform keys and Blender's Decimate.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import bpy
import numpy as np
from numpy.typing import NDArray

import env
import package

package.load()

from understudy.ml import curves  # noqa: E402
from understudy.ml import rotations as rt  # noqa: E402
from understudy.ml.blocking import keyposes, solver  # noqa: E402
from understudy.ml.blocking.body import PARENT, ROLES, Motion  # noqa: E402
from understudy.ml.blocking.tracker import Landmarks, track  # noqa: E402
from understudy.ml.progress import run  # noqa: E402
from understudy.ml.video import open_video  # noqa: E402

JOINTS = (
    *(f"{part}.{side}" for side in "LR"
      for part in ("upper_arm", "forearm", "hand", "thigh", "shin", "foot")),
    "heel.L", "toes.L", "heel.R", "toes.R", "nose",
)  # fmt: skip
"""The ground truth's 17 joints by our names, in its order."""
MEDIAPIPE = (11, 13, 15, 23, 25, 27, 12, 14, 16, 24, 26, 28, 29, 31, 30, 32, 0)
HIPS = [3, 9]
SHARES = (0.05, 0.10, 0.20)
F1_BAR = 0.75
WITHIN = 2  # frames


def data_folder(given: Path | None) -> Path:
    """Return the data folder, from the command line, the environment or beside the checkout."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    return given or Path(os.environ.get("UNDERSTUDY_DATA", beside))


def ground_truth(path: Path) -> tuple[NDArray, dict]:
    """Return (F, 17, 3) joints in scene axes seen from the camera, metres, and the raw file."""
    truth = dict(np.load(path, allow_pickle=True))
    e = truth["E"]
    camera = np.einsum("fij,fkj->fki", e[:, :, :3], truth["pos"]) + e[:, None, :, 3]
    # The file's camera axes are x right, y up, z away.
    return np.stack([camera[..., 0], camera[..., 2], camera[..., 1]], axis=-1), truth


def mpjpe(joints: NDArray, truth: NDArray) -> float:
    """Return the mean joint distance with the hips on top of each other, millimetres."""
    a = joints - joints[:, HIPS].mean(axis=1, keepdims=True)
    b = truth - truth[:, HIPS].mean(axis=1, keepdims=True)
    return 1000.0 * float(np.linalg.norm(a - b, axis=-1).mean())


def pa_mpjpe(joints: NDArray, truth: NDArray) -> float:
    """Return the mean joint distance after the best similarity a frame, millimetres."""
    a = joints - joints.mean(axis=1, keepdims=True)
    b = truth - truth.mean(axis=1, keepdims=True)
    u, s, vt = np.linalg.svd(np.swapaxes(a, 1, 2) @ b)
    sign = np.ones_like(s)
    sign[:, 2] = np.sign(np.linalg.det(u @ vt))
    scale = (s * sign).sum(axis=1) / np.square(a).sum(axis=(1, 2))
    best = scale[:, None, None] * (a @ ((u * sign[:, None]) @ vt))
    return 1000.0 * float(np.linalg.norm(best - b, axis=-1).mean())


def key_f1(found: NDArray, true: NDArray) -> float:
    """Return the F1 score of key frames, each matched once within `WITHIN` frames."""
    left, hits = list(true), 0
    for frame in found:
        near = [t for t in left if abs(t - frame) <= WITHIN]
        if near:
            left.remove(min(near, key=lambda t: abs(t - frame)))
            hits += 1
    return 2.0 * hits / (len(found) + len(true))


def see(clip: Path) -> Landmarks:
    """Return the landmarks of the largest person in a clip."""
    with open_video(clip) as video:
        return run(track(video))


def mediapipe_world(clip: Path) -> NDArray:
    """Return (F, 17, 3) of mediapipe's own world landmarks, scene axes."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "reference.npz")
        script = Path(__file__).with_name("mediapipe_reference.py")
        command = [str(env.python_of("export")), str(script), str(clip), str(target)]
        subprocess.run(command, check=True, capture_output=True)
        world = np.load(target)["world"][:, MEDIAPIPE]
    return np.stack([world[..., 0], world[..., 2], -world[..., 1]], axis=-1)


def compare_bodies(clips: list[Path]) -> tuple[dict[str, Motion], bool]:
    """Print joint errors; return the motions and whether no clip is worse than mediapipe."""
    print("\nBody, mm, all 17 joints          MPJPE            PA-MPJPE")
    print("clip                       mediapipe   ours   mediapipe   ours")
    motions, met = {}, True
    place = [solver.JOINT_NAMES.index(name) for name in JOINTS]
    for clip in clips:
        truth, _ = ground_truth(clip.with_suffix(".gt.npz"))
        seen = see(clip)
        motions[clip.stem] = motion = solver.solve(seen, seen.time)
        ours, theirs = motion.joints[:, place], mediapipe_world(clip)
        row = [f(j, truth) for f in (mpjpe, pa_mpjpe) for j in (theirs, ours)]
        met &= row[1] <= row[0] and row[3] <= row[2]
        print(f"{clip.stem:26}{row[0]:10.1f}{row[1]:7.1f}{row[2]:12.1f}{row[3]:7.1f}")
    return motions, met


def compare_keys(clips: list[Path], motions: dict[str, Motion]) -> bool:
    """Print key-frame scores at the true count; return whether blocking1 reaches its bar."""
    print(f"\nKey frames found within {WITHIN} frames, F1 at the true count")
    print("clip                      keys   ours  uniform")
    met = True
    for clip in clips:
        true = ground_truth(clip.with_suffix(".gt.npz"))[1]["keys"].ravel() - 1
        if len(true) < 3:
            continue
        motion = motions[clip.stem]
        poses = keyposes.pick(motion, 30.0, count=len(true))
        even = np.linspace(0, len(motion.time) - 1, len(true)).round()
        scores = key_f1(poses.index, true), key_f1(even, true)
        print(f"{clip.stem:26}{len(true):4}{scores[0]:7.2f}{scores[1]:9.2f}")
        if clip.stem == "blocking1":
            met &= scores[0] >= F1_BAR
    return met


def local_curves(motion: Motion) -> NDArray:
    """Return (F, 4 roles + 3) local quaternions and root: what a rig's F-curves would hold."""
    parts = []
    for r, role in enumerate(ROLES):
        q = motion.rot[:, r]
        if PARENT[role] is not None:
            q = rt.multiply(rt.conjugate(motion.rot[:, ROLES.index(PARENT[role])]), q)
        parts.append(rt.continuous(q))
    return np.concatenate([*parts, motion.root / motion.leg_length], axis=1)


def places(values: NDArray, motion: Motion) -> NDArray:
    """Return (F, J, 3) joint positions of local curves on the solved body, leg lengths."""
    n = len(ROLES)
    local = rt.normalize(values[:, : 4 * n].reshape(-1, n, 4))
    turned: dict[str, NDArray] = {}
    for r, role in enumerate(ROLES):
        above = PARENT[role]
        turned[role] = local[:, r] if above is None else rt.multiply(turned[above], local[:, r])
    joints = solver.forward(np.stack([turned[r] for r in ROLES], axis=1), motion.offsets)
    return joints / motion.leg_length + values[:, None, 4 * n :]


def rebuild_error(rebuilt: NDArray, values: NDArray, motion: Motion) -> NDArray:
    """Return how far rebuilt local curves miss: joint angles (degrees), joint places (mm).

    Root mean square over frames and joints; places for a leg of 0.9 m.
    """
    n = len(ROLES)
    a, b = (rt.normalize(v[:, : 4 * n].reshape(-1, n, 4)) for v in (rebuilt, values))
    angle = np.degrees(np.sqrt(np.square(rt.angle_between(a, b)).mean()))
    miss = places(rebuilt, motion) - places(values, motion)
    return np.array([angle, 900.0 * np.sqrt(np.square(miss).sum(axis=-1).mean())])


def through_keys(values: NDArray, index: NDArray) -> NDArray:
    """Return the spline through some rows, as the stage would write it."""
    frames = np.arange(len(values))
    spline = curves.fit_spline(frames, values, index, keyposes.VALUE_HOLD)
    return curves.evaluate(index, *spline, frames)


class Engine:
    """Blender's own F-curves, in a graph editor without a window."""

    def __init__(self) -> None:
        self.window = bpy.context.window_manager.windows[0]
        self.area = self.window.screen.areas[0]
        self.area.type = "GRAPH_EDITOR"
        self.area.spaces.active.dopesheet.show_only_selected = False
        self.region = next(r for r in self.area.regions if r.type == "WINDOW")

    def _curves(self, values: NDArray, index: NDArray) -> list:
        """Make F-curves of new, selected action keyed at some rows, auto-clamped."""
        for old in list(bpy.data.objects):
            bpy.data.objects.remove(old)
        owner = bpy.data.objects.new("curves", None)
        bpy.context.scene.collection.objects.link(owner)
        bpy.context.view_layer.objects.active = owner
        owner.select_set(True)
        action = bpy.data.actions.new("curves")
        adt = owner.animation_data_create()
        adt.action = action
        adt.action_slot = slot = action.slots.new("OBJECT", "curves")
        strip = action.layers.new("Layer").strips.new(type="KEYFRAME")
        bag = strip.channelbag(slot, ensure=True)
        made = [bag.fcurves.new(f'["c{k}"]') for k in range(values.shape[1])]
        for curve, column in zip(made, values.T, strict=True):
            curve.keyframe_points.add(len(index))
            points = np.stack([index, column[index]], axis=1).ravel()
            curve.keyframe_points.foreach_set("co", points)
            for field, number in (("interpolation", 2), ("handle_left_type", 4),
                                  ("handle_right_type", 4)):  # fmt: skip
                curve.keyframe_points.foreach_set(field, np.full(len(index), number))
            curve.update()
            for key in curve.keyframe_points:
                key.select_control_point = True
        return made

    @staticmethod
    def _evaluate(made: list, frames: int) -> NDArray:
        return np.array([[curve.evaluate(f) for f in range(frames)] for curve in made]).T

    def auto_clamped(self, values: NDArray, index: NDArray) -> NDArray:
        """Return what Blender makes of keys at some rows by itself."""
        return self._evaluate(self._curves(values, index), len(values))

    def decimate(self, values: NDArray, count: int) -> NDArray:
        """Return the curves rebuilt by Decimate (Ratio) from about `count` keys each."""
        made = self._curves(values, np.arange(len(values)))
        place = {"window": self.window, "area": self.area, "region": self.region}
        with bpy.context.temp_override(**place, screen=self.window.screen):
            bpy.ops.graph.decimate(mode="RATIO", factor=1.0 - count / len(values))
        return self._evaluate(made, len(values))


def compare_splines(motions: dict[str, Motion]) -> bool:
    """Print rebuild errors at equal key counts; return whether ours is lowest at each share."""
    print("\nRebuilt from few keys, mean over the clips: joint angle, degrees / joint place, mm")
    print("share    ours (key poses)   uniform, our spline  uniform, auto-clamped   Decimate")
    engine = Engine()
    met = True
    for share in SHARES:
        rows = []
        for motion in motions.values():
            values = local_curves(motion)
            count = max(3, round(share * len(values)))
            even = np.linspace(0, len(values) - 1, count).round().astype(int)
            posed = keyposes.pick(motion, 30.0, count).index
            rebuilt = (
                through_keys(values, posed),
                through_keys(values, even),
                engine.auto_clamped(values, even),
                engine.decimate(values, count),
            )
            rows.append([rebuild_error(r, values, motion) for r in rebuilt])
        mean = np.mean(rows, axis=0)
        print(f"{share:5.0%}" + "".join(f"{a:12.2f} / {p:6.1f}" for a, p in mean))
        met &= bool((mean[0] < mean[1:]).all())
    return met


def main() -> int:
    """Entry point; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", type=Path, help="folder with video/rendered")
    parser.add_argument("--check", action="store_true", help="exit 1 when a bar is missed")
    args = parser.parse_args()
    clips = sorted(data_folder(args.data).glob("video/rendered/*.mp4"))
    if not clips:
        parser.error("no rendered clips found: give the data folder with --data")
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores, bpy {bpy.app.version_string}")
    motions, bodies = compare_bodies(clips)
    results = {
        "no clip worse than mediapipe": bodies,
        f"key F1 on blocking1 at least {F1_BAR}": compare_keys(clips, motions),
        "rebuilt better than uniform keys and Decimate": compare_splines(motions),
    }
    print()
    for bar, met in results.items():
        print(f"{'met   ' if met else 'MISSED'}  {bar}")
    return 0 if all(results.values()) or not args.check else 1


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)  # bpy 4.5 may hang while Python shuts down
