"""Measure the blocking stage against exact ground truth, beside plain alternatives and ceilings.

    build/env/py311/bin/python scripts/render_truth.py        once: the clips
    build/env/py311/bin/python scripts/bench_blocking.py [--use tune] [--only NAME …] [--check]

Each clip of `render_truth.py` is watched and solved, with the lifter and by geometry alone, and put
on a Rigify human of other proportions, whose joints are read back at every frame. Beside it stand
mediapipe's own landmarks, and the ceiling: the true motion through the same retargeting and the
same selector. The clips for measuring show people that nothing was trained or set on.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np
from numpy.typing import NDArray

import bench_measures as measures
import bench_rig
import env
import package
import truth_clip
from truth_clips import CLIPS, perform

package.load()

from understudy.ml import curves  # noqa: E402
from understudy.ml import rotations as rt  # noqa: E402
from understudy.ml.blocking import (  # noqa: E402
    camerapath,
    keypicker,
    keyposes,
    lifting,
    reading,
    solver,
)
from understudy.ml.blocking.body import PARENT, ROLES, Motion  # noqa: E402
from understudy.ml.blocking.tracker import Landmarks  # noqa: E402
from understudy.ml.train.lifter import mocap  # noqa: E402

MEDIAPIPE = (11, 13, 15, 23, 25, 27, 12, 14, 16, 24, 26, 28, 29, 31, 30, 32, 0)
PLACES = [solver.JOINT_NAMES.index(name) for name in lifting.JOINTS]
LEGS = ("leg.L", "leg.R")
_ANKLE_HIGH = 0.073  # metres, of the rendered bodies
SHARES = (0.05, 0.10, 0.20)
WAYS = ("mediapipe", "geometry", "lifter", "rig", "ceiling")
COLUMNS = ("pa", "mpjpe", "knee", "elbow", "foot", "yaw", "root", "skate", "contact", "jitter")


@dataclass
class Case:
    """A clip, seen and solved, beside its truth in scene axes of a level first camera."""

    truth: truth_clip.Truth
    landmarks: Landmarks
    joints: NDArray
    exact: Motion
    plain: Motion
    lifted: Motion
    world: NDArray
    scores: NDArray

    @property
    def kind(self) -> str:
        """Return what is done in it."""
        return "moving" if self.truth.move else self.truth.name.split("_")[0]


def data_folder(given: Path | None) -> Path:
    """Return the data folder, from the command line, the environment or beside the checkout."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    return given or Path(os.environ.get("UNDERSTUDY_DATA", beside))


def mediapipe_world(clip: Path, target: Path | None = None) -> NDArray:
    """Return (F, 17, 3) of mediapipe's own world landmarks, scene axes, its gaps filled.

    They are kept in `target`, by default beside the clip.
    """
    target = target or clip.with_suffix(".mediapipe.npz")
    if not target.is_file():
        script = Path(__file__).with_name("mediapipe_reference.py")
        command = [str(env.python_of("export")), str(script), str(clip), str(target)]
        subprocess.run(command, check=True, capture_output=True)
    world = np.load(target)["world"][:, MEDIAPIPE]
    there = np.flatnonzero(np.isfinite(world).all(axis=(1, 2)))
    rows, flat = np.arange(len(world)), world.reshape(len(world), -1)
    flat = np.stack([np.interp(rows, there, column[there]) for column in flat.T], axis=1)
    world = flat.reshape(world.shape)
    return np.stack([world[..., 0], world[..., 2], -world[..., 1]], axis=-1)


