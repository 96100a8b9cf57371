"""docs/batch.schema.json, in a validator of JSON Schema, against what the reader says."""

from __future__ import annotations

import json
import subprocess

import pytest

import farm_schema

jsonschema = pytest.importorskip("jsonschema", reason="the environment farm has it")
GOOD = {
    "schema": 1,
    "name": "reel",
    "stages": ["inbetween", "report"],
    "parameters": {"inbetween": {"strength": 0.5, "bones": ["hand"], "range": [1, 24]}},
    "shots": [{"shot": "sh010", "blend": "a.blend", "seeds": [0, 3]}],
}
WRONG = [
    {"schema": 2},
    {"name": "../up"},
    {"shots": []},
    {"stages": ["inbetwen"]},
    {"parameters": {"inbetween": {"strength": "much"}}},
    {"parameters": {"inbetween": {"bones": ["--save"]}}},
    {"parameters": {"walk": {}}},
    {"shots": [{"shot": "a", "blend": "a.mp4"}]},
    {"shots": [{"shot": "a", "blend": "a.blend", "seeds": [-1]}]},
    {"shot": []},
]


@pytest.fixture(scope="module")
def form():
    made = json.loads(farm_schema.PATH.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(made)
    return jsonschema.Draft202012Validator(made)


def test_a_good_batch_fits(form):
    assert list(form.iter_errors(GOOD)) == []


@pytest.mark.parametrize("change", WRONG)
def test_a_wrong_one_does_not(form, change):
    assert list(form.iter_errors(GOOD | change))


def test_every_report_of_a_job_fits_its_form(shots, farm, bpy_python, tmp_path):

    report_form = farm_schema.PATH.with_name("report.schema.json")
    form = jsonschema.Draft202012Validator(json.loads(report_form.read_text("utf-8")))
    words = ["--to", "lines", "--job", tmp_path / "job", "--outputs", tmp_path / "out"]
    assert farm(shots, *words, "--python", bpy_python).returncode == 0
    lines = (tmp_path / "job" / "lines.sh").read_text().splitlines()
    for line in (line for line in lines if "sh010" in line):
        subprocess.run(line, shell=True, check=True, capture_output=True, timeout=120)
    reports = sorted((tmp_path / "out").rglob("*.json"))
    assert [p.stem for p in reports] == ["inbetween", "report"]
    for path in reports:
        assert [e.message for e in form.iter_errors(json.loads(path.read_text()))] == []


def test_the_operations_are_tools_with_schemas_of_their_own(bpy_python):
    script = farm_schema.PATH.parents[1] / "scripts" / "understudy.py"
    words = [bpy_python, str(script), "operations"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=True)
    tools = {tool["name"]: tool for tool in json.loads(done.stdout)["tools"]}
    for tool in tools.values():
        jsonschema.Draft202012Validator.check_schema(tool["inputSchema"])
    form = jsonschema.Draft202012Validator(tools["inbetween"]["inputSchema"])
    good = {"rig": "Hero", "first": 1, "last": 48, "strength": 0.8, "bones": [{"name": "hand"}]}
    assert list(form.iter_errors(good)) == []
    for wrong in ({"strength": 2}, {"first": "one"}, {"bones": ["hand"]}, {"code": "import os"}):
        assert list(form.iter_errors(good | wrong)), wrong
