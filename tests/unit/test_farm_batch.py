"""The description of a batch, and the fifty ways in which one can be wrong."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path

import pytest

import farm_schema
from farm import __main__ as command
from farm import batch, job, launch, plan, stages
from farm.errors import BatchError

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
GOOD = {
    "schema": 1,
    "name": "reel",
    "stages": ["inbetween", "report"],
    "seeds": [0, 3],
    "parameters": {"inbetween": {"rig": "Hero", "strength": 0.5}},
    "shots": [
        {"shot": "sh010", "blend": "a.blend"},
        {
            "shot": "sh020",
            "blend": "sub/b.blend",
            "seeds": [7],
            "stages": ["block", "inbetween"],
            "parameters": {"block": {"video": "clip.mp4", "keys": 9}, "inbetween": {"rig": "-x"}},
        },
    ],
}


@pytest.fixture
def folder(tmp_path):
    """Return a folder with the files that the good batch names."""
    (tmp_path / "sub").mkdir()
    for name in ("a.blend", "sub/b.blend", "clip.mp4"):
        (tmp_path / name).write_bytes(b"BLENDER")
    return tmp_path


def with_(path: str, value: object) -> str:
    """Return the good batch as JSON, with one place changed; ... takes it away."""
    data = copy.deepcopy(GOOD)
    at, *way = data, *path.split("/")
    for step in way[:-1]:
        at = at[int(step) if step.isdecimal() else step]
    last = int(way[-1]) if way[-1].isdecimal() else way[-1]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return json.dumps(data)


ROW = "shot,blend,seeds,block.video\n"
WRONG = {
    "empty": ("x.json", "", "not JSON"),
    "cut off": ("x.json", json.dumps(GOOD)[:-9], "not JSON"),
    "trailing comma": ("x.json", '{"schema": 1,}', "not JSON"),
    "a list": ("x.json", "[]", "must be an object"),
    "null": ("x.json", "null", "must be an object"),
    "deep": ("x.json", "[" * 100000, "nested too deeply"),
    "twice": ("x.json", '{"schema": 1, "schema": 1}', "stands twice"),
    "not utf-8": ("x.json", b"\xff\xfe\x00", "not UTF-8"),
    "kind of file": ("x.toml", "a = 1", "give a .json"),
    "schema missing": ("x.json", with_("schema", ...), "has no 'schema'"),
    "schema 2": ("x.json", with_("schema", 2), "this version reads 1"),
    "schema text": ("x.json", with_("schema", "1"), "this version reads 1"),
    "schema true": ("x.json", with_("schema", True), "this version reads 1"),
    "name missing": ("x.json", with_("name", ...), "has no 'name'"),
    "name a path": ("x.json", with_("name", "../up"), "use letters"),
    "unknown key": ("x.json", with_("shot", []), "did you mean 'shots'"),
    "shots missing": ("x.json", with_("shots", ...), "has no 'shots'"),
    "shots empty": ("x.json", with_("shots", []), "shots is empty"),
    "shots an object": ("x.json", with_("shots", {}), "must be a list"),
    "shot a text": ("x.json", with_("shots/0", "sh010"), "shots[0] must be an object"),
    "shot unnamed": ("x.json", with_("shots/0/shot", ...), "has no 'shot'"),
    "shot empty": ("x.json", with_("shots/0/shot", ""), "signs that a folder"),
    "shot a number": ("x.json", with_("shots/0/shot", 10), "signs that a folder"),
    "shot a folder up": ("x.json", with_("shots/0/shot", ".."), "signs that a folder"),
    "shot with slash": ("x.json", with_("shots/0/shot", "a/b"), "signs that a folder"),
    "shot too long": ("x.json", with_("shots/0/shot", "a" * 200), "100 at most"),
    "shot an option": ("x.json", with_("shots/0/shot", "--save"), "neither '-' nor '.' first"),
    "shot hidden": ("x.json", with_("shots/0/shot", ".sh010"), "neither '-' nor '.' first"),
    "shot with a line end": ("x.json", with_("shots/0/shot", "a\nb"), "signs that a folder"),
    "shot written backwards": ("x.json", with_("shots/0/shot", "a\u202eb"), "signs that a folder"),
    "shot of too many bytes": ("x.json", with_("shots/0/shot", "镜" * 90), "too long"),
    "shot with a dot at the end": ("x.json", with_("shots/0/shot", "sh010."), "Windows"),
    "shot twice in two spellings": (
        "x.json",
        json.dumps(GOOD | {"shots": [{**GOOD["shots"][0], "shot": s} for s in ("ü", "u\u0308")]}),
        "would overwrite",
    ),
    "shot reserved": ("x.json", with_("shots/0/shot", "con"), "Windows"),
    "shot twice": ("x.json", with_("shots/0/shot", "SH020"), "would overwrite"),
    "shot key misspelt": ("x.json", with_("shots/0/seed", [1]), "did you mean 'seeds'"),
    "blend missing": ("x.json", with_("shots/0/blend", ...), "blend must name"),
    "blend a number": ("x.json", with_("shots/0/blend", 5), "blend must name"),
    "blend a movie": ("x.json", with_("shots/0/blend", "clip.mp4"), "no .blend file"),
    "blend not there": ("x.json", with_("shots/0/blend", "z.blend"), "there is no file"),
    "seeds a number": ("x.json", with_("seeds", 3), "must be a list"),
    "seeds empty": ("x.json", with_("seeds", []), "one at least"),
    "seed negative": ("x.json", with_("seeds", [-1]), "no whole number"),
    "seed a fraction": ("x.json", with_("seeds", [1.5]), "no whole number"),
    "seed true": ("x.json", with_("seeds", [True]), "no whole number"),
    "seed too large": ("x.json", with_("seeds", [2**31]), "no whole number"),
    "seed twice": ("x.json", with_("seeds", [1, 1]), "different"),
    "stages missing": ("x.json", with_("stages", ...), "has no stages"),
    "stage unknown": ("x.json", with_("stages", ["inbetwen"]), "did you mean 'inbetween'"),
    "stage twice": ("x.json", with_("stages", ["report", "report"]), "each once"),
    "stages disordered": ("x.json", with_("stages", ["report", "inbetween"]), "in this order"),
    "stage a list": ("x.json", with_("stages", [["inbetween"]]), "no stage is called"),
    "parameters a list": ("x.json", with_("parameters", []), "must be an object"),
    "parameters of nothing": ("x.json", with_("parameters/blocking", {}), "did you mean 'block'"),
    "parameter unknown": ("x.json", with_("parameters/inbetween/keys", 3), "takes no 'keys'"),
    "parameter a text": (
        "x.json",
        with_("parameters/inbetween/strength", "much"),
        "must be a number",
    ),
    "parameter NaN": (
        "x.json",
        with_("parameters/inbetween/strength", float("nan")),
        "must be a number",
    ),
    "parameter out of range": (
        "x.json",
        with_("parameters/inbetween/strength", 5),
        "must be from 0 to 1.5",
    ),
    "parameter of no choice": (
        "x.json",
        with_("parameters/inbetween/method", "magic"),
        "must be of auto, network, plain",
    ),
    "parameter null": ("x.json", with_("parameters/inbetween/rig", None), "must be a text"),
    "flag a number": (
        "x.json",
        with_("parameters/inbetween/breakdown", 1),
        "must be true or false",
    ),
    "bones that are options": (
        "x.json",
        with_("parameters/inbetween/bones", ["--save"]),
        "must be a list of texts",
    ),
    "range of three": (
        "x.json",
        with_("parameters/inbetween/range", [1, 2, 3]),
        "must be a list of two",
    ),
    "line end in a text": ("x.json", with_("parameters/inbetween/rig", "a\nb"), "must be a text"),
    "video missing": ("x.json", with_("shots/1/parameters/block/video", ...), "block.video is"),
    "video not there": ("x.json", with_("shots/1/parameters/block/video", "no.mp4"), "is there"),
    "parameters of a stage that does not run": (
        "x.json",
        with_("shots/0/parameters", {"block": {"video": "clip.mp4"}}),
        "not among its stages",
    ),
    "two faces at once": (
        "x.json",
        with_(
            "shots/0",
            {
                "shot": "a",
                "blend": "a.blend",
                "stages": ["face"],
                "parameters": {"face": {"expression": "joy", "video": "clip.mp4"}},
            },
        ),
        "exactly one of video",
    ),
    "table empty": ("x.csv", "", "table is empty"),
    "table without shots": ("x.csv", ROW, "shots is empty"),
    "table without a shot column": ("x.csv", "blend\na.blend\n", "no column 'shot'"),
    "table with a column twice": ("x.csv", "shot,shot\na,b\n", "stands twice"),
    "table with an unknown column": ("x.csv", "shot,blok.video\na,b\n", "did you mean 'block'"),
    "table with a short row": ("x.csv", ROW + "sh010,a.blend\n", "row 2 has 2 cells"),
    "table with seeds of words": ("x.csv", ROW + "a,a.blend,one,clip.mp4\n", "whole numbers"),
    "table with a bad value": (
        "x.csv",
        "shot,blend,stages,block.keys\na,a.blend,inbetween,many\n",
        "must be a whole number",
    ),
    "table with an open quote": ("x.csv", ROW + '"a,a.blend,1,clip.mp4\n', "not a CSV"),
    "table with a zero byte": ("x.csv", ROW + "a\0b,a.blend,1,clip.mp4\n", "signs that a folder"),
}


def test_there_are_fifty():
    assert len(WRONG) >= 50


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_batch_is_refused_with_two_and_nothing_is_written(folder, capsys, case):
    name, text, says = WRONG[case]
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    before = sorted(folder.rglob("*"))
    words = [str(path), "--job", str(folder / "job"), "--outputs", str(folder / "out")]
    words += ["--to", *job.FORMATS]
    assert command.main(words) == 2
    said = capsys.readouterr()
    assert says in said.err and said.out == "" and "Traceback" not in said.err
    assert said.err.startswith(f"farm: {name}: ") and said.err.count("\n") == 1
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize("words", [[], ["x.json"], ["x.json", "--to", "afanasy"]])
def test_wrong_arguments_are_two(words):
    done = subprocess.run(
        [sys.executable, str(SCRIPTS / "farm"), *words], capture_output=True, check=False
    )
    assert done.returncode == 2


@pytest.mark.parametrize("word", ["inbetween", "inbetween.strength=x", "walk.speed=1", "a.b.c=1"])
def test_a_wrong_setting_is_refused(folder, word):
    (folder / "x.json").write_text(json.dumps(GOOD))
    with pytest.raises(BatchError):
        batch.read(folder / "x.json", [word])


def read(folder: Path, settings=()) -> batch.Batch:
    (folder / "x.json").write_text(json.dumps(GOOD))
    return batch.read(folder / "x.json", settings)


def test_a_shot_overrides_what_holds_for_all(folder):
    first, second = read(folder).shots
    assert first.seeds == [0, 3] and second.seeds == [7]
    assert first.parameters["inbetween"] == {"rig": "Hero", "strength": 0.5}
    assert second.parameters["inbetween"] == {"rig": "-x", "strength": 0.5}


def test_each_stage_opens_what_the_one_before_saved(folder):
    steps = {step.name: step.rows for step in plan.make(read(folder))}
    assert [len(steps[name]) for name in ("block", "inbetween", "report")] == [1, 3, 2]
    assert steps["block"][0]["blend"] == {"root": "sub/b.blend"}
    assert [row["blend"] for row in steps["inbetween"]] == [
        {"root": "a.blend"},
        {"root": "a.blend"},
        {"outputs": "sh020/seed7/block.blend"},
    ]
    assert steps["report"][1]["blend"] == {"outputs": "sh010/seed3/inbetween.blend"}
    assert "--seed=7" in steps["block"][0]["arguments"]
    assert "--rig=-x" in steps["inbetween"][2]["arguments"]


def test_a_table_says_the_same_as_json(folder):
    (folder / "reel.csv").write_text(
        "shot,blend,seeds,stages,inbetween.rig,inbetween.strength,block.video,block.keys\n"
        "sh010,a.blend,0 3,inbetween report,Hero,0.5,,\n"
        "sh020,sub/b.blend,7,block inbetween,-x,0.5,clip.mp4,9\n"
    )
    table = batch.read(folder / "reel.csv")
    assert [vars(s) for s in table.shots] == [vars(s) for s in read(folder).shots]


def test_a_setting_holds_for_every_shot_that_does_not_say(folder):
    shots = read(folder, ["inbetween.rig=Villain", "inbetween.bones=a b"]).shots
    assert [s.parameters["inbetween"]["rig"] for s in shots] == ["Villain", "-x"]
    assert shots[0].parameters["inbetween"]["bones"] == ["a", "b"]


def test_a_job_takes_the_place_of_an_older_one_only(folder):
    made = job.Job(read(folder), job.Options(folder / "job", folder / "out"))
    for _ in range(2):
        job.write(folder / "job", made.files(job.FORMATS))
    assert (folder / "job" / "plan" / "report.ndjson").read_text().count("\n") == 2
    (folder / "mine").mkdir()
    (folder / "mine" / "notes.txt").write_text("")
    with pytest.raises(BatchError, match="holds something else"):
        job.write(folder / "mine", made.files(job.FORMATS))
    assert sorted(p.name for p in folder.iterdir() if p.name[0] == ".") == []


@pytest.mark.parametrize(
    ("words", "found"),
    [("3", [3]), ("1-4", [1, 2, 3, 4]), ("1-9:4,2", [1, 5, 9, 2])],
)
def test_chunks_of_a_farm_are_read(words, found):
    assert launch.numbers(words) == found


TASK = {
    "shot": "sh010",
    "seed": 0,
    "command": ["inbetween"],
    "blend": {"root": "a.blend"},
    "arguments": ["--seed=0", "--save", {"outputs": "sh010/seed0/inbetween.blend"}],
}
WRONG_PLANS = {
    "not JSON": "{",
    "cut off": json.dumps(TASK)[:-20],
    "a list": "[]",
    "null": "null",
    "empty": "",
    "no command": json.dumps({k: v for k, v in TASK.items() if k != "command"}),
    "a command that is a text": json.dumps(TASK | {"command": "inbetween"}),
    "a command of numbers": json.dumps(TASK | {"command": [1]}),
    "no shot": json.dumps({k: v for k, v in TASK.items() if k != "shot"}),
    "no file": json.dumps({k: v for k, v in TASK.items() if k != "blend"}),
    "a file that is a word": json.dumps(TASK | {"blend": "a.blend"}),
    "a place of an unknown kind": json.dumps(TASK | {"blend": {"home": "a.blend"}}),
    "an argument that is a number": json.dumps(TASK | {"arguments": [3]}),
    "a result outside the folder": json.dumps(TASK | {"arguments": [{"outputs": "../../x"}]}),
    "a result anywhere": json.dumps(TASK | {"arguments": [{"outputs": "/etc/x"}]}),
}


def test_only_the_lines_of_a_chunk_are_read(tmp_path):
    path = tmp_path / "a.ndjson"
    path.write_text("".join(json.dumps(TASK | {"seed": n}) + "\n" for n in range(1, 6)))
    assert [row["seed"] for row in launch.lines_of(path, [2, 4])] == [2, 4]
    with pytest.raises(ValueError, match="no row 6"):
        launch.lines_of(path, [5, 6])


@pytest.mark.parametrize("case", WRONG_PLANS)
def test_a_wrong_plan_is_refused_with_two_and_nothing_is_written(tmp_path, case):
    (tmp_path / "plan").mkdir()
    (tmp_path / "plan" / "inbetween.ndjson").write_text(WRONG_PLANS[case])
    words = ["run", "inbetween", "1", "--plan", tmp_path / "plan", "--root", tmp_path]
    words += ["--outputs", tmp_path / "out", "--python", sys.executable]
    launcher = [sys.executable, SCRIPTS / "farm" / "launch.py", *words]
    done = subprocess.run(
        [str(w) for w in launcher], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2 and "openjd_fail: " in done.stdout, done.stderr
    assert "inbetween.ndjson" in done.stderr and "Traceback" not in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["plan"]


@pytest.mark.parametrize("rows", ["4-1", "0", "-3", "one", "", "x-"])
def test_wrong_rows_are_refused(rows):
    with pytest.raises(ValueError):
        launch.numbers(rows)


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"path_mapping_rules": [{}]}', '{"path_mapping_rules": 3}']
)
def test_wrong_mapping_rules_are_refused(tmp_path, text):
    (tmp_path / "rules.json").write_text(text)
    with pytest.raises(ValueError, match="no path mapping rules"):
        launch.Places("/r", "/o", str(tmp_path / "rules.json"))


def test_windows_paths_are_mapped_too(tmp_path):
    rule = {
        "source_path_format": "WINDOWS",
        "source_path": "P:\\show",
        "destination_path": "/mnt/show",
    }
    (tmp_path / "rules.json").write_text(json.dumps({"path_mapping_rules": [rule]}))
    places = launch.Places("/r", "/o", str(tmp_path / "rules.json"))
    assert places({"path": "P:\\show\\a\\b.mp4"}) == "/mnt/show/a/b.mp4"
    assert places({"path": "Q:\\a.mp4"}) == "Q:\\a.mp4"
    assert places({"root": "x.blend"}) == "/r/x.blend"


def test_a_switch_that_is_off_is_no_word():
    assert stages.words_of("block", "stepped", False, str) == []
    assert stages.words_of("block", "stepped", True, str) == ["--stepped"]


def test_the_documented_form_is_that_of_the_stages():
    assert farm_schema.PATH.read_text("utf-8") == farm_schema.text(), "run scripts/farm_schema.py"


def test_a_shot_may_have_any_script_s_name_and_a_table_a_spreadsheet_s_signs(folder, capsys):
    names = ["Höhle 01", "镜头 2", "O'Brien", "shot & co (v2)", "ملف"]
    rows = "".join(f"{name};a.blend;inbetween;50 %, quick\r\n" for name in names)
    table = "\ufeffshot;blend;stages;inbetween.rig\r\n" + rows + ";;;\r\n"
    (folder / "Liste ü.csv").write_bytes(table.encode("utf-8"))
    words = [str(folder / "Liste ü.csv"), "--outputs", str(folder / "out ü")]
    words += ["--job", str(folder / "job 1"), "--to", *job.FORMATS]
    assert command.main(words) == 0, capsys.readouterr().err
    lines = (folder / "job 1" / "plan" / "inbetween.ndjson").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    assert [row["shot"] for row in rows] == names
    assert "--rig=50 %, quick" in rows[0]["arguments"]
    template = json.loads((folder / "job 1" / "template.json").read_text())
    assert template["name"] == "Liste_u"


def test_all_missing_files_are_named_at_once(folder):
    shots = [{"shot": f"s{n}", "blend": f"{n}.blend"} for n in range(8)]
    with pytest.raises(BatchError) as caught:
        batch.from_data(GOOD | {"shots": shots}, folder).check_files()
    said = str(caught.value)
    assert all(f"{n}.blend" in said for n in range(5)) and said.endswith("; and 3 more")
