"""All stages of a shot, one after the other, in the real runner."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("openjd.model", reason="the environment farm has it")
ROOT = Path(__file__).resolve().parents[2]
STAGES = ["layout", "inbetween", "face", "playblast", "report"]
PARAMETERS = {
    "layout": {"prompt": "a small room with a table", "variants": 1},
    "face": {"expression": "surprise"},
    "playblast": {"size": [160, 90], "pace": 10},
}


def test_from_words_to_a_film_and_who_made_it(bpy_python, farm, tmp_path):
    networks = {p.stem for p in (ROOT / "onnx_models").glob("*.onnx")}
    if "words_v1" not in networks:
        pytest.skip("the words network is not exported here: run scripts/export_words.py")
    script, shots = ROOT / "scripts" / "farm_shots.py", tmp_path / "shots"
    words = [bpy_python, script, shots, 1, "--stages", *STAGES]
    words += ["--parameters", json.dumps(PARAMETERS)]
    subprocess.run([str(w) for w in words], check=True, capture_output=True, timeout=120)
    job, out = tmp_path / "job", tmp_path / "out"
    made = farm(shots / "reel.json", "--job", job, "--outputs", out, "--python", bpy_python)
    assert made.returncode == 0, made.stderr
    command = [Path(sys.executable).with_name("openjd"), "run", job / "template.json"]
    command += ["-p", f"file://{job / 'parameters.json'}"]
    done = subprocess.run(
        [str(w) for w in command], capture_output=True, text=True, timeout=400, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    for word in ("Warning", "Error:", "Exception:"):
        assert word not in done.stdout, "a strict farm would fail the job"
    folder = out / "sh010" / "seed0"
    report = json.loads((folder / "report.json").read_text())["authorship"]
    stages = {stage for c in report["characters"] for stage in c["stages"]}
    assert stages == {"layout", "inbetween", "face"}
    assert report["keys"]["ai"] > 0 and report["keys"]["human"] > 0
    assert (folder / "playblast.mp4").stat().st_size > 1000
