"""What the whole stage says of a clip, with a performer whose joints are known for the video."""

from __future__ import annotations

import contextlib
import dataclasses
from types import SimpleNamespace

import body_double
import numpy as np
import pytest
from test_retarget import Build, make_rig
from understudy.ml import progress
from understudy.ml.blocking import pipeline
from understudy.ml.blocking.bonemap import auto_map
from understudy.ml.errors import VideoError


@pytest.fixture(scope="module")
def seen():
    return body_double.seen(*body_double.squats())


@pytest.fixture
def block(monkeypatch):
    """Return what runs the stage on given landmarks, and returns its meta."""

    def track(_video, **_options):
        yield progress.Progress(0.5, "Looking")
        return track.marks

    clip = SimpleNamespace(start_s=0.0, sha256=lambda: "cd" * 32)
    monkeypatch.setattr(pipeline, "open_video", lambda *_: contextlib.nullcontext(clip))
    monkeypatch.setattr(pipeline, "track", track)
    rig = make_rig(Build())
    meta, arrays = rig.pack()

    def run(marks, **params) -> dict:
        track.marks = marks
        request = {
            "video": "clip.mp4",
            "lifter": False,
            "fps": 24.0,
            "frame_start": 1,
            "keys": 5,
            "rig": meta,
            "bone_map": auto_map(rig).to_json(),
            **params,
        }
        return progress.run(pipeline.block(request, arrays))[0]

    return run


def only(marks, rows):
    """Return landmarks in which the person is found in these rows only."""
    found = np.zeros(len(marks.time), bool)
    found[rows] = True
    lost = {}
    for name in ("image", "world", "visibility", "image_raw", "world_raw", "visibility_raw"):
        lost[name] = getattr(marks, name).copy()
        lost[name][~found] = np.nan
    return dataclasses.replace(marks, found=found, **lost)


def test_a_whole_performance_needs_no_remark(block, seen):
    assert block(seen)["notes"] == []


def test_a_person_who_comes_late_or_leaves_early_is_told_of(block, seen):
    third = len(seen.time) // 3
    made = block(only(seen, slice(third, 2 * third)))
    begin, end = seen.time[third], seen.time[2 * third - 1]
    assert any(f"first seen at {begin:.1f} s" in note for note in made["notes"])
    assert any(f"last seen at {end:.1f} s" in note for note in made["notes"])
    assert made["span"][0] >= 1 + begin * 24 and made["span"][1] <= 1 + end * 24


def test_more_keys_than_frames_is_told_of(block, seen):
    made = block(seen, keys=5000)
    assert any("5000 key poses were asked for" in note for note in made["notes"])


def test_what_is_no_motion_is_refused(block, seen):
    one = only(seen, slice(5, 6))
    with pytest.raises(VideoError, match="seen in a single frame only"):
        block(one)
    alone = {
        f.name: getattr(one, f.name)[5:6]
        for f in dataclasses.fields(one)
        if isinstance(getattr(one, f.name), np.ndarray)
    }
    with pytest.raises(VideoError, match="holds a single frame"):
        block(dataclasses.replace(one, **alone))
    with pytest.raises(VideoError, match="Nobody was found"):
        block(only(seen, []))
