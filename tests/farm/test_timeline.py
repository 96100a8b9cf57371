"""Shots from an editorial timeline, through OpenTimelineIO itself."""

from __future__ import annotations

import pytest

from farm import batch
from farm.errors import BatchError

otio = pytest.importorskip("opentimelineio", reason="the environment farm has it")


def clip(name: str, first: int, count: int, media: object = None, **own: object) -> object:
    span = otio.opentime.TimeRange(
        otio.opentime.RationalTime(first, 24), otio.opentime.RationalTime(count, 24)
    )
    return otio.schema.Clip(
        name=name, source_range=span, media_reference=media, metadata={"understudy": own}
    )


@pytest.fixture
def timeline(tmp_path):
    """Return the path of a timeline of two clips and a gap, with a sound below."""
    whole = otio.opentime.TimeRange(
        otio.opentime.RationalTime(86400, 24), otio.opentime.RationalTime(240, 24)
    )
    url = (tmp_path / "take 1.mp4").as_uri()
    media = otio.schema.ExternalReference(target_url=url, available_range=whole)
    made = otio.schema.Timeline("Reel 7", metadata={"understudy": {"stages": ["block", "report"]}})
    track = otio.schema.Track(kind=otio.schema.TrackKind.Video)
    track.append(clip("SH 010", 86448, 48, media, blend="a.blend", seeds=[3]))
    track.append(otio.schema.Gap())
    track.append(
        clip("sh020", 0, 24, blend="b.blend", stages=["inbetween"],
             parameters={"inbetween": {"strength": 0.5}})
    )  # fmt: skip
    made.tracks.append(track)
    sound = otio.schema.Track(kind=otio.schema.TrackKind.Audio)
    sound.append(clip("music", 0, 24))
    made.tracks.append(sound)
    path = tmp_path / "reel.otio"
    otio.adapters.write_to_file(made, str(path))
    return path


def test_clips_are_shots_and_their_media_is_blocked(timeline, tmp_path):
    found = batch.read(timeline)
    assert found.name == "Reel_7"
    first, second = found.shots
    assert (first.name, first.blend, first.seeds) == ("SH 010", "a.blend", [3])
    assert first.stages == ["block", "report"]
    assert first.parameters["block"] == {
        "video": str(tmp_path / "take 1.mp4"),
        "range": [2.0, 4.0],
    }
    assert second.stages == ["inbetween"]
    assert second.parameters == {"inbetween": {"strength": 0.5}}


@pytest.mark.parametrize("text", ["", "{}", '{"OTIO_SCHEMA": "Clip.1"}', "not json"])
def test_what_is_no_timeline_is_refused(tmp_path, text):
    path = tmp_path / "x.otio"
    path.write_text(text)
    with pytest.raises(BatchError, match="timeline|empty"):
        batch.read(path)


def test_a_clip_without_a_file_to_open_is_refused(timeline):
    made = otio.adapters.read_from_file(str(timeline))
    next(iter(made.find_clips())).metadata["understudy"].pop("blend")
    otio.adapters.write_to_file(made, str(timeline))
    with pytest.raises(BatchError, match="blend must name"):
        batch.read(timeline)