def true_motion(truth: truth_clip.Truth, source: mocap.Performance, turn: NDArray) -> Motion:
    """Return the true performance as the stage would have it, in the camera's scene axes."""
    clip = next(c for c in CLIPS if c.name == truth.name)
    made = perform(clip, source)[0]
    rot = rt.multiply(turn, truth_clip.swung(truth, made.rot))
    joints = rt.rotate(turn, truth.world)
    root = joints[:, measures.HIPS].mean(axis=1)
    leg = np.linalg.norm(np.diff(joints[:, [3, 4, 5]], axis=1), axis=-1).sum(axis=1).mean()
    offsets = solver.body_offsets(as_landmarks(joints), rot, np.ones(len(rot)))
    return Motion(
        time=made.time,
        rot=np.stack([rt.continuous(rot[:, r]) for r in range(len(ROLES))], axis=1),
        root=root - [*root[0, :2], 0.0],
        leg_length=float(leg + _ANKLE_HIGH),
        contact=truth.contact & (len(truth.keys) == 0),
        confidence=np.ones(len(rot)),
        joints=solver.forward(rot, offsets) + (root - [*root[0, :2], 0.0])[:, None],
        joint_names=solver.JOINT_NAMES,
        offsets=offsets,
    )


def as_landmarks(joints: NDArray) -> NDArray:
    """Return (F, 33, 3) with the true joints where the detector's landmarks would be."""
    out = np.zeros((len(joints), 33, 3))
    for mark, joint in lifting.JOINT_OF.items():
        out[:, mark] = joints[:, joint]
    return out


def study(path: Path, sources: dict[str, mocap.Performance]) -> Case:
    """Watch and solve a clip."""
    truth = truth_clip.read(path)
    landmarks = truth_clip.watch(truth.video)
    frames = min(len(landmarks.time), len(truth.world))
    truth = truth_clip.first(truth, frames)
    time = np.arange(frames) / truth.fps
    plain, lifted = (reading.read(landmarks, time, use_lifter=u) for u in (False, True))
    ahead = rt.rotate(rt.conjugate(truth.into[0]), [0.0, 0.0, 1.0])
    turn = rt.from_rotvec([0.0, 0.0, 0.5 * np.pi - np.arctan2(ahead[1], ahead[0])])
    clip = next(c for c in CLIPS if c.name == truth.name)
    return Case(
        truth=truth,
        landmarks=lifted.seen,
        joints=rt.rotate(turn, truth.world),
        exact=true_motion(truth, sources[clip.source], turn),
        plain=plain.motion,
        lifted=lifted.motion,
        world=mediapipe_world(truth.video)[:frames],
        scores=keypicker.score(lifted.motion).score,
    )


def row(case: Case, joints: NDArray, contact: NDArray | None, scale: float) -> list[float]:
    """Return the numbers of `COLUMNS` for one way of getting joints."""
    true, nan = case.joints, float("nan")
    placed = contact is not None
    return [
        measures.pa_mpjpe(joints, true),
        measures.mpjpe(joints, true),
        measures.bend_error(joints, true, measures.KNEES),
        measures.bend_error(joints, true, measures.ELBOWS),
        measures.foot_error(joints, true),
        measures.yaw_error(joints, true),
        measures.root_error(joints, true, scale) if placed else nan,
        measures.skate(joints, case.truth.contact, scale) if placed else nan,
        measures.contact_f1(contact, case.truth.contact) if placed else nan,
        measures.jitter(scale * joints, true),
    ]


def compare_solved(cases: list[Case]) -> dict[str, NDArray]:
    """Print how far the solved bodies are from the truth, without any rig: much quicker."""
    out: dict[str, list] = {way: [] for way in WAYS[:3]}
    for case in cases:
        leg = case.exact.leg_length
        out["mediapipe"].append(row(case, case.world, None, 1.0))
        for way, motion in (("geometry", case.plain), ("lifter", case.lifted)):
            size = leg / motion.leg_length
            out[way].append(row(case, motion.joints[:, PLACES], motion.contact, size))
    table = {way: np.array(rows) for way, rows in out.items()}
    print_bodies(cases, table)
    return table


