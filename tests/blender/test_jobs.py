"""Long work in a worker process and in this one, through one interface."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import bpy  # noqa: F401 - the extension is registered for modules that use Blender
import numpy as np
import pytest
from understudy.addon import jobs
from understudy.ml.errors import Cancelled, UnderstudyError, VideoError

BOTH = pytest.mark.parametrize("in_process", [True, False], ids=["here", "worker"])
X = {"x": np.arange(6).reshape(2, 3)}


def wait_for(condition, seconds=20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.01)


@BOTH
def test_a_task_reports_progress_and_returns(stub, in_process):
    job = jobs.start(f"{stub}:count", {"steps": 8, "pause_s": 0.06}, X, in_process=in_process)
    seen = []
    meta, arrays = job.result(report=lambda step: seen.append((step.fraction, step.message)))
    assert np.array_equal(arrays["x"], X["x"] * 2)
    assert (meta["pid"] == os.getpid()) == in_process
    fractions = [fraction for fraction, _ in seen]
    assert fractions == sorted(fractions) and len(set(fractions)) > 4
    assert job.done and job.progress == 1.0


@BOTH
def test_a_sentence_for_people_arrives_as_one(stub, in_process):
    job = jobs.start(f"{stub}:fail", {"how": "sentence"}, {}, in_process=in_process)
    with pytest.raises(VideoError, match="^The film is upside down: turn it round$"):
        job.result()


def test_a_bug_here_raises_as_itself(stub):
    with pytest.raises(ZeroDivisionError):
        jobs.start(f"{stub}:fail", {"how": "bug"}, {}, in_process=True).result()


def test_a_bug_in_the_worker_arrives_with_its_traceback(stub):
    job = jobs.start(f"{stub}:fail", {"how": "bug"}, {}, in_process=False)
    with pytest.raises(RuntimeError, match=r"(?s)stub_tasks\.py.*ZeroDivisionError: a bug") as info:
        job.result()
    assert not isinstance(info.value, UnderstudyError)


def test_a_worker_that_dies_is_noticed(stub):
    job = jobs.start(f"{stub}:fail", {"how": "crash"}, {}, in_process=False)
    with pytest.raises(UnderstudyError, match="ended by itself.*code 9"):
        job.result()
    assert not job._folder.exists()


def test_an_unknown_task_is_a_bug():
    with pytest.raises(RuntimeError, match="KeyError: 'nonsense'"):
        jobs.start("nonsense", {}, {}, in_process=False).result()


@BOTH
def test_cancelling_stops_the_work_and_leaves_nothing(stub, in_process):
    job = jobs.start(f"{stub}:count", {"steps": 10000, "pause_s": 0.01}, X, in_process=in_process)
    wait_for(lambda: job.poll() or job.progress > 0)
    job.cancel()
    job.cancel()
    with pytest.raises(Cancelled):
        job.result()
    if not in_process:
        assert job._process.returncode is not None
        assert not job._folder.exists()


def test_polling_does_not_block(stub):
    job = jobs.start(f"{stub}:count", {"steps": 20, "pause_s": 0.02}, X, in_process=False)
    slowest = 0.0
    while not job.done:
        begun = time.perf_counter()
        job.poll()
        if not job.done:  # the last one also reads the result and clears up
            slowest = max(slowest, time.perf_counter() - begun)
        time.sleep(0.005)
    assert slowest < 0.05
    assert not job._folder.exists()


def test_what_a_library_prints_disturbs_nothing(stub):
    assert jobs.start(f"{stub}:chatter", {}, {}, in_process=False).result() == ({}, {})


def test_the_worker_ends_when_its_parent_is_gone(stub):
    job = jobs.start(f"{stub}:count", {"steps": 10000, "pause_s": 0.01}, X, in_process=False)
    wait_for(lambda: job.poll() or job.progress > 0)
    job._process.stdin.close()  # what the system does for a process that dies
    wait_for(lambda: job._process.poll() is not None and not job._folder.exists())
    with pytest.raises(UnderstudyError, match="ended by itself"):
        job.result()


def test_the_worker_clears_up_when_nobody_fetches_its_result(stub):
    job = jobs.start(f"{stub}:count", {"steps": 1, "pause_s": 0.0}, X, in_process=False)
    wait_for(lambda: (job._folder / jobs.OUTPUT).exists() and b"result" in _events(job))
    job._process.stdin.close()
    wait_for(lambda: job._process.poll() is not None and not job._folder.exists())


def _events(job: jobs.WorkerJob) -> bytes:
    return (job._folder / jobs.EVENTS).read_bytes()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_cancels_work_without_a_window(stub, number):
    before = signal.getsignal(number)
    job = jobs.start(f"{stub}:count", {"steps": 1000, "pause_s": 0.01}, X, in_process=True)
    with pytest.raises(Cancelled), jobs.stopped_by_signals():
        job.result(report=lambda step: step.fraction > 0.01 and os.kill(os.getpid(), number))
    assert signal.getsignal(number) == before


def test_the_python_of_this_blender_is_found():
    found = subprocess.run(
        [jobs.find_python(), "-c", "import sys; print(sys.version_info[:2])"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == str(sys.version_info[:2])


def counting(stub: str, factor: int, in_process: bool):
    params, arrays = {"steps": 3, "pause_s": 0.02}, {"x": factor * X["x"]}
    return lambda: jobs.start(f"{stub}:count", params, arrays, in_process=in_process)


@BOTH
def test_several_jobs_run_one_after_the_other(stub, in_process):
    job = jobs.Jobs([counting(stub, factor, in_process) for factor in (1, 10)])
    seen = []
    results = job.result(report=lambda step: seen.append(step.fraction))
    assert [arrays["x"][1, 2] for _meta, arrays in results] == [10, 100]
    assert seen == sorted(seen) and job.progress == 1.0


def test_several_jobs_stop_together(stub):
    begun = []

    def second():
        begun.append(True)
        return counting(stub, 1, True)()

    job = jobs.Jobs([counting(stub, 1, False), second])
    job.cancel()
    assert job.poll() and not begun
    with pytest.raises(Cancelled):
        job.result()


def test_the_first_failure_of_several_jobs_is_told(stub):
    def failing():
        return jobs.start(f"{stub}:fail", {"how": "sentence"}, {}, in_process=True)

    with pytest.raises(VideoError):
        jobs.Jobs([failing, counting(stub, 1, True)]).result()
