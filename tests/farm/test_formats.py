"""The other farms: each job read by that farm's own code, and its commands really run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

NODE = shutil.which("node")
HARNESS = Path(__file__).with_name("flamenco_harness.js")


@pytest.fixture
def job(shots, farm, bpy_python, tmp_path):
    """Return the folder of a job in every form; its results go to `out` beside it."""
    forms = ["--to", "openjd", "deadline", "flamenco", "opencue", "lines"]
    words = ["--job", tmp_path / "job", "--outputs", tmp_path / "out", "--python", bpy_python]
    made = farm(shots, *forms, *words, "--chunk", 2)
    assert made.returncode == 0, made.stderr
    return tmp_path / "job"


def reports(job: Path) -> list[str]:
    return sorted(p.parent.parent.name for p in (job.parent / "out").rglob("report.json"))


def test_deadline_clouds_library_reads_the_bundle(job, shots):
    loader = pytest.importorskip("deadline.client.job_bundle.loader")
    from deadline.client.job_bundle import parameters, submission

    assert loader.is_job_bundle_dir(str(job))
    loader.validate_directory_symlink_containment(str(job))
    template = loader.read_yaml_or_json_object(str(job), "template", True)
    assert [step["name"] for step in template["steps"]] == ["inbetween", "report"]
    given = parameters.read_job_bundle_parameters(str(job))
    values = {p["name"]: p["value"] for p in given if "value" in p}
    assert values["Root"] == str(shots.parent) and values["deadline:priority"] == 50
    listed = loader.read_yaml_or_json_object(str(job), "asset_references", True)
    assets = submission.AssetReferences.from_dict(listed)
    assert assets.input_filenames == {str(shots.parent / f"sh0{n}0.blend") for n in range(1, 5)}
    parameters.apply_job_parameters([], str(job), given, assets)
    assert str(job.parent / "out") in assets.output_directories
    assert {os.path.normpath(d) for d in assets.input_directories} == {str(job)}


@pytest.mark.skipif(NODE is None, reason="node is not installed, which compiles the job type")
def test_flamencos_job_type_makes_tasks_that_run(job):
    words = [NODE, HARNESS, job / "understudy.js", job / "flamenco_job.json"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    tasks = {task["name"]: task for task in json.loads(done.stdout)}
    assert list(tasks) == ["inbetween-1-2", "inbetween-3-4", "report-1-2", "report-3-4"]
    assert tasks["report-3-4"]["after"] == ["inbetween-1-2", "inbetween-3-4"]
    for name in ("inbetween-3-4", "report-3-4"):
        (command,) = tasks[name]["commands"]
        assert command["name"] == "exec"
        run = [command["parameters"]["exe"], *command["parameters"]["args"]]
        subprocess.run(run, check=True, timeout=60, capture_output=True)
    assert reports(job) == ["sh030", "sh040"]


@pytest.mark.skipif(NODE is None, reason="node is not installed, which compiles the job type")
@pytest.mark.parametrize("steps", ["", "inbetween", "inbetween:0", "inbetween:x", "a:1:2"])
def test_flamencos_job_type_refuses_wrong_steps(job, steps):
    sent = json.loads((job / "flamenco_job.json").read_text())
    sent["settings"]["steps"] = steps
    (job / "flamenco_job.json").write_text(json.dumps(sent))
    words = [NODE, HARNESS, job / "understudy.js", job / "flamenco_job.json"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode and "is not a stage and its number of tasks" in done.stderr


def test_opencues_outline_says_what_a_node_runs(job, tmp_path):
    pytest.importorskip("outline", reason="the environment farm has it")
    home = {**os.environ, "HOME": str(tmp_path), "FACILITY": "local", "SHOW": "s", "SHOT": "t"}
    done = subprocess.run(
        [sys.executable, job / "outline_job.py", "--show"],
        capture_output=True, text=True, timeout=60, check=False, env=home, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    spec = ElementTree.fromstring(done.stdout[done.stdout.index("<spec") :])
    layers = {layer.get("name"): layer for layer in spec.iter("layer")}
    assert list(layers) == ["inbetween", "report"]
    assert [layers[n].findtext("range") for n in layers] == ["1-4", "1-4"]
    assert [layers[n].findtext("chunk") for n in layers] == ["2", "2"]
    (depend,) = spec.iter("depend")
    assert depend.get("type") == "LAYER_ON_LAYER"
    assert (depend.findtext("deplayer"), depend.findtext("onlayer")) == ("report", "inbetween")
    for name in layers:  # as a node does, with the tokens of the first chunk
        command = layers[name].findtext("cmd").replace("#FRAME_START#", "1")
        subprocess.run(
            command.replace("#FRAME_END#", "2"),
            shell=True, check=True, timeout=60, capture_output=True,
        )  # fmt: skip
    assert reports(job) == ["sh010", "sh020"]


@pytest.mark.skipif(os.name == "nt", reason="the lines are for a POSIX shell")
def test_plain_lines_run_in_a_shell(job):
    lines = (job / "lines.sh").read_text().splitlines()
    assert [line for line in lines if line[0] == "#"] == [
        "# inbetween: 4 tasks",
        "# report: 4 tasks",
    ]
    chosen = [line for line in lines if "sh020" in line]
    assert len(chosen) == 2
    for line in chosen:
        subprocess.run(line, shell=True, check=True, timeout=60, capture_output=True)
    assert reports(job) == ["sh020"]


def test_plain_lines_of_a_real_blender(shots, farm, tmp_path):
    words = ["--to", "lines", "--job", tmp_path / "job", "--outputs", tmp_path / "out"]
    assert farm(shots, *words, "--blender", "/opt/blender 5/blender").returncode == 0
    line = (tmp_path / "job" / "lines.sh").read_text().splitlines()[1]
    blend = shots.parent / "sh010.blend"
    assert f"'/opt/blender 5/blender' -b {blend} --command understudy inbetween --seed=0" in line
