"""Measure in-betweening on motion that was held out, through the product's own path.

    python scripts/bench_inbetween.py [--clips N] [--windows N] [--gaps 5 15 30 45] [--skeletons]
    … --tuning     on the subjects and skeletons that constants may be chosen by

Run it with the Python of the py311 environment. Keys are set on an armature, the gap is filled as
the button does, and Blender evaluates every frame of the fitted curves ("product"); "straight" is
the same before curves are fitted. Beside them, on the same keys: interpolation (LERP of
locations, SLERP of rotations), a cubic that keeps the arriving velocity, and Blender's own
auto-clamped Bezier curves.

Windows as in the literature: 10 keyed frames, a gap, one keyed target. L2P is the distance of
all joints' positions in one vector, each coordinate divided by its spread over the held-out
windows, averaged over frames; L2Q that of global quaternions; NPSS their power spectra's distance.
Intervals are 95 %, by bootstrap over clips of the ratio of two methods on the same windows. How
long it all takes is measured by scripts/bench_inbetween_speed.py.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, field
from pathlib import Path

import bpy
import numpy as np
from numpy.typing import NDArray

import package

package.load()

from understudy.addon import fcurves, inbetween, jobs  # noqa: E402
from understudy.ml import rotations as rt  # noqa: E402
from understudy.ml.inbetween.base import MEMORY_S, hermite_base  # noqa: E402
from understudy.ml.inbetween.tracks import Body  # noqa: E402
from understudy.ml.take import AUTO_CLAMPED, KEYFRAME, make_keys  # noqa: E402
from understudy.ml.train.inbetween import data  # noqa: E402

CONTEXT = 10


@dataclass
class Clip:
    """A piece of true motion: basis (F, B, 4), location (F, B, 3) in heights."""

    source: data.Sequence
    basis: NDArray
    location: NDArray
    contact: NDArray


@dataclass
class Puppet:
    """An armature of a skeleton, whose keys are set in bulk."""

    rig: bpy.types.Object
    moves: NDArray
    names: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, source: data.Sequence) -> Puppet:
        """Build it: every bone upright, so that its channels are turns in armature axes."""
        rig = bpy.data.objects.new("puppet", bpy.data.armatures.new("puppet"))
        bpy.context.scene.collection.objects.link(rig)
        bpy.context.view_layer.objects.active = rig
        bpy.ops.object.mode_set(mode="EDIT")
        names = [f"b{i:03d}" for i in range(len(source.parents))]
        for name, head, parent in zip(names, source.heads, source.parents, strict=True):
            bone = rig.data.edit_bones.new(name)
            bone.head, bone.tail, bone.roll = head, head + [0.0, 0.02, 0.0], 0.0
            if parent >= 0:
                bone.parent = rig.data.edit_bones[names[parent]]
        bpy.ops.object.mode_set(mode="OBJECT")
        bpy.context.view_layer.update()
        return cls(rig, source.moves, names)

    def paths(self) -> list[tuple[int, str, int]]:
        """Return (bone, data path, size) of all channels."""
        found = [(b, f'pose.bones["{n}"].rotation_quaternion', 4)
                 for b, n in enumerate(self.names)]  # fmt: skip
        found += [(b, f'pose.bones["{n}"].location', 3)
                  for b, n in enumerate(self.names) if self.moves[b]]  # fmt: skip
        return found

    def key(self, clip: Clip, keyed: NDArray) -> None:
        """Key bones where `keyed` (F, B) says; earlier keys go."""
        # What stands still, but not where it rests, needs keys too.
        self.moves = np.abs(clip.location).max(axis=(0, 2)) > 1e-6
        self.rig.animation_data_clear()
        bag = fcurves.ensure_bag(self.rig)
        for bone, path, size in self.paths():
            rows = np.flatnonzero(keyed[:, bone])
            values = clip.basis[rows, bone] if size == 4 else clip.location[rows, bone]
            for i in range(size):
                curve = bag.fcurves.new(path, index=i)
                keys = make_keys(rows + 1, values[:, i], handle=AUTO_CLAMPED, key_type=KEYFRAME)
                fcurves.write_keys(curve, keys, (-1e6, 1e6))

    def read(self, frames: int) -> tuple[NDArray, NDArray]:
        """Return basis (F, B, 4) and location (F, B, 3) as Blender evaluates the curves."""
        basis = np.tile(rt.IDENTITY, (frames, len(self.names), 1))
        location = np.zeros((frames, len(self.names), 3))
        curves = fcurves.curves_of(self.rig)
        for bone, path, size in self.paths():
            for i in range(size):
                curve = curves[path, i]
                out = basis if size == 4 else location
                out[:, bone, i] = [curve.evaluate(f + 1.0) for f in range(frames)]
        return rt.normalize(basis), location

    def remove(self) -> None:
        """Take it out of the file."""
        bpy.data.objects.remove(self.rig)


def clip_of(source: data.Sequence, start: int, stop: int) -> Clip:
    """Cut a piece out, its quaternions without flips."""
    rows = slice(start, stop)
    basis = rt.continuous(source.turn[rows].astype(float))
    return Clip(source, basis, source.shift[rows].astype(float), source.contact[rows])


def body_of(source: data.Sequence) -> Body:
    """Return the skeleton for forward kinematics, rest axes upright."""
    rest = np.tile(np.eye(4), (len(source.parents), 1, 1))
    rest[:, :3, 3] = source.heads
    return Body.of(np.asarray(source.parents), rest)


Motion = tuple[NDArray, NDArray]


def plain(clip: Clip, keyed: NDArray) -> dict[str, Motion]:
    """Return what needs no Blender: interpolation, the cubic, and the base curve."""
    found = {"slerp": _slerp(clip, keyed)}
    if keyed[:CONTEXT].all() and keyed.sum(axis=0).max() == CONTEXT + 1:
        found["cubic"] = _cubic(clip, CONTEXT - 1, len(keyed) - 1)
        found["base"] = hermite_base(clip.basis, clip.location, keyed, clip.source.fps)
    return found


def _slerp(clip: Clip, keyed: NDArray) -> Motion:
    basis, location = clip.basis.copy(), clip.location.copy()
    for b in range(keyed.shape[1]):
        at = np.flatnonzero(keyed[:, b])
        for first, last in zip(at[:-1], at[1:], strict=True):
            t = np.arange(1, last - first) / (last - first)
            rows = slice(first + 1, last)
            basis[rows, b] = rt.slerp(clip.basis[first, b], clip.basis[last, b], t)
            here, there = clip.location[first, b], clip.location[last, b]
            location[rows, b] = here + t[:, None] * (there - here)
    return basis, location


def _cubic(clip: Clip, first: int, last: int) -> Motion:
    """Fill by a cubic that keeps the arriving velocity and ends without a bend."""
    basis, location = clip.basis.copy(), clip.location.copy()
    span = last - first
    t = (np.arange(1, span) / span)[:, None, None]

    def through(slope: NDArray, change: NDArray) -> NDArray:
        bend = 0.5 * (slope - change)
        return slope * t - 3 * bend * t**2 + bend * t**3

    def apart(a: int, b: int) -> NDArray:
        return rt.to_rotvec(rt.multiply(rt.conjugate(basis[a]), basis[b]))

    path = through(apart(first - 1, first) * span, apart(first, last))
    move = through((location[first] - location[first - 1]) * span, location[last] - location[first])
    basis[first + 1 : last] = rt.multiply(basis[first], rt.from_rotvec(path))
    location[first + 1 : last] = location[first] + move
    return basis, location


def product(
    puppet: Puppet, clip: Clip, keyed: NDArray, bones: list[str] | None, method: str
) -> tuple[dict[str, Motion], dict]:
    """Key, fill and evaluate as the product does; return motions and what was told."""
    frames = len(keyed)
    puppet.key(clip, keyed)
    own = puppet.read(frames)
    kept = {k: fcurves.read_keys(c)["co"] for k, c in fcurves.curves_of(puppet.rig).items()}
    options = inbetween.Options(span=(1, frames), bones=bones, method=method)
    asked = inbetween.request(bpy.context.scene, puppet.rig, options)
    result = jobs.start(inbetween.TASK, asked.params, asked.arrays, in_process=True).result()
    report = inbetween.finish(puppet.rig, asked, result)
    fitted = puppet.read(frames)
    straight = _dense(puppet, asked, result[1]["dense"], frames)
    exact = 0.0
    for channel, old in kept.items():
        curve = fcurves.curves_of(puppet.rig)[channel]
        exact = max(exact, max(abs(curve.evaluate(f) - v) for f, v in old))
    report["key_difference"] = exact
    return {"bezier": own, "straight": straight, "product": fitted}, report


def _dense(puppet: Puppet, asked: inbetween.Request, values: NDArray, frames: int) -> Motion:
    first = 1 - asked.params["first"]
    rows, bones = slice(first, first + frames), len(puppet.names)
    basis = np.tile(rt.IDENTITY, (frames, bones, 1))
    location = np.zeros((frames, bones, 3))
    for track in asked.reading.tracks:
        size = 3 if track["mode"] == "LOCATION" else 4
        out = location if size == 3 else basis
        out[:, track["bone"]] = values[rows, track["column"] : track["column"] + size]
    return rt.normalize(basis), location


@dataclass
class Errors:
    """Errors of one window: what each method is off, and which clip it is of."""

    clip: str
    l2p: dict[str, float]
    l2q: dict[str, float]
    npss: dict[str, tuple[float, float]]
    skate: dict[str, float]
    jump: dict[str, float]


def compare(clip: Clip, keyed: NDArray, motions: dict[str, Motion], spread: NDArray) -> Errors:
    """Measure every method's motion against the true one at frames without a key."""
    body = body_of(clip.source)
    turn, head = body.pose(clip.basis, clip.location)
    rows = np.flatnonzero(~keyed.all(axis=1))
    inner = np.flatnonzero(keyed.any(axis=1))[1:]
    inner = inner[(inner < len(keyed) - 1) & (inner > 0)]
    found = Errors(clip.source.name, {}, {}, {}, {}, {})
    stands = clip.contact & (np.arange(len(keyed)) > 0)[:, None]
    stands[1:] &= clip.contact[:-1]
    stands[keyed.all(axis=1)] = False
    ends = _ends(clip.source)
    for name, motion in {"true": (clip.basis, clip.location), **motions}.items():
        t, p = body.pose(*motion)
        off = (p - head) / spread
        found.l2p[name] = float(np.sqrt((off[rows] ** 2).sum(axis=(1, 2))).mean())
        t = np.where(np.sum(t * turn, axis=-1, keepdims=True) < 0, -t, t)
        found.l2q[name] = float(np.sqrt(((t - turn)[rows] ** 2).sum(axis=(1, 2))).mean())
        found.npss[name] = npss(turn[rows], t[rows])
        step = np.zeros(p.shape[:2])
        step[1:] = np.linalg.norm(np.diff(p, axis=0), axis=-1)
        moved = step[:, ends][stands[:, np.asarray(clip.source.parents)[ends]]]
        found.skate[name] = float(moved.mean()) if len(moved) else np.nan
        if len(inner):
            bend = p[inner + 1] - 2 * p[inner] + p[inner - 1]
            found.jump[name] = float(np.linalg.norm(bend, axis=-1).mean())
    return found


