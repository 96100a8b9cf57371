"""Wave files of every usual kind, and features of what they hold."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from understudy.ml.face import acoustic, audio

RATE = 8000
TONE = 0.5 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)


def riff(kind: int, bits: int, channels: int, data: bytes, extensible: bool = False) -> bytes:
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", kind, channels, RATE, RATE * block, block, bits)
    if extensible:
        form = struct.pack("<H", 0xFFFE) + form[2:] + struct.pack("<HHIH", 22, bits, 0, kind)
        form += bytes(14)
    # An odd chunk in front, as editors leave them.
    chunks = [(b"LIST", b"abc"), (b"fmt ", form), (b"data", data)]
    body = b"".join(n + struct.pack("<I", len(d)) + d + b"\0" * (len(d) % 2) for n, d in chunks)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body


def coded(bits: int, kind: int, tone: np.ndarray) -> bytes:
    if kind == 3:
        return tone.astype(f"<f{bits // 8}").tobytes()
    if bits == 8:
        return (tone * 127 + 128).astype(np.uint8).tobytes()
    whole = (tone * (2 ** (bits - 1) - 1)).astype(np.int64)
    return b"".join(int(v).to_bytes(bits // 8, "little", signed=True) for v in whole)


@pytest.mark.parametrize("extensible", [False, True])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(("bits", "kind"), [(8, 1), (16, 1), (24, 1), (32, 1), (32, 3), (64, 3)])
def test_every_usual_coding_gives_the_same_tone(
    tmp_path: Path, bits: int, kind: int, channels: int, extensible: bool
) -> None:
    path = tmp_path / "tone.wav"
    tone = np.repeat(TONE, channels)
    path.write_bytes(riff(kind, bits, channels, coded(bits, kind, tone), extensible))
    samples, rate = audio.read_wav(path)
    assert rate == RATE
    np.testing.assert_allclose(samples, TONE, atol=0.012 if bits == 8 else 1e-4)


def test_a_file_that_was_cut_off_gives_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "cut.wav"
    path.write_bytes(riff(1, 16, 1, coded(16, 1, TONE))[:-1001])
    samples, _ = audio.read_wav(path)
    assert len(samples) == RATE - 501


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"ID3 something", "no wave file"),
        (riff(2, 16, 1, b"\0" * 64), "format 2"),
        (riff(1, 16, 1, b"")[:30], "holds no sound"),
    ],
)
def test_what_is_no_sound_is_refused_in_words(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "bad.wav"
    path.write_bytes(data)
    with pytest.raises(audio.AudioError, match=words):
        audio.read_wav(path)


def test_missing_short_long_and_silent_are_refused(tmp_path: Path) -> None:
    with pytest.raises(audio.AudioError, match="cannot be read"):
        audio.read_wav(tmp_path / "none.wav")
    with pytest.raises(audio.AudioError, match="longer recording"):
        audio.prepare(TONE[:100], RATE)
    with pytest.raises(audio.AudioError, match="minutes long"):
        audio.prepare(np.ones(2000 * 100), 100)
    with pytest.raises(audio.AudioError, match="is silent"):
        audio.prepare(np.full(RATE, 0.3), RATE)


def test_resampling_keeps_pitch_and_length() -> None:
    samples = audio.prepare(TONE, RATE)
    assert len(samples) == audio.RATE
    spectrum = np.abs(np.fft.rfft(samples))
    assert spectrum.argmax() == 440


def test_features_do_not_change_with_level_or_microphone() -> None:
    rng = np.random.default_rng(0)
    speech = rng.normal(size=32000) * (1 + np.sin(np.arange(32000) / 900)) * 0.1
    plain = acoustic.features(speech.astype(np.float32))
    assert plain.shape == (200, acoustic.BANDS)
    np.testing.assert_allclose(acoustic.features(0.1 * speech), plain, atol=1e-3)
    tilted = np.append(speech[0], speech[1:] - 0.5 * speech[:-1])
    assert np.abs(acoustic.features(tilted) - plain)[5:-5].mean() < 0.08


def test_a_tone_lights_up_its_own_band_and_a_warp_moves_it() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000) + 1e-4
    bank = acoustic.filterbank()
    centres = bank.argmax(axis=0) * 16000 / 512
    heard = np.log(np.abs(np.fft.rfft(tone[:400], 512)) ** 2 @ bank)
    assert abs(centres[heard.argmax()] - 1000) < 80
    assert acoustic.filterbank(1.2).argmax(axis=0)[20] > bank.argmax(axis=0)[20]
