"""A real recording on heads that the method has not seen, through the product's own path."""

from __future__ import annotations

import pytest

import bench_face_retarget as bench

pytestmark = pytest.mark.skipif(
    not bench.RECORDING.is_file(), reason="the optional data folder is not there"
)


@pytest.mark.parametrize(("way", "bar"), [("names", 0.05), ("shapes", 0.25)])
def test_the_head_does_what_its_own_keys_would(way, bar, extension, record_property):
    figures = bench.run(bench.Head(bench.HEADS["MakeHuman, woman"]), way, 24)
    record_property(f"face_{way}_error", round(figures["own"], 3))
    assert figures["own"] <= bar