def _ends(source: data.Sequence) -> list[int]:
    """Return bones that are some bone's only child: `contact` of the parent is told there."""
    parents = np.asarray(source.parents)
    return [b for b, p in enumerate(parents) if p >= 0 and (parents == p).sum() == 1]


def npss(true: NDArray, other: NDArray) -> tuple[float, float]:
    """Return (weighted distance, weight) of power spectra over time (F, B, 4)."""
    a, b = (np.abs(np.fft.rfft(x.reshape(len(x), -1), axis=0)) ** 2 for x in (true, other))
    power = a.sum(axis=0)
    a, b = (x / np.maximum(x.sum(axis=0), 1e-12) for x in (a, b))
    far = np.abs(np.cumsum(a, axis=0) - np.cumsum(b, axis=0)).sum(axis=0)
    return float((far * power).sum()), float(power.sum())


def ratio(errors: list[Errors], what: str, name: str, to: str, seed: int = 0) -> tuple:
    """Return (ratio of means, low, high): 95 % bootstrap over clips."""
    clips = sorted({e.clip for e in errors})

    def both(e: Errors) -> tuple[float, float]:
        table = getattr(e, what)
        return table.get(name, np.nan), table.get(to, np.nan)

    sums = np.array([np.nansum([both(e) for e in errors if e.clip == c], axis=0) for c in clips])
    rng = np.random.default_rng(seed)
    draws = sums[rng.integers(len(clips), size=(2000, len(clips)))].sum(axis=1)
    spread = np.percentile(draws[:, 0] / np.maximum(draws[:, 1], 1e-12), [2.5, 97.5])
    total = sums.sum(axis=0)
    return total[0] / max(total[1], 1e-12), spread[0], spread[1]


