"""Measure the farm's bars in the real runner: 24 shots, killed and resumed, skipped, at once.

    python3 scripts/bench_farm.py                     with the bpy module
    python3 scripts/bench_farm.py --blender PROGRAM   with a Blender that has Understudy installed

Prints figures; makes everything in build/farm_bench. Needs the environments py311 and farm. Two
results are called identical when every file has the same content but for times, memory and what
follows from them: .blend files are compared by their keys, records and objects, because Blender
writes memory addresses into them.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import env

ROOT = env.ROOT
FOLDER = env.BUILD / "farm_bench"
CLIP = ROOT / "tests" / "data" / "demo_clip.mp4"
OUT, JOB = FOLDER / "out", FOLDER / "job"
PARTS = ("run", "kill", "start", "throughput")
VOLATILE = {"seconds", "peak_memory_mb", "sha256", "digest", "time"}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+\d:]*")
SETTINGS = {
    "playblast.size": "320 180",
    "playblast.pace": "5",
}
DIGEST = """
import json, os, sys
sys.path.insert(0, {scripts!r})
import package; package.load()
import bpy
from understudy.addon import actions, ledger
from understudy.ml import digest
for path in sys.argv[1:]:
    bpy.ops.wm.open_mainfile(filepath=path, load_ui=False)
    found = []
    for action in sorted(bpy.data.actions, key=lambda a: a.name):
        record = ledger.Ledger.load(action)
        runs = [[k, dict(v, time="")] for k, v in sorted(record.runs.items())]
        rows = [[*k, v] for k, v in sorted(record.rows.items())]
        keys = [[slot, c.data_path, c.array_index, actions.read_keys(c)]
                for slot, bag in actions.bags_of(action) for c in bag.fcurves]
        found.append([action.name, runs, rows, keys])
    for obj in sorted(bpy.data.objects, key=lambda o: o.name):
        found.append([obj.name, obj.type, [list(row) for row in obj.matrix_world]])
    print("DIGEST", digest.of_values(found), path, flush=True)
os._exit(0)
"""


def say(text: str) -> None:
    """Print a figure."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def make_job(args: argparse.Namespace, count: int) -> None:
    """Make the shots and the job."""
    python = str(env.python_of("py311"))
    stages = ["inbetween", "playblast", "report"]
    command = [python, ROOT / "scripts" / "farm_shots.py", FOLDER / "shots", count]
    words = [*command, "--block", CLIP, "--stages", *stages]
    subprocess.run([str(w) for w in words], check=True, capture_output=True, timeout=300)
    settings = [word for k, v in SETTINGS.items() for word in ("--set", f"{k}={v}")]
    blender = ["--blender", args.blender] if args.blender else []
    words = [FOLDER / "shots" / "reel.json", "--job", JOB, "--outputs", OUT, *settings, *blender]
    command = [sys.executable, ROOT / "scripts" / "farm", *words, "--python", python]
    subprocess.run([str(w) for w in command], check=True, timeout=60)


def openjd(*more: str) -> list[str]:
    """Return the words that run the job."""
    runner = env.python_of("farm").with_name("openjd")
    return [
        str(runner),
        "run",
        str(JOB / "template.json"),
        "-p",
        f"file://{JOB / 'parameters.json'}",
        *more,
    ]


def run(*more: str) -> tuple[float, str]:
    """Run the job to its end; return the seconds and what it said."""
    begun = time.monotonic()
    done = subprocess.run(openjd(*more), capture_output=True, text=True, check=False, timeout=3600)
    if done.returncode:
        sys.exit(f"the job failed:\n{done.stdout[-3000:]}{done.stderr[-1000:]}")
    return time.monotonic() - begun, done.stdout


def contents(folder: Path) -> dict[str, str]:
    """Return each file's content, or what stands for it, without what differs from run to run."""
    blends = sorted(str(p) for p in folder.rglob("*.blend"))
    code = DIGEST.format(scripts=str(ROOT / "scripts"))
    command = [str(env.python_of("py313")), "-c", code, *blends]
    out = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600).stdout
    said = [line.split(" ", 2) for line in out.splitlines() if line.startswith("DIGEST ")]
    found = {str(Path(path).relative_to(folder)): value for _, value, path in said}
    for path in folder.rglob("*.*"):
        name = str(path.relative_to(folder))
        if path.suffix == ".json":
            found[name] = json.dumps(_still(json.loads(path.read_text("utf-8"))), sort_keys=True)
        elif path.suffix == ".txt":
            found[name] = _TIME.sub("", path.read_text("utf-8"))
        elif path.is_file() and path.suffix != ".blend":
            found[name] = path.read_bytes().hex()
    return found


