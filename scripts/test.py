"""Set up the environments and pass the tests: the second of the README's two commands.

    python3 scripts/test.py [--only py311|py313] [pytest's arguments]

Runs ruff, then unit, blender and real tests with Blender 4.5 (Python 3.11), and with Blender 5.2
where a Python 3.13 is found, and the farm's jobs in their own runners. Every step has a time limit,
so that nothing hangs.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

import env

ROOT = env.ROOT
BLENDERS = {"py311": "Blender 4.5 on Python 3.11", "py313": "Blender 5.2 on Python 3.13"}
FARM = "farm"
NAMES = {**BLENDERS, FARM: "the farm's runners"}
LIMIT_S = {"ruff": 120, "py311": 900, "py313": 900, FARM: 900}


@dataclass
class Outcome:
    """What one run of pytest counted, or why it counted nothing."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    fault: str = ""

    @property
    def good(self) -> bool:
        """Say whether tests ran and none failed."""
        return self.passed > 0 and not self.failed and not self.fault

    def line(self) -> str:
        """Return one line for a person."""
        counts = f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"
        return f"{self.name}: {counts}{'; ' + self.fault if self.fault else ''}"


def run_limited(command: list[str], limit_s: float, extra_env: dict | None = None) -> int | None:
    """Run a command in a group of its own; end the group and return None past the limit."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **(extra_env or {})},
        stdin=subprocess.DEVNULL,
        start_new_session=sys.platform != "win32",
    )
    try:
        return process.wait(limit_s)
    except subprocess.TimeoutExpired:
        return None
    finally:
        # Also what a crashed test left running: its workers are in the same group.
        if sys.platform == "win32":
            process.kill()
        else:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # the whole group has ended by itself
        process.wait()


def read_counts(report: Path, outcome: Outcome) -> None:
    """Add up pytest's JUnit report."""
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped = int(suite.get("skipped", 0))
        outcome.failed += bad
        outcome.skipped += skipped
        outcome.passed += int(suite.get("tests", 0)) - bad - skipped


def run_tests(name: str, python: Path, arguments: list[str]) -> Outcome:
    """Run pytest in one environment."""
    outcome = Outcome(NAMES[name])
    report = env.BUILD / "test" / f"{name}.xml"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    env.say(f"testing with {NAMES[name]}")
    command = [str(python), "-m", "pytest", "-q", "--durations=10", f"--junitxml={report}"]
    # Two cores share the runs; a thread pool a process would only fight over them.
    threads = {"OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "2")}
    threads["UNDERSTUDY_EXPORT_PYTHON"] = str(env.python_of("export"))
    status = run_limited([*command, *arguments], LIMIT_S[name], threads)
    if report.is_file():
        read_counts(report, outcome)
    if status is None:
        outcome.fault = f"stopped after {LIMIT_S[name]} s"
    elif status not in (0, 1) or (status and not outcome.failed):
        outcome.fault = f"pytest ended with status {status}"
    return outcome


def run_ruff(python: Path) -> Outcome:
    """Check the style of the whole tree."""
    outcome = Outcome("ruff")
    status = run_limited([str(python), "-m", "ruff", "check", "."], LIMIT_S["ruff"])
    outcome.passed, outcome.failed = (1, 0) if status == 0 else (0, 1)
    return outcome


def close(outcomes: list[Outcome], skipped: list[str], seconds: float) -> int:
    """Say what ran and return the exit status; the last line is the sum."""
    env.say("what ran:")
    for outcome in outcomes:
        env.say("  " + outcome.line())
    for name in skipped:
        env.say(f"  not run: {NAMES[name]}, for want of its Python")
    failed = sum(o.failed or (0 if o.good else 1) for o in outcomes)
    passed = sum(o.passed for o in outcomes)
    left_out = sum(o.skipped for o in outcomes)
    env.say(f"took {seconds:.0f} s")
    sys.stdout.write(f"{passed} passed, {failed} failed, {left_out} skipped\n")
    return 1 if failed else 0


def main() -> int:
    """Set up, then run all checks even when one fails."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--only", choices=list(BLENDERS), help="test with one Blender only")
    args, arguments = parser.parse_known_args()
    start = time.monotonic()
    wanted = [args.only] if args.only else list(BLENDERS)
    try:
        pythons = env.ensure("py311", "export", *(n for n in [*wanted, FARM] if n != "py311"))
        env.ensure_networks(pythons["export"])
    except env.SetupError as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    outcomes = [run_ruff(pythons["py311"])]
    for name in wanted:
        if name in pythons:
            outcomes.append(run_tests(name, pythons[name], arguments))
    if not arguments and FARM in pythons:  # they name files of the other runs
        outcomes.append(run_tests(FARM, pythons[FARM], ["tests/farm"]))
    skipped = [n for n in wanted if n not in pythons]
    return close(outcomes, skipped, time.monotonic() - start)


if __name__ == "__main__":
    sys.exit(main())