def spread_of(clips: list[Clip]) -> NDArray:
    """Return (B, 3) spread of positions about the first frame's main place, plus 3 % of height."""
    places = []
    for clip in clips:
        _, p = body_of(clip.source).pose(clip.basis, clip.location)
        places.append(p - p[0, :1] * [1.0, 1.0, 0.0])
    return np.concatenate(places).std(axis=0) + 0.03


def windows(sources: list[data.Sequence], gap: int, count: int, seed: int) -> list[Clip]:
    """Draw windows without an invalid frame, spread over the clips."""
    length, rng, found = CONTEXT + gap + 1, np.random.default_rng(seed), []
    usable = [s for s in sources if len(s.turn) > length]
    for k in range(20 * count):
        source = usable[k % len(usable)] if usable else None
        if source is None or len(found) == count:
            break
        start = int(rng.integers(len(source.turn) - length))
        if source.valid[start : start + length].all():
            found.append(clip_of(source, start, start + length))
    return found


def table(errors: list[Errors], title: str, names: list[str]) -> None:
    """Print one table of means and ratios."""
    say(f"\n{title}: {len(errors)} windows of {len({e.clip for e in errors})} clips")
    against = [n for n in ("slerp", "bezier", "cubic") if n in errors[0].l2p]
    heads = "".join(f"{'L2P / ' + LABELS[n]:<23}" for n in against)
    say(f"{'method':14}{'L2P':>8}{'L2Q':>8}{'NPSS':>8}   {heads}")
    for name in names:
        if name not in errors[0].l2p:
            continue
        l2p = np.mean([e.l2p[name] for e in errors])
        l2q = np.mean([e.l2q[name] for e in errors])
        far = np.sum([e.npss[name] for e in errors], axis=0)
        ratios = (ratio(errors, "l2p", name, other) for other in against)
        text = "".join(f"   {r[0]:.3f} [{r[1]:.3f}, {r[2]:.3f}]" for r in ratios)
        say(f"{name:14}{l2p:8.3f}{l2q:8.3f}{far[0] / max(far[1], 1e-12):8.4f}{text}")


