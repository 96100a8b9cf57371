"""Measure the capture of faces on filmed heads of people that no network was trained on.

    build/env/train/bin/python scripts/bench_face.py [--clips build/bench/face] [--film-only]

Needs the environment "train" (it films the clips, once) and the data folder. Every clip goes from
mp4 to curves as a user's does, by the network and by least squares on the same mesh. "recorded" are
held-out people driven by the held-out recording S07-001; "stretched" the same with every curve
stretched to 0.7, since that recording hardly moves some of them; "flashes" a face at rest with
planted motions of one side, 4 to 8 frames long, 0.15 high, and blinks.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import package

package.load()

import numpy as np  # noqa: E402
from understudy.ml import progress  # noqa: E402
from understudy.ml.face import features, leastsquares, pipeline, solver  # noqa: E402
from understudy.ml.face.performance import INDEX, NAMES, Performance  # noqa: E402
from understudy.ml.face.pose import Basis  # noqa: E402
from understudy.ml.runtime import Session, Settings  # noqa: E402
from understudy.ml.train.face import bench, data, golden  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
METHODS = ("auto", "least_squares")
EYE_FEATURES = slice(468 * 3, 468 * 3 + 168)


def say(line: str = "") -> None:
    """Print a line."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def solve(clip: bench.Clip, method: str) -> tuple[Performance, dict, float]:
    """Return the performance of a clip, what was said of it, and frames a second of one core."""
    start = time.process_time()
    steps = pipeline.capture({"video": str(clip.path), "method": method, "device": "cpu"}, {})
    meta, arrays = progress.run(steps)
    took = time.process_time() - start
    return Performance.unpack(meta, arrays), meta, len(clip.values) / took


def correlations(clips: list[bench.Clip], results: dict, kind: str) -> None:
    """Print the table of correlations and gains of one kind of clip."""
    rows = {}
    for name in NAMES:
        for method in METHODS:
            pairs = [
                bench.correlation(
                    results[c.name, method].coefficients[:, INDEX[name]], c.values[:, INDEX[name]]
                )
                for c in clips
                if c.kind == kind
            ]
            rows[name, method] = np.nanmean(np.array(pairs), axis=0)
    say(f"\n## {kind}: mean over clips of correlation (gain): network | least squares")
    for title, names in (("strong", bench.STRONG), ("weak", bench.WEAK), ("other", NAMES)):
        chosen = [n for n in names if title != "other" or n not in bench.STRONG + bench.WEAK]
        for name in chosen:
            cells = [f"{rows[name, m][0]:5.2f} ({rows[name, m][1]:5.2f})" for m in METHODS]
            say(f"{title:7s} {name:20s} {' | '.join(cells)}")
        means = [np.nanmean([rows[n, m][0] for n in chosen]) for m in METHODS]
        say(f"{title:7s} {'mean':20s} {means[0]:5.3f} | {means[1]:5.3f}")
    still = [INDEX[n] for n in NAMES if not n.startswith("eyeLook")]
    errors = [
        np.mean(
            [
                np.abs(results[c.name, m].coefficients - c.values)[:, still].mean()
                for c in clips
                if c.kind == kind
            ]
        )
        for m in METHODS
    ]
    say(f"error   {'mean':20s} {errors[0]:5.3f} | {errors[1]:5.3f}")
    for axis, what in enumerate(("yaw", "pitch")):
        cells = []
        for method in METHODS:
            pairs = [
                bench.correlation(results[c.name, method].gaze[:, e, axis], c.gaze[:, e, axis])
                for c in clips
                if c.kind == kind
                for e in (0, 1)
            ]
            mean = np.nanmean(np.array(pairs), axis=0)
            cells.append(f"{mean[0]:5.2f} ({mean[1]:5.2f})")
        say(f"gaze    {what:20s} {' | '.join(cells)}")


def head(clips: list[bench.Clip], results: dict) -> None:
    """Print how well the head's turn follows."""
    errors = []
    for clip in clips:
        found = results[clip.name, "auto"].head_rotation
        w, x, y, z = found.T
        yaw = np.arctan2(2 * (x * z + w * y), 1 - 2 * (x * x + y * y))
        down = np.arcsin(np.clip(-2 * (y * z - w * x), -1, 1))
        pair = [bench.correlation(a, clip.poses[:, k]) for k, a in enumerate((yaw, down))]
        errors.append(pair)
    mean = np.mean(errors, axis=0)
    say(
        f"\nhead: yaw {mean[0, 0]:.3f} (gain {mean[0, 1]:.2f}), pitch {mean[1, 0]:.3f} "
        f"(gain {mean[1, 1]:.2f})"
    )


