"""Measure the speed and the memory of finding a pose, beside mediapipe's own solution.

    python scripts/bench_speed.py [--video CLIP] [--rounds 5] [--check]

Both run from the file to the landmarks, loading included, each in its own process, turn by turn
on the same clip, so that the ratio holds on a busy machine too. Beside them runs the whole stage,
from the file to key poses. Memory is the peak of a process that follows a person through 60 s of
1080p. `--batches` measures the networks by themselves, on the GPU where there is one.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import package

ROOT = Path(__file__).resolve().parents[1]
RATIO_BAR = 2.0
WHOLE_BAR = 1.0
_RATE, _KEYED = 30.0, 0.15  # frames a second; share of them that is keyed
_TURNS, _WINDOW = 5, 100  # frames that the lifter is shown at once
MEMORY_BAR_GB = 1.5
SYNTHESISED = (1920, 1080, 30, 60)  # width, height, frames a second, seconds


def main(argv: list[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--video", type=Path, help="the clip (default: a sample clip)")
    parser.add_argument("--rounds", type=int, default=5, help="turns each")
    parser.add_argument("--mediapipe-python", type=Path, default=export_python())
    parser.add_argument("--check", action="store_true", help="exit 1 when a bar is missed")
    parser.add_argument("--no-memory", action="store_true", help="leave out the memory part")
    parser.add_argument(
        "--batches", type=int, nargs="+", help="only the networks' speed, at these batch sizes"
    )
    parser.add_argument("--serve", choices=("landmarks", "whole"), help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.serve:
        serve(args.video, args.serve == "whole")
        return 0
    if args.batches:
        measure_batches(args.batches)
        return 0
    clip = args.video or sample_clip()
    if clip is None or not clip.is_file():
        parser.error("no sample clip is here: give one with --video")
    if not args.mediapipe_python.is_file():
        parser.error(f"no Python with mediapipe at {args.mediapipe_python}: run scripts/env.py")
    print(f"machine: {platform.machine()}, {cores()} cores; clip: {clip.name}")
    met = compare_speed(clip, args.rounds, args.mediapipe_python)
    if not args.no_memory:
        met &= measure_memory(clip)
    return 0 if met or not args.check else 1


def export_python() -> Path:
    """Return the Python of the export environment."""
    place = "Scripts/python.exe" if os.name == "nt" else "bin/python"
    return ROOT / "build" / "env" / "export" / place


def sample_clip() -> Path | None:
    """Return a clip from the data folder, else one that ships with the project."""
    data = Path(os.environ.get("UNDERSTUDY_DATA") or ROOT.parent / "shared" / "data")
    shipped = ROOT / "tests" / "data" / "demo_clip.mp4"
    places = [data / "video" / "rendered" / "jump.mp4", shipped]
    return next((place for place in places if place.is_file()), None)


def cores() -> int:
    """Return how many cores this process may use."""
    package.load()
    from understudy.ml import runtime

    return runtime.usable_cores()


def run_ours(clip: Path, whole: bool = False) -> int:
    """Follow the person through the clip, and choose key poses if `whole`; return its frames."""
    package.load()
    from understudy.ml import progress, video
    from understudy.ml.blocking import keypicker, keyposes, reading, tracker

    with video.open_video(clip) as opened:
        seen = progress.run(tracker.track(opened))
    if whole:
        times = seen.time[0] + np.arange(len(seen.time)) / _RATE
        motion = reading.read(seen, times).motion
        learned = keypicker.score(motion).score
        keyposes.pick(motion, _RATE, round(_KEYED * len(times)), learned=learned)
    return len(seen.time)


def measure_batches(batches: list[int]) -> None:
    """Print how many frames a second each network takes at each batch size, on what runs it."""
    package.load()
    from understudy.ml import runtime
    from understudy.ml.blocking import detector, lifter, lifting, tracker

    rng = np.random.default_rng(0)
    shown = {
        detector.NAME: {"image": (detector.SIZE, detector.SIZE, 3)},
        tracker.NAME: {"image": (tracker.SIZE, tracker.SIZE, 3)},
        lifter.NAME: {
            "inputs": (_WINDOW, lifting.INPUTS),
            "detected": (_WINDOW, len(lifting.JOINTS), 3),
        },
    }
    for name, shapes in shown.items():
        session = runtime.Session(name, runtime.Settings())
        frames, said = _WINDOW if "inputs" in shapes else 1, []
        for batch in batches:
            given = {key: 64.0 * rng.random((batch, *shape)) for key, shape in shapes.items()}
            session(**given)  # the first time chooses how
            start = time.perf_counter()
            for _ in range(_TURNS):
                session(**given)
            took = (time.perf_counter() - start) / _TURNS
            said.append(f"{batch}: {batch * frames / took:.0f}")
        print(f"{name}, {session.provider}: frames/s by batch size, {', '.join(said)}")


def serve(clip: Path, whole: bool) -> None:
    """For each line on standard input run the clip; answer with frames, seconds and peak bytes."""
    for _line in sys.stdin:
        start = time.perf_counter()
        frames = run_ours(clip, whole)
        print(frames, time.perf_counter() - start, peak_bytes(), flush=True)


def peak_bytes() -> int:
    """Return the most memory this process has held, or 0 where that is not known."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