def compare_bodies(cases: list[Case]) -> dict[str, NDArray]:
    """Print how far each way is from the truth; return (cases, columns) for each way."""
    human = bench_rig.Human()
    out: dict[str, list] = {way: [] for way in WAYS}
    few: dict[str, list] = {"FK": [], "IK": []}
    for case in cases:
        leg = case.exact.leg_length
        out["mediapipe"].append(row(case, case.world, None, 1.0))
        for way, motion in (("geometry", case.plain), ("lifter", case.lifted)):
            size = leg / motion.leg_length
            out[way].append(row(case, motion.joints[:, PLACES], motion.contact, size))
        size = leg / human.leg
        for way, motion in (("rig", case.lifted), ("ceiling", case.exact)):
            out[way].append(row(case, human.perform(motion), motion.contact, size))
        count = max(3, round(0.15 * len(case.joints)))
        poses = keyposes.pick(case.lifted, case.truth.fps, count, learned=case.scores)
        for how, ik in (("FK", ()), ("IK", LEGS)):
            joints = human.perform(case.lifted, poses, ik)
            few[how].append(row(case, joints, case.lifted.contact, size))
    table = {way: np.array(rows) for way, rows in out.items()}
    print_bodies(cases, table)
    print("\nRig keyed in poses on 15 % of the frames, legs by FK and by IK, mean of all clips")
    print(" " * 22 + "".join(f"{c:>9}" for c in COLUMNS))
    for how, rows in few.items():
        print(f"{how:22}" + "".join(f"{v:9.2f}" for v in np.nanmean(rows, axis=0)))
    return table


def print_bodies(cases: list[Case], table: dict[str, NDArray]) -> None:
    """Print the table by kind of motion, then for each clip what changed most."""
    kinds = sorted({case.kind for case in cases})
    print("\nEvery frame: PA and MPJPE in mm; knee, elbow, foot, yaw in degrees; root in % of the")
    print("path; skate in mm a frame; contact F1; jitter as a ratio to the truth's")
    for kind in [*kinds, "all"]:
        rows = [k for k, case in enumerate(cases) if kind in (case.kind, "all")]
        print(f"{kind} ({len(rows)})".ljust(22) + "".join(f"{c:>9}" for c in COLUMNS))
        for way, values in table.items():
            some = values[rows]
            known = np.isfinite(some).any(axis=0)
            mean = [np.nanmean(c) if k else np.nan for c, k in zip(some.T, known, strict=True)]
            print(f"  {way:20}" + "".join(f"{v:9.2f}" for v in mean))
    print("\nPA of each clip, mm      " + "".join(f"{way:>11}" for way in table))
    for k, case in enumerate(cases):
        print(f"{case.truth.name:25}" + "".join(f"{v[k, 0]:11.1f}" for v in table.values()))


def salient(landmarks: NDArray, fps: float, count: int) -> NDArray:
    """Return the rows that the same dynamic programming picks on bare landmarks (F, 17, 3)."""
    about = landmarks - landmarks[:, measures.HIPS].mean(axis=1, keepdims=True)
    values = about.reshape(len(about), -1) / np.sqrt(about.shape[1])
    return keyposes.choose(values, np.zeros(len(values)), fps, count)


def compare_keys(cases: list[Case]) -> NDArray:
    """Print key-frame scores at the true count; return (clips, ways).

    Ours is what is the default, with the key picker.
    """
    authored = [case for case in cases if len(case.truth.keys) > 2]
    print(f"\nKey frames found within {measures.WITHIN} frames, F1 at the true count")
    print("clip                      keys     ours unlearned geometry uniform  mark DP  ceiling")
    rows = []
    for case in authored:
        true = case.truth.keys
        count, frames = len(true), len(case.joints)
        fps = case.truth.fps
        found = (
            keyposes.pick(case.lifted, fps, count, learned=case.scores).index,
            keyposes.pick(case.lifted, fps, count).index,
            keyposes.pick(case.plain, fps, count).index,
            np.linspace(0, frames - 1, count).round(),
            salient(case.world, fps, count),
            keyposes.pick(case.exact, fps, count).index,
        )
        rows.append([measures.key_f1(f, true) for f in found])
        print(f"{case.truth.name:26}{count:4}" + "".join(f"{v:9.2f}" for v in rows[-1]))
    if rows:
        print(f"{'mean':30}" + "".join(f"{v:9.2f}" for v in np.mean(rows, axis=0)))
    return np.array(rows)