def flashes(clips: list[bench.Clip], results: dict) -> None:
    """Print how many of the planted motions are found, and what is found that is not there."""
    say("\n## flashes: network | least squares")
    cells = {}
    for method in METHODS:
        found = timely = total = false = 0
        seconds, leaks = 0.0, []
        blinks = closed = blinked = 0
        for clip in (c for c in clips if c.kind == "flashes"):
            curves = results[clip.name, method].coefficients
            seconds += len(curves) / bench.FPS
            events = {n: bench.flashes(curves[:, INDEX[n]]) for n in _sided()}
            explained = set()
            for which, start, length in clip.planted:
                true = bench.flashes(clip.values[:, which])
                onset = min(true, key=lambda e: abs(e[0] - start))[0]
                near = [e for e in events[NAMES[which]] if start - 2 <= e[1] <= start + length + 2]
                total += 1
                found += bool(near)
                timely += bool(near) and min(abs(e[0] - onset) for e in near) <= 1
                explained |= set(range(start - 4, start + length + 5))
                own, other = which, INDEX[_other(NAMES[which])]
                middle = slice(start, start + length)
                rest = np.median(curves, axis=0)
                size = (curves[middle] - rest).max(axis=0)
                if size[own] > 0.03:
                    leaks.append(max(size[other], 0) / size[own])
            lids = clip.values[:, INDEX["eyeBlinkLeft"]]
            for low in np.flatnonzero(np.diff((lids > 0.5).astype(int)) == 1):
                for side in ("Left", "Right"):
                    peak = curves[low : low + 6, INDEX[f"eyeBlink{side}"]].max()
                    blinks += 1
                    blinked += peak > 0.5
                    closed += peak > 0.9
                explained |= set(range(low - 5, low + 11))
            frames = sorted(e[1] for each in events.values() for e in each)
            lone = [f for f in frames if f not in explained]
            false += sum(1 for i, f in enumerate(lone) if i == 0 or f - lone[i - 1] > 3)
        cells[method] = (
            f"found {found}/{total} ({found / total:.0%}), onset within a frame "
            f"{timely}/{total}; false {false / seconds:.2f} a second; leakage to the other side "
            f"{np.mean(leaks) if leaks else np.nan:.0%}; blinks {blinked}/{blinks}, closed {closed}"
        )
        say(f"{method}: {cells[method]}")


def portrait(folder: Path) -> None:
    """Print what is read from the mesh of a real photograph, beside MediaPipe's own coefficients.

    There is no neutral picture of the person, and no picture at all: the average face stands in,
    and the network does without its pictures and the eyes' contours.
    """
    mesh, theirs = golden.portrait(folder / "mediapipe_golden")
    basis, at_rest = Basis.load(), np.array([0])
    no_iris = np.zeros((1, 2, 76, 3))
    points, found = features.compute(mesh[None], no_iris, basis.template, at_rest, basis)
    points[:, EYE_FEATURES] = 0.0
    session = Session(solver.NAME, Settings(device="cpu"))
    blank = {name: np.zeros([n if isinstance(n, int) else 1 for n in shape])
             for name, shape in session.inputs.items()}  # fmt: skip
    ours = np.clip(session(**blank | {"points": points})["value"][0], 0, 1)
    plain = leastsquares.solve(found.to_head(mesh[None]) - basis.template, basis)[0]
    say("\n## golden portrait: MediaPipe | network, points alone | least squares")
    shown = [n for n in NAMES if n in theirs and not n.startswith("eyeLook")]
    for name in shown:
        row = (theirs[name], ours[INDEX[name]], plain[INDEX[name]])
        if max(row) > 0.1:
            say(f"{name:20s} " + " | ".join(f"{v:.2f}" for v in row))
    index = [INDEX[n] for n in shown]
    score = [theirs[n] for n in shown]
    pair = [np.corrcoef(score, way[index])[0, 1] for way in (ours, plain)]
    say(f"correlation over {len(shown)} expressions: {pair[0]:.2f} | {pair[1]:.2f}")


def _sided() -> list[str]:
    return [f"{n}{side}" for n in bench.PLANTED for side in ("Left", "Right")]


def _other(name: str) -> str:
    return name[:-4] + "Right" if name.endswith("Left") else name[:-5] + "Left"


def main() -> int:
    """Film what is missing, solve, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--clips", type=Path, default=ROOT / "build" / "bench" / "face")
    parser.add_argument("--film-only", action="store_true")
    parser.add_argument("--only", nargs="+", help="clips, such as recorded_0 or flashes_2")
    args = parser.parse_args()
    clips = bench.clips(args.clips, data.face_folder(), args.only)
    if args.film_only:
        return 0
    results, speeds = {}, {}
    for clip in clips:
        for method in METHODS:
            performance, meta, speed = solve(clip, method)
            results[clip.name, method] = performance
            speeds.setdefault(method, []).append(speed)
            say(f"{clip.name} {method}: {speed:.0f} frames/s, neutral at {meta['neutral_s']:.2f} s")
    for kind in sorted({clip.kind for clip in clips} - {"flashes"}):
        correlations(clips, results, kind)
    head(clips, results)
    if any(clip.kind == "flashes" for clip in clips):
        flashes(clips, results)
    portrait(data.face_folder())
    say("\nframes a second of processor time, all threads together, decoding included:")
    say(f"speed: {np.median(speeds['auto']):.0f} | {np.median(speeds['least_squares']):.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