class Runner:
    """A process that runs a clip whenever it is asked to."""

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._process.stdin.close()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def run(self) -> list[float]:
        """Return what the process answers to one request."""
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit(f"{' '.join(self._process.args)} ended without an answer")
        return [float(word) for word in answer.split()]


def ours(clip: Path, what: str = "landmarks") -> Runner:
    """Start a process with our own code."""
    here = str(Path(__file__).resolve())
    return Runner([sys.executable, here, "--video", str(clip), "--serve", what])


def compare_speed(clip: Path, rounds: int, mediapipe_python: Path) -> bool:
    """Print the speeds and their ratios; return whether the bars are met."""
    reference = Path(__file__).with_name("mediapipe_reference.py")
    theirs = [str(mediapipe_python), str(reference), str(clip), "--serve"]
    with ours(clip) as landmarks, ours(clip, "whole") as whole, Runner(theirs) as mediapipe:
        runners = {"landmarks": landmarks, "key poses": whole, "mediapipe": mediapipe}
        speeds: dict[str, list[float]] = {name: [] for name in runners}
        for runner in runners.values():
            runner.run()  # imports, and the file's way into memory
        for _ in range(rounds):
            for name, runner in runners.items():
                frames, seconds, *_peak = runner.run()
                speeds[name].append(frames / seconds)
    for name, values in speeds.items():
        print(
            f"{name:10s} {statistics.median(values):6.1f} frames/s "
            f"({min(values):.1f} to {max(values):.1f} over {rounds} turns)"
        )
    met = True
    for name, bar in (("landmarks", RATIO_BAR), ("key poses", WHOLE_BAR)):
        turns = [a / b for a, b in zip(speeds[name], speeds["mediapipe"], strict=True)]
        ratio = statistics.median(turns)
        print(f"{name} / mediapipe {ratio:6.2f} (bar: {bar:.1f} on two cores)")
        met &= ratio >= bar
    return met


def measure_memory(clip: Path) -> bool:
    """Print the peak memory on a long full-HD clip; return whether the bar is met."""
    with tempfile.TemporaryDirectory() as folder:
        long = Path(folder) / "long.mp4"
        synthesise(clip, long)
        with ours(long) as runner:
            frames, seconds, peak = runner.run()
    width, height, fps, length = SYNTHESISED
    print(
        f"memory     {peak / 1e9:6.2f} GB at most on {width} x {height}, {length} s at {fps} "
        f"frames/s ({frames / seconds:.1f} frames/s; bar: {MEMORY_BAR_GB} GB)"
    )
    return peak < MEMORY_BAR_GB * 1e9


def synthesise(clip: Path, target: Path) -> None:
    """Write the clip over and over, enlarged to full HD."""
    import cv2

    width, height, fps, length = SYNTHESISED
    writer = cv2.VideoWriter(
        str(target), cv2.VideoWriter_fourcc(*"mp4v"), float(fps), (width, height)
    )
    left = fps * length
    while left:
        capture = cv2.VideoCapture(str(clip))
        while left:
            ok, frame = capture.read()
            if not ok:
                break
            writer.write(cv2.resize(frame, (width, height)))
            left -= 1
        capture.release()
    writer.release()


if __name__ == "__main__":
    sys.exit(main())