def say(text: str) -> None:
    """Print, and let whoever reads along see it."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


LABELS = {"slerp": "interpolation", "bezier": "auto-clamped", "cubic": "cubic"}
NAMES = ["slerp", "cubic", "bezier", "base", "straight", "product"]


def bench_gaps(sources: list[data.Sequence], args: argparse.Namespace, title: str) -> list[dict]:
    """Measure single gaps; return the reports of the fills."""
    reports = []
    for gap in args.gaps:
        clips = windows(sources, gap, args.windows, gap)
        if not clips:
            continue
        errors, puppets = [], {}
        spread = {s: spread_of([c for c in clips if c.source.group == s])
                  for s in {c.source.group for c in clips}}  # fmt: skip
        for clip in clips:
            group = clip.source.group
            puppet = puppets.setdefault(group, None) or Puppet.of(clip.source)
            puppets[group] = puppet
            keyed = np.ones(clip.basis.shape[:2], bool)
            keyed[CONTEXT:-1] = False
            motions, report = product(puppet, clip, keyed, None, args.method)
            errors.append(compare(clip, keyed, plain(clip, keyed) | motions, spread[group]))
            reports.append(report | {"frames": gap})
        for puppet in puppets.values():
            puppet.remove()
        table(errors, f"{title}, gap {gap}", NAMES)
        feet(errors)
    return reports


def feet(errors: list[Errors]) -> None:
    """Print how far standing feet slide, and how sharply motion bends at keys."""
    for what, label in (("skate", "skate"), ("jump", "bend at keys")):
        rows = {n: [getattr(e, what).get(n, np.nan) for e in errors]
                for n in ("true", "slerp", "bezier", "product")}  # fmt: skip
        known = {n: 1000 * np.nanmean(v) for n, v in rows.items() if np.isfinite(v).any()}
        text = "  ".join(f"{n} {v:.2f}" for n, v in known.items())
        if what == "skate" and known:
            shares = [f"{n} {known[n] / known['slerp']:.2f}" for n in ("true", "product")]
            text += f"; of interpolation's: {', '.join(shares)}"
        say(f"  {label}, thousandths of the height a frame: {text}")


def bench_poses(sources: list[data.Sequence], args: argparse.Namespace) -> None:
    """Measure poses keyed at uneven frames or at extremes, a limb, and the upper body."""
    rng = np.random.default_rng(7)
    found: dict[str, list[Errors]] = {}
    for clip in stretches(sources, args.clips):
        source, length = clip.source, len(clip.basis)
        spread, puppet = spread_of([clip]), Puppet.of(source)
        top = int(rng.integers(1, len(source.parents)))
        whole = np.ones(len(source.parents), bool)
        uneven, extremes = _uneven(length, rng), _extremes(clip, rng)
        for title, rows, part in (
            ("Poses at uneven frames", uneven, whole),
            ("Poses at extremes", extremes, whole),
            ("One limb keyed at uneven frames", uneven, _below(source, top)),
            ("Upper body keyed at extremes", extremes, _upper(source)),
        ):
            keyed = np.ones(clip.basis.shape[:2], bool)
            keyed[:, part] = rows[:, None]
            bones = None if part.all() else [puppet.names[b] for b in np.flatnonzero(part)]
            motions, _ = product(puppet, clip, keyed, bones, args.method)
            motions["slerp"] = _slerp(clip, keyed)
            found.setdefault(title, []).append(compare(clip, keyed, motions, spread))
        puppet.remove()
    for title, errors in found.items():
        table(errors, title, NAMES)
        feet(errors)


def stretches(sources: list[data.Sequence], most: int) -> list[Clip]:
    """Cut clips into stretches of 40 to 150 valid frames; every clip's first, then its second…"""
    found = []
    for source in sources:
        for k, start in enumerate(range(0, len(source.turn), 150)):
            stop = min(start + 150, len(source.turn))
            if stop - start >= 40 and source.valid[start:stop].all():
                found.append((k, clip_of(source, start, stop)))
    return [clip for _, clip in sorted(found, key=lambda f: f[0])][:most]