def compare_cameras(cases: list[Case]) -> list[float]:
    """Print how far what was found of moving cameras is off; return the turns' degrees."""
    print("\nMoving cameras, mean error (and true range): turn since the first frame, degrees;")
    print("place, metres; focal length of the last frame, percent")
    out = []
    for case in cases:
        if not case.truth.move or case.landmarks.camera is None:
            continue
        frames, focal_px = len(case.joints), case.landmarks.focal
        found = camerapath.turns(case.landmarks.camera[:frames], case.truth.size, focal_px)
        first = rt.multiply(case.truth.into[:1], rt.conjugate(case.truth.into))
        out.append(float(np.degrees(rt.angle_between(found, first)).mean()))
        span = np.degrees(rt.angle_between(first, rt.IDENTITY)).max()
        place = rt.rotate(case.truth.into[0], case.truth.place - case.truth.place[0])
        travel = case.landmarks.travel
        off = place - (0.0 if travel is None else travel[:frames] - travel[0])
        off, way = (np.linalg.norm(v, axis=1) for v in (off, place))
        lens = case.lifted.camera_lens[-1] * max(case.truth.size)
        lens = 100.0 * (lens / (case.truth.focal_px * case.truth.zoom[-1]) - 1.0)
        print(f"{case.truth.name:26}{out[-1]:7.2f} ({span:.1f}) {off.mean():8.2f} ({way.max():.1f})"
              f"{lens:8.1f}")  # fmt: skip
    return out


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


def compare_splines(cases: list[Case]) -> bool:
    """Print rebuild errors at equal key counts; return whether ours is lowest at each share."""
    print("\nRebuilt from few keys, mean over the clips: joint angle, degrees / joint place, mm")
    names = ("ours", "uniform", "landmark DP", "uniform, clamped", "Decimate", "ceiling")
    print("share " + "".join(f"{n:>21}" for n in names))
    engine = Engine()
    met = True
    for share in SHARES:
        rows = []
        for case in cases:
            motion, fps = case.lifted, case.truth.fps
            values, exact = local_curves(motion), local_curves(case.exact)
            count = max(3, round(share * len(values)))
            even = np.linspace(0, len(values) - 1, count).round().astype(int)
            ours = keyposes.pick(motion, fps, count, learned=case.scores)
            rebuilt = (
                through_keys(values, ours.index),
                through_keys(values, even),
                through_keys(values, salient(case.world, fps, count)),
                engine.auto_clamped(values, even),
                engine.decimate(values, count),
            )
            errors = [rebuild_error(r, values, motion) for r in rebuilt]
            best = through_keys(exact, keyposes.pick(case.exact, fps, count).index)
            rows.append([*errors, rebuild_error(best, exact, case.exact)])
        mean = np.mean(rows, axis=0)
        print(f"{share:5.0%} " + "".join(f"{a:13.2f} /{p:6.1f}" for a, p in mean))
        met &= bool((mean[0] < mean[1:5]).all())
    return met


