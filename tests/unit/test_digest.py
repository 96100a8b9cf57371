"""Digests of what a job depends on."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from understudy.ml import digest, tasks, video


def test_files_count_by_their_content(tmp_path):
    a, b = tmp_path / "a", tmp_path / "b"
    a.write_bytes(b"one")
    b.write_bytes(b"two" * 500_000)
    assert digest.of_files([a]) == hashlib.sha256(b"one").hexdigest()
    assert digest.of_files([a, b]) == hashlib.sha256(b"one" + b.read_bytes()).hexdigest()
    with pytest.raises(FileNotFoundError):
        digest.of_files([tmp_path / "none"])


def test_every_bit_shape_and_type_of_an_array_counts():
    base = np.arange(6, dtype=np.float32)
    others = [
        base.reshape(2, 3),
        base.astype(np.float64),
        base.view(np.uint32),
        np.nextafter(base, 9),
        base.reshape(2, 3).T,
        np.zeros(6, [("x", np.float32)]),
    ]
    found = {digest.of_values({"rest": a}) for a in [base, *others]}
    assert len(found) == 1 + len(others)
    assert digest.of_values({"rest": base[::1].copy()}) in found
    assert digest.of_values(np.arange(12)[::2]) == digest.of_values(np.arange(0, 12, 2))


def test_the_order_of_a_dict_does_not_count_and_nothing_else_is_passed_over():
    assert digest.of_values({"a": 1, "b": None}) == digest.of_values({"b": None, "a": 1})
    values = [{"a": 1}, {"a": 1.5}, {"a": "1"}, {"a": [1]}, {"a": True}, {"b": 1}, {}, []]
    assert len({digest.of_values(v) for v in values}) == len(values)
    with pytest.raises(TypeError, match="object is neither"):
        digest.of_values({"a": object()})


def test_a_clip_counts_by_its_content_without_being_decoded(tmp_path):
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"no film at all")
    assert video.content_sha256(clip) == digest.of_files([clip])
    for number in (1, 2, 3):
        (tmp_path / f"shot_{number}.png").write_bytes(bytes([number]))
    images = [tmp_path / f"shot_{number}.png" for number in (1, 2, 3)]
    assert video.content_sha256(tmp_path / "shot_#.png") == digest.of_files(images)
    assert video.content_sha256(images[1]) == digest.of_files(images[1:])


def test_networks_are_looked_for_where_a_task_would(tmp_path):
    (tmp_path / "net_v1.onnx").write_bytes(b"")
    (tmp_path / "net_v1.md").write_bytes(b"")
    assert tasks.networks({"models_dir": str(tmp_path)}) == {"net_v1": tmp_path / "net_v1.onnx"}
    assert tasks.networks({"models_dir": str(tmp_path / "none")}) == {}