def _uneven(length: int, rng: np.random.Generator) -> NDArray:
    """Return (F,) bool: keys 2 to 60 frames apart, wherever they fall."""
    at = [0]
    while at[-1] < length - 3:
        step = int(np.clip(rng.lognormal(2.5, 0.6), 2, 60))
        at.append(min(at[-1] + step, length - 1))
    return np.isin(np.arange(length), at)


def _extremes(clip: Clip, rng: np.random.Generator) -> NDArray:
    """Return (F,) bool: keys where the body is slowest of about ten frames, and both ends."""
    pace = np.abs(np.gradient(clip.basis, axis=0)).sum(axis=(1, 2))
    at = [0]
    while at[-1] < len(pace) - 3:
        step = int(np.clip(rng.lognormal(2.5, 0.6), 2, 60))
        low = max(at[-1] + 2, at[-1] + step - 5)
        high = min(at[-1] + step + 5, len(pace) - 1)
        if low >= high:
            break
        at.append(low + int(np.argmin(pace[low : high + 1])))
    return np.isin(np.arange(len(pace)), [*at, len(pace) - 1])


def _below(source: data.Sequence, top: int) -> NDArray:
    """Return (B,) bool: a bone and what hangs on it."""
    return np.array([_is_below(source.parents, b, top) for b in range(len(source.parents))])


