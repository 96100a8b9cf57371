"""All stages of a shot, one after the other, in the real runner."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("openjd.model", reason="the environment farm has it")
ROOT = Path(__file__).resolve().parents[2]
CLIP = ROOT / "tests" / "data" / "demo_clip.mp4"
STAGES = ["layout", "inbetween", "face", "lipsync", "playblast", "report"]
PARAMETERS = {
    "layout": {"prompt": "a small room with a table", "variants": 1},
    "face": {"expression": "surprise", "start-frame": 4},
    "playblast": {"size": [160, 90], "pace": 10},
}
LINE = "Bob may pack my map."


def test_from_words_to_a_film_and_who_made_it(bpy_python, farm, tmp_path):
    networks = {p.stem for p in (ROOT / "onnx_models").glob("*.onnx")}
    if not {"words_v1", "pose_landmark_v1"} <= networks:
        pytest.skip("networks are not exported here: scripts/export_words.py, export_perception.py")
    script, shots = ROOT / "scripts" / "farm_shots.py", tmp_path / "shots"
    words = [bpy_python, script, shots, 1, "--stages", *STAGES]
    words += ["--parameters", json.dumps(PARAMETERS), "--block", CLIP, "--say", LINE]
    subprocess.run([str(w) for w in words], check=True, capture_output=True, timeout=120)
    batch = json.loads((shots / "reel.json").read_text())
    batch["shots"][0]["parameters"]["block"]["range"] = [0, 1]
    (shots / "reel.json").write_text(json.dumps(batch))
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
    assert stages == {"layout", "blocking", "inbetween", "face", "lipsync"}
    assert report["keys"]["ai"] > 0 and LINE in report["statement"]
    spoken = json.loads((folder / "lipsync.json").read_text())
    assert spoken["keys"] > 0 and spoken["provenance"]["inputs"]
    again = subprocess.run(
        [str(w) for w in command], capture_output=True, text=True, timeout=400, check=False
    )
    assert again.stdout.count("Nothing to do") == 7, again.stdout[-2000:]
    assert (folder / "playblast.mp4").stat().st_size > 1000