def bars(cases: list[Case], table: dict[str, NDArray], keys: NDArray, cameras: list[float],
         splines: bool) -> dict[str, bool]:  # fmt: skip
    """Print and return which bars are met; beside each what the true motion comes to."""
    rig, theirs = table["rig"], table["mediapipe"]
    best = table.get("ceiling", np.full_like(rig, np.nan))
    kinds = np.array([case.kind for case in cases])
    still = np.array([not case.truth.move and case.kind != "blocking" for case in cases])
    moving = np.array([bool(case.truth.move) for case in cases])

    def mean(rows: NDArray, column: str) -> list[float]:
        values = [way[rows, COLUMNS.index(column)] for way in (rig, best)]
        return [float(np.nanmean(v)) if np.isfinite(v).any() else float("nan") for v in values]

    every = np.ones(len(cases), bool)
    ratio = [float(way[:, 0].mean() / theirs[:, 0].mean()) for way in (rig, best)]
    turn = float(np.mean(cameras)) if cameras else np.nan
    found = keys[:, [0, -1]].mean(axis=0).tolist() if len(keys) else [np.nan] * 2
    said = [
        ("rig PA on walks < 60 mm", mean(kinds == "walk", "pa"), 60.0, -1),
        ("rig PA on dance < 75 mm", mean(kinds == "dance", "pa"), 75.0, -1),
        ("rig PA / mediapipe's <= 0.75", ratio, 0.75, -1),
        ("knee <= 8 degrees", mean(every, "knee"), 8.0, -1),
        ("elbow <= 8 degrees", mean(every, "elbow"), 8.0, -1),
        ("foot <= 15 degrees", mean(every, "foot"), 15.0, -1),
        ("hip yaw <= 6 degrees", mean(every, "yaw"), 6.0, -1),
        ("root on walks <= 2 %", mean(kinds == "walk", "root"), 2.0, -1),
        ("skate <= 5 mm a frame", mean(every, "skate"), 5.0, -1),
        ("contact F1, still camera >= .90", mean(still, "contact"), 0.90, 1),
        ("contact F1, moving camera >= .80", mean(moving, "contact"), 0.80, 1),
        ("jitter <= 1.5", mean(every, "jitter"), 1.5, -1),
        ("camera turn <= 1 degree", [turn, 0.0], 1.0, -1),
        ("key F1 >= .85", found, 0.85, 1),
    ]
    print()
    met = {}
    for bar, (value, ceiling), limit, sign in said:
        met[bar] = bool(sign * value >= sign * limit)
        print(f"{'met   ' if met[bar] else 'MISSED'}  {bar}: {value:.2f} (ceiling {ceiling:.2f})")
    met["rebuilt below uniform, landmark DP and Decimate"] = splines
    print(f"{'met   ' if splines else 'MISSED'}  rebuilt below uniform, landmark DP and Decimate")
    return met


def main() -> int:
    """Entry point; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", type=Path, help="the data folder, for the motion")
    parser.add_argument("--use", default="measure", help="which clips: measure or tune")
    parser.add_argument("--only", nargs="*", help="clips by name")
    parser.add_argument(
        "--solved", action="store_true", help="the solved bodies only: no rig, no splines, quick"
    )
    parser.add_argument("--check", action="store_true", help="exit 1 when a bar is missed")
    args = parser.parse_args()
    paths = truth_clip.rendered(args.use)
    if args.only:
        paths = [p for p in paths if p.name.removesuffix(".gt.npz") in args.only]
    if not paths:
        parser.error("no clips found: run scripts/render_truth.py first")
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores, bpy {bpy.app.version_string}")
    motion = data_folder(args.data) / "motion"
    sources = {p.name: p for p in mocap.load(("cmu_bvh", "cmu_fbx"), motion)}
    cases = [study(path, sources) for path in paths]
    if args.solved:
        table = compare_solved(cases)
        table["rig"] = table["lifter"]
        bars(cases, table, compare_keys(cases), compare_cameras(cases), False)
        return 0
    table = compare_bodies(cases)
    keys, cameras = compare_keys(cases), compare_cameras(cases)
    met = bars(cases, table, keys, cameras, compare_splines(cases))
    return 0 if all(met.values()) or not args.check else 1


if __name__ == "__main__":
    package.end_with(main)
