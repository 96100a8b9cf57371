"""Sound in: wave files of every usual kind, as one channel at the rate that is worked in."""

from __future__ import annotations

import struct
from math import gcd
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from ..errors import UnderstudyError

RATE = 16000
"""Samples a second of all sound that is worked on."""

LONGEST_S = 1800.0
_SHORTEST_S = 0.05
_PCM, _FLOAT, _ALAW, _MULAW, _EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
_SILENT = 10 ** (-60 / 20)


class AudioError(UnderstudyError):
    """A sound file cannot be used."""


def read_wav(path: Path) -> tuple[NDArray, int]:
    """Read a RIFF wave file.

    Returns
    -------
    samples : (N,) float32, -1 to 1, the mean of all channels
    rate : samples a second

    Raises
    ------
    AudioError
        The file is missing, is no wave file, or is of a kind that is not read.
    """
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise AudioError(f"{path} cannot be read ({exc.strerror}): choose a sound file") from exc
    if data[:4] not in (b"RIFF", b"RF64") or data[8:12] != b"WAVE":
        raise AudioError(f"{path.name} is no wave file: save the sound as WAV")
    form, sound, at = b"", None, 12
    while at + 8 <= len(data) and sound is None:
        name, size = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        body = data[at + 8 : at + 8 + size]  # a file that was cut off has less than it says
        if name == b"fmt ":
            form = body
        elif name == b"data":
            sound = body
        at += 8 + size + size % 2
    if len(form) < 16 or sound is None:
        raise AudioError(f"{path.name} holds no sound: save it as WAV again")
    return _decode(path.name, form, sound)


def _decode(name: str, form: bytes, sound: bytes) -> tuple[NDArray, int]:
    kind, channels, rate, _, block, bits = struct.unpack_from("<HHIIHH", form)
    if kind == _EXTENSIBLE and len(form) >= 26:
        kind = struct.unpack_from("<H", form, 24)[0]
    if not channels or not rate or block != channels * ((bits + 7) // 8):
        raise AudioError(f"{name} is damaged: save it as WAV again")
    sound = sound[: len(sound) // block * block]
    if kind == _PCM and bits == 8:
        values = (np.frombuffer(sound, np.uint8).astype(np.float32) - 128) / 128
    elif kind == _PCM and bits == 16:
        values = np.frombuffer(sound, "<i2").astype(np.float32) / 2**15
    elif kind == _PCM and bits == 24:
        parts = np.frombuffer(sound, np.uint8).reshape(-1, 3)
        whole = np.zeros((len(parts), 4), np.uint8)
        whole[:, 1:] = parts
        values = whole.view("<i4")[:, 0].astype(np.float32) / 2**31
    elif kind == _PCM and bits == 32:
        values = np.frombuffer(sound, "<i4").astype(np.float32) / 2**31
    elif kind == _FLOAT and bits in (32, 64):
        values = np.frombuffer(sound, f"<f{bits // 8}").astype(np.float32)
    else:
        raise AudioError(
            f"{name} is coded in a way that is not read (format {kind}, {bits} bits): save it as "
            "WAV with 16 bits"
        )
    return np.nan_to_num(values).reshape(-1, channels).mean(axis=1), rate


def prepare(samples: NDArray, rate: int, name: str = "The sound") -> NDArray:
    """Return (N,) float32 at `RATE`, without its mean.

    Raises
    ------
    AudioError
        It is too short, too long, or silent.
    """
    seconds = len(samples) / rate
    if seconds < _SHORTEST_S:
        raise AudioError(f"{name} is only {seconds:.2f} s long: choose a longer recording")
    if seconds > LONGEST_S:
        raise AudioError(
            f"{name} is {seconds / 60:.0f} minutes long; up to {LONGEST_S / 60:.0f} are worked on "
            "at a time: cut it into lines"
        )
    samples = samples - samples.mean()
    common = gcd(rate, RATE)
    if rate != RATE:
        samples = resample_poly(samples, RATE // common, rate // common)
    samples = np.asarray(samples, np.float32)
    if np.abs(samples).max() < _SILENT:
        raise AudioError(f"{name} is silent: choose a recording of speech")
    return samples


def loudness(samples: NDArray, frames: int, hop: int) -> NDArray:
    """Return (frames,) root mean square around each hop, in decibels below the loud parts."""
    padded = np.pad(samples.astype(float) ** 2, (hop, hop * (frames + 2) - len(samples) + hop))
    sums = np.cumsum(padded)
    start = np.arange(frames) * hop
    power = (sums[start + 2 * hop] - sums[start]) / (2 * hop)
    decibels = 10 * np.log10(power + 1e-10)
    return decibels - np.percentile(decibels, 95)