def _still(value: object) -> object:
    """Return a report without what differs from run to run."""
    if isinstance(value, dict):
        return {k: _still(v) for k, v in value.items() if k not in VOLATILE}
    if isinstance(value, list):
        return [_still(item) for item in value]
    return _TIME.sub("", value) if isinstance(value, str) else value


def measure_run(count: int) -> None:
    """Run all shots, then run them again."""
    shutil.rmtree(OUT, ignore_errors=True)
    seconds, said = run()
    tasks = said.count("openjd_status: sh")
    strict = [w for w in ("Warning", "Error:", "Exception:") if w in said]
    say(f"{count} shots, {tasks} tasks: {seconds:.1f} s; words that strict farms fail on: {strict}")
    kept = {p: p.stat().st_mtime_ns for p in OUT.rglob("*.*")}
    again, said = run()
    skipped = said.count("Nothing to do")
    same = kept == {p: p.stat().st_mtime_ns for p in OUT.rglob("*.*")}
    say(f"second run: {skipped} of {tasks} skipped, files untouched: {same}, {again:.1f} s, "
        f"{again / tasks:.2f} s a task with the start of each Blender")  # fmt: skip
    costs(OUT)


def costs(folder: Path) -> dict[str, float]:
    """Print the cost of a task of each stage, from the reports, and an estimate from it."""
    seconds: dict[str, list[float]] = {}
    for path in sorted(folder.rglob("*.json")):
        seconds.setdefault(path.stem, []).append(json.loads(path.read_text())["seconds"])
    middle = {stage: statistics.median(values) for stage, values in seconds.items()}
    say("seconds a task, median: " + ", ".join(f"{k} {v:.2f}" for k, v in middle.items()))
    return middle


def measure_kill() -> None:
    """Stop a run with SIGTERM at a third, kill it at two thirds, let it end; compare."""
    whole = FOLDER / "whole"
    shutil.rmtree(whole, ignore_errors=True)
    if not list(OUT.rglob("report.json")):
        run()
    OUT.rename(whole)
    wanted = len(list(whole.rglob("*.json")))
    for share, number in ((1 / 3, signal.SIGTERM), (2 / 3, signal.SIGKILL)):
        _run_until(int(share * wanted), number)
        there = len(list(OUT.rglob("*.json")))
        halves = [p.name for p in OUT.rglob(".*") if p.is_file()]
        say(f"after {number.name}: {there} of {wanted} reports there, remains: {halves}")
    _, said = run()
    say(f"run to the end: {said.count('Nothing to do')} of {wanted} skipped")
    one, other = contents(whole), contents(OUT)
    differ = [name for name in one.keys() | other.keys() if one.get(name) != other.get(name)]
    say(f"{len(one)} files of the uninterrupted run, {len(differ)} differ: {sorted(differ)[:6]}")
    bytes_equal = Counter(
        (p.suffix, p.read_bytes() == (OUT / p.relative_to(whole)).read_bytes())
        for p in whole.rglob("*.*")
        if p.is_file()
    )
    kinds = sorted({suffix for suffix, _ in bytes_equal})
    shares = [
        f"{k} {bytes_equal[k, True]} of {bytes_equal[k, True] + bytes_equal[k, False]}"
        for k in kinds
    ]
    say("equal byte for byte: " + ", ".join(shares))


def _run_until(reports: int, number: int) -> None:
    """Run the job until so many reports are there, then send the signal to it, or to all of it."""
    mark = f"UNDERSTUDY_BENCH={os.getpid()}-{number}"
    process = subprocess.Popen(
        openjd(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **dict([mark.split("=")])},
    )
    while process.poll() is None and len(list(OUT.rglob("*.json"))) < reports:
        time.sleep(0.05)
    if number == signal.SIGTERM:
        process.send_signal(number)
    else:  # as when the power goes: the runner, the tasks, and the Blender that stays
        for pid in _marked(mark):
            os.kill(pid, number)
    process.wait(120)
    time.sleep(1)


