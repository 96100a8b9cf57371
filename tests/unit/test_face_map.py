"""Face maps: names of every convention, weights, and the form they are saved in."""

from __future__ import annotations

import json
import re
from pathlib import Path

import face_name_lists as lists
import pytest
from understudy.ml.errors import RigError
from understudy.ml.face import names
from understudy.ml.face.facemap import Control, FaceMap, Link
from understudy.ml.face.performance import INDEX, NAMES

TABLES = json.loads(Path(names._TABLES).read_text("utf-8"))


def keys(*found: str) -> list[Control]:
    return [Control("Head", "key", name) for name in found]


def snake(name: str) -> str:
    return re.sub("([A-Z])", r"_\1", name).lower()


STYLES = {
    "plain": lambda n: n,
    "capital": lambda n: n[0].upper() + n[1:],
    "snake": snake,
    "words": lambda n: snake(n).replace("_", " ").title(),
    "L": lambda n: n.replace("Left", "_L").replace("Right", "_R"),
    "dot": lambda n: n.replace("Left", ".L").replace("Right", ".R"),
    "dot_word": lambda n: n.replace("Left", ".Left").replace("Right", ".Right"),
    "rocketbox": lambda n: "blendShape1.AK_09_" + n[0].upper() + n[1:],
    "cc3": lambda n: "A12_" + "_".join(w.title() for w in snake(n).split("_")),
    "metahuman": lambda n: "CTRL_expressions_" + n,
    "maya": lambda n: "Head_blends|" + n,
}


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_every_spelling_of_arkit_is_understood(style):
    face = names.by_names(keys(*map(style, NAMES)))
    shown = {link.expression: link.control.name for link in face.links}
    assert shown == {name: style(name) for name in NAMES}
    assert set(face.quality.values()) == {1.0}


@pytest.mark.parametrize("convention", TABLES)
def test_every_key_of_a_convention_is_driven_by_what_its_table_says(convention):
    table = TABLES[convention]["keys"]
    both = {"makehuman": ("Left", "Right")}.get(convention, ("L", "R"))
    spelt = [k.replace("*", side) for k in table for side in (both if "*" in k else ("",))]
    face = names.by_names(keys(*spelt))
    assert TABLES[convention]["title"] in face.notes[0]
    wanted = {e.replace("*", s) for d in table.values() for e in d for s in ("Left", "Right")}
    assert face.expressions() == wanted


SPEECH = {"jawOpen", "mouthFunnel"}
BLINKS = {"eyeBlinkLeft", "eyeBlinkRight"}
SMILES = {"mouthSmileLeft", "mouthSmileRight"}
LOOKS = {f"eyeLook{way}{side}" for way in ("Up", "Down", "In", "Out") for side in ("Left", "Right")}


@pytest.mark.parametrize(
    ("kind", "least", "needed"),
    [
        ("ARKIT_RPM", 52, set(NAMES)),
        ("FACEIT", 52, set(NAMES)),
        ("MPFB", 52, set(NAMES)),
        ("ROCKETBOX", 52, set(NAMES)),
        ("CC4", 51, SPEECH | BLINKS | SMILES | LOOKS),
        ("CC3", 38, SPEECH | BLINKS | SMILES),
        ("METAHUMAN_CURVES", 52, set(NAMES)),
        ("METAHUMAN_MESH", 35, SPEECH | BLINKS | SMILES),
        ("MAKEHUMAN", 45, {"jawOpen"} | BLINKS | SMILES | LOOKS),
        ("VROID", 21, SPEECH | BLINKS | SMILES),
        ("VROID_OLD", 21, SPEECH | BLINKS | SMILES),
        ("VRM_0", 22, SPEECH | BLINKS | LOOKS),
        ("VRM_1", 24, SPEECH | BLINKS | LOOKS),
        ("OCULUS", 21, SPEECH | {"mouthPucker", "mouthClose"}),
        ("VRCHAT", 23, SPEECH | BLINKS),
    ],
)
def test_what_a_character_of_each_kind_brings_along_is_understood(kind, least, needed):
    there = keys(*getattr(lists, kind).split())
    face = names.by_names(there)
    assert len(face.expressions()) >= least
    assert needed <= face.expressions()
    sides = {k.expression: words[-1] for k in face.links for words in [names.words(k.control.name)]}
    for name, side in sides.items():
        if side in ("L", "R") and name.endswith(("Left", "Right")) and "Look" not in name:
            assert name.endswith({"L": "Left", "R": "Right"}[side]), "no side is mistaken"


def test_one_key_may_be_driven_by_both_sides_and_one_expression_drive_several():
    face = names.by_names(keys("mouthSmile", "eyeBlink_L", "eyeBlink_R", "jawOpen"))
    weights = face.matrix(keys("mouthSmile"))[0]
    assert weights[INDEX["mouthSmileLeft"]] == weights[INDEX["mouthSmileRight"]] == 0.5
    funnel = [f"Mouth_Funnel_{way}_{side}" for way in ("Up", "Down") for side in "LR"]
    face = names.by_names(keys(*funnel, "Jaw_Open"))
    assert {k.control.name for k in face.links if k.expression == "mouthFunnel"} == set(funnel)


def test_a_key_for_each_side_beats_the_key_for_both():
    face = names.by_names(keys("mouthSmile", "mouthSmileLeft", "mouthSmileRight"))
    assert {k.control.name for k in face.links} == {"mouthSmileLeft", "mouthSmileRight"}


def test_visemes_beside_a_whole_set_move_nothing():
    visemes = [f"viseme_{v}" for v in ("aa", "E", "I", "O", "U", "PP", "FF", "TH", "DD")]
    face = names.by_names(keys(*NAMES[:-1], *visemes))
    assert not any(k.control.name.startswith("viseme") for k in face.links)
    alone = names.by_names(keys(*visemes))
    assert {"jawOpen", "mouthFunnel", "mouthPucker"} <= alone.expressions()
    assert max(alone.quality.values()) == 0.5


def test_a_stray_name_says_nothing():
    assert not names.by_names(keys("A", "Key 1", "muscle_big", "smooth")).links


def test_a_map_survives_json_and_refuses_nonsense():
    face = FaceMap()
    link = Link("jawOpen", Control("Rig", "turn", "jaw", 0), 0.3)
    face.set_expression("jawOpen", [link, Link("jawOpen", *keys("Open"), 1.0)], 0.8, "geometry")
    again = FaceMap.from_json(json.loads(json.dumps(face.to_json())))
    assert again == face
    for wrong in ({}, [], {"format": 9, "links": []}, {"format": 1, "links": [{"a": 1}]}):
        with pytest.raises(RigError, match="no face map"):
            FaceMap.from_json(wrong)
    bad = face.to_json()
    bad["links"][0]["weight"] = float("nan")
    with pytest.raises(RigError, match="not a number"):
        FaceMap.from_json(bad)


def test_a_map_of_another_character_is_refused_by_name():
    face = FaceMap([Link("jawOpen", Control("Hero", "key", "Open"))])
    with pytest.raises(RigError, match="Hero: Open"):
        face.check(keys("Open"))
    face.check([Control("Hero", "key", "Open")])
