"""Jobs in the real runner of Open Job Description."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("openjd.model", reason="the environment farm has it")
OPENJD = Path(sys.executable).with_name("openjd")


def openjd(*words: object, **options) -> subprocess.CompletedProcess:
    command = [str(OPENJD), *map(str, words)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=240, check=False, **options
    )


def run_words(job: Path) -> list[str]:
    return ["run", str(job / "template.json"), "-p", f"file://{job / 'parameters.json'}"]


@pytest.fixture
def job(shots, farm, bpy_python, tmp_path):
    """Return the folder of a job of four shots; its results go to `out` beside it."""
    words = ["--python", bpy_python]
    made = farm(shots, "--job", tmp_path / "job", "--outputs", tmp_path / "out", *words)
    assert made.returncode == 0, made.stderr
    return tmp_path / "job"


@pytest.mark.parametrize("more", [(), ("--chunk", 1)])
def test_the_template_is_accepted(shots, farm, tmp_path, more):
    farm(shots, "--job", tmp_path / "job", "--outputs", tmp_path / "out", *more)
    checked = openjd("check", tmp_path / "job" / "template.json")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_four_shots_run_and_a_second_run_does_nothing(job):
    first = openjd(*run_words(job))
    assert first.returncode == 0, first.stdout + first.stderr
    out = job.parent / "out"
    folders = [f"sh0{n}0/seed0" for n in range(1, 5)]
    names = {"inbetween.blend", "inbetween.json", "report.json", "report.txt"}
    for folder in folders:
        assert {p.name for p in (out / folder).iterdir()} == names
        assert json.loads((out / folder / "inbetween.json").read_text())["keys"] > 0
    for word in ("Warning", "Error:", "Exception:"):
        assert word not in first.stdout, "a strict farm would fail the job"
    assert first.stdout.count("keys on") == 4
    kept = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in out.rglob("*.*")}
    second = openjd(*run_words(job))
    assert second.returncode == 0, second.stdout
    assert second.stdout.count("Nothing to do") == 8
    assert kept == {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in kept}


def test_paths_are_mapped_to_where_the_node_has_them(shots, farm, bpy_python, tmp_path):
    words = ["--python", bpy_python, "--job", tmp_path / "job", "--outputs", "/render/out"]
    elsewhere = json.loads(shots.read_text())
    for shot in elsewhere["shots"]:
        shot["blend"] = f"/project/shots/{shot['blend']}"
    batch = tmp_path / "reel.json"
    batch.write_text(json.dumps(elsewhere))
    made = farm(batch, "--elsewhere", *words)
    assert made.returncode == 0, made.stderr

    def rule(source: str, destination: Path) -> dict:
        formats = {"source_path_format": "POSIX", "source_path": source}
        return {**formats, "destination_path": str(destination)}

    rules = {
        "version": "pathmapping-1.0",
        "path_mapping_rules": [
            rule("/project/shots", shots.parent),
            rule("/render/out", tmp_path / "here"),
        ],
    }
    (tmp_path / "rules.json").write_text(json.dumps(rules))
    mapping = ["--path-mapping-rules", f"file://{tmp_path / 'rules.json'}"]
    only = ["--step", "inbetween", "-tp", "Row=2-3"]
    done = openjd(*run_words(tmp_path / "job"), *mapping, *only)
    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(p.name for p in (tmp_path / "here").iterdir()) == ["sh020", "sh030"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_a_job_that_is_stopped_half_way_leaves_nothing_half_written(job):
    process = subprocess.Popen(
        [str(OPENJD), *run_words(job)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    for line in process.stdout:
        if "Saved:" in line:
            break
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode != 0
    time.sleep(0.5)
    out = job.parent / "out"
    found = [p for p in out.rglob("*") if p.is_file()]
    assert found and not [p for p in found if p.name.startswith(".")]
    assert not (out / "sh040").exists() or not list((out / "sh040").rglob("report.txt"))
    assert openjd(*run_words(job)).returncode == 0
    assert len(list(out.rglob("report.txt"))) == 4