def _upper(source: data.Sequence) -> NDArray:
    """Return (B,) bool: of what hangs on the hips, the part with most bones."""
    parents = np.asarray(source.parents)
    carried = np.array([_below(source, b).sum() for b in range(len(parents))])
    forks = [b for b in range(len(parents)) if (parents == b).sum() > 1]
    hips = max(forks, key=lambda b: carried[b])
    return _below(source, int(max(np.flatnonzero(parents == hips), key=lambda b: carried[b])))


def _is_below(parents: NDArray, bone: int, top: int) -> bool:
    while bone >= 0 and bone != top:
        bone = int(parents[bone])
    return bone == top


def tell_keys(reports: list[dict]) -> None:
    """Print how exact keys are, how many were written, and how near the curves are."""
    exact = max(r["key_difference"] for r in reports)
    share = np.mean([r["fitted"]["share"] for r in reports])
    worst = np.array([r["fitted"]["worst_tolerances"] for r in reports])
    say(f"\nkeys differ by {exact:g} at most; {100 * share:.1f} % of filled frames got a key")
    say(f"fit: strays {worst.mean():.2f} tolerances at worst on average, {worst.max():.2f} at most")


def main() -> int:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of motion packs")
    parser.add_argument("--clips", type=int, default=20, help="stretches for uneven poses")
    parser.add_argument("--windows", type=int, default=54, help="windows a gap")
    parser.add_argument("--gaps", type=int, nargs="*", default=[5, 15, 30, 45])
    parser.add_argument("--method", choices=("auto", "network", "plain"), default="auto")
    parser.add_argument("--skeletons", action="store_true", help="also skeletons never trained on")
    parser.add_argument("--tuning", action="store_true", help="what constants may be chosen by")
    args = parser.parse_args()
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    bpy.context.scene.render.fps = 30
    say(f"base: velocities fall to 1/e in {MEMORY_S} s; method {args.method}")
    chosen = "tuning" if args.tuning else "held_out"
    held = [s for s in data.load(["cmu_bvh"], args.data) if getattr(s, chosen)]
    subjects = data.TUNING_SUBJECTS if args.tuning else data.HELD_OUT_SUBJECTS
    reports = bench_gaps(held, args, f"CMU {', '.join(subjects)}")
    if reports:
        tell_keys(reports)
    bench_poses(held, args)
    if args.skeletons:
        others = data.load(["quaternius_cc0", "cmu_fbx"], args.data)
        others = [s for s in others if getattr(s, chosen)]
        for group, members in sorted(data.by_group(others).items()):
            bench_gaps(members, args, group)
    return 0


if __name__ == "__main__":
    package.end_with(main)