def _marked(mark: str) -> list[int]:
    """Return the processes that were started with this in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark.encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue  # it has ended, or is another user's
    return found


def measure_start(args: argparse.Namespace) -> None:
    """Compare a task that has nothing to do with bare Blender opening the same file."""
    row = json.loads((JOB / "plan" / "inbetween.ndjson").read_text("utf-8").splitlines()[-1])
    folder = OUT / row["shot"] / f"seed{row['seed']}"
    blend = FOLDER / "shots" / row["blend"]["root"]
    words = [
        "--seed=0",
        "--save",
        folder / "inbetween.blend",
        "--report",
        folder / "inbetween.json",
    ]
    python, script = env.python_of("py311"), ROOT / "scripts" / "understudy.py"
    bare = [args.blender, "-b", blend]
    task = [args.blender, "-b", blend, "--command", "understudy", "inbetween", *words]
    if not args.blender:
        opening = f"import bpy, os; bpy.ops.wm.open_mainfile(filepath={str(blend)!r}); os._exit(0)"
        bare = [python, "-c", opening]
        task = [python, script, "inbetween", blend, *words]
    # Once before, so that there is nothing left to do.
    subprocess.run([str(w) for w in task], capture_output=True, timeout=120, check=True)
    times: dict[str, list[float]] = {"bare": [], "task": []}
    work: dict[str, list[float]] = {"bare": [], "task": []}
    for _ in range(7):
        for name, command in (("bare", bare), ("task", task)):
            begun, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([str(w) for w in command], capture_output=True, timeout=120, check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            times[name].append(time.monotonic() - begun)
            work[name].append(sum(after[:2]) - sum(before[:2]))
    mid = {name: statistics.median(values) for name, values in times.items()}
    more = [b - a for a, b in zip(times["bare"], times["task"], strict=True)]
    say(
        f"an unchanged task {mid['task']:.2f} s; bare start, same file, {mid['bare']:.2f} s; "
        f"overhead {statistics.median(more):.2f} s (median of pairs), least {min(more):.2f} s, "
        f"{100 * statistics.median(more) / mid['bare']:.0f} % of it; processor time, which "
        f"other programs disturb less: {statistics.median(work['task']):.2f} s against "
        f"{statistics.median(work['bare']):.2f} s"
    )


def measure_throughput(count: int) -> None:
    """Run the in-betweens with 1, 2 and 4 tasks at a time."""
    rows = len((JOB / "plan" / "inbetween.ndjson").read_text("utf-8").splitlines())
    given = json.loads((JOB / "parameters.json").read_text("utf-8"))
    for path in OUT.rglob("inbetween.*"):
        path.unlink()
    for at_once in (1, 2, 4):
        begun, running = time.monotonic(), []
        edges = [round(rows * n / at_once) for n in range(at_once + 1)]
        for first, last in zip(edges, edges[1:], strict=False):
            out = FOLDER / f"at_once{at_once}"
            shutil.copytree(OUT, out, dirs_exist_ok=True)
            (FOLDER / "p.json").write_text(json.dumps({**given, "Outputs": str(out)}), "utf-8")
            only = [
                "--step",
                "inbetween",
                "-tp",
                f"Row={first + 1}-{last}",
                "--no-run-dependencies",
            ]
            words = [
                w.replace(str(JOB / "parameters.json"), str(FOLDER / "p.json"))
                for w in openjd(*only)
            ]
            running.append(
                subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            )
        for process in running:
            process.communicate(timeout=900)
            if process.returncode:
                sys.exit("a run failed")
        seconds = time.monotonic() - begun
        shutil.rmtree(FOLDER / f"at_once{at_once}")
        rate = 60 * rows / seconds
        say(f"{rows} in-betweens, {at_once} at a time: {seconds:.1f} s, {rate:.0f} a minute")


def main() -> int:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--blender", default="", help="default: the bpy module")
    parser.add_argument("--shots", type=int, default=24)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    args = parser.parse_args()
    if not (args.only != PARTS and (JOB / "template.json").is_file()):
        shutil.rmtree(FOLDER, ignore_errors=True)
        make_job(args, args.shots)
    if "run" in args.only:
        measure_run(args.shots)
    if "kill" in args.only:
        measure_kill()
    if "start" in args.only:
        measure_start(args)
    if "throughput" in args.only:
        measure_throughput(args.shots)
    return 0


if __name__ == "__main__":
    sys.exit(main())
