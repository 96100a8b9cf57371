"""Spoil synthetic speech as rooms, microphones, codecs and other throats do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve, resample

from ...face.acoustic import BANDS, features
from ...face.audio import RATE
from ...face.phonemes import Phone


def music(rng: np.random.Generator, count: int) -> NDArray:
    """Return (count,) samples of chords, beats and hiss: what is loud and says nothing."""
    time, sound = np.arange(count) / RATE, np.zeros(count)
    beat = float(rng.uniform(0.25, 0.7))
    for start in np.arange(0, count / RATE, beat):
        since = time - start
        fade = np.where(since >= 0, np.exp(-np.maximum(since, 0) / rng.uniform(0.1, 0.8)), 0)
        root = 55 * 2 ** (rng.integers(0, 36) / 12)
        for step in rng.choice([0, 3, 4, 7, 10, 12], 3, replace=False):
            note = root * 2 ** (step / 12)
            for harmonic in range(1, int(rng.integers(2, 8))):
                if note * harmonic < RATE / 2:
                    wave = np.sin(2 * np.pi * note * harmonic * time + rng.uniform(0, 6))
                    sound += fade * wave / harmonic**1.2
        if rng.random() < 0.6:
            sound += rng.normal(0, 1, count) * np.where(since >= 0, np.exp(-since.clip(0) * 40), 0)
    return (sound / (np.abs(sound).max() + 1e-9)).astype(np.float32)


def noise(rng: np.random.Generator, count: int, speech: NDArray) -> NDArray:
    """Return (count,) samples of noise: hiss, rumble, hum, a crowd or music."""
    kind = rng.random()
    if kind < 0.6:
        spectrum = np.fft.rfft(rng.normal(0, 1, count))
        hz = np.maximum(np.fft.rfftfreq(count, 1 / RATE), 20)
        return np.fft.irfft(spectrum * hz ** -rng.uniform(0, 1), count)
    if kind < 0.8:
        crowd = [np.roll(speech, int(rng.integers(count)))[::-1] for _ in range(4)]
        return np.mean(crowd, axis=0)
    if kind < 0.9:
        hum = rng.choice([50, 60]) * np.arange(1, 6)[:, None] * np.arange(count) / RATE
        return np.sin(2 * np.pi * hum).sum(axis=0)
    return music(rng, count)


def room(rng: np.random.Generator, samples: NDArray) -> NDArray:
    """Return the samples as heard in a room of random size; the direct sound keeps its time."""
    length = rng.uniform(0.08, 0.5)
    time = np.arange(int(length * RATE)) / RATE
    echo = rng.normal(0, 1, len(time)) * np.exp(-6.9 * time / length)
    echo *= rng.uniform(0.05, 0.6) / np.sqrt((echo**2).sum())
    echo[0] = 1.0
    return fftconvolve(samples, echo)[: len(samples)]


def spoil(
    rng: np.random.Generator, samples: NDArray, phones: list[Phone]
) -> tuple[NDArray, list[Phone]]:
    """Return (F, BANDS) features of a spoiled version, and its phones at their new times."""
    lead, tail = rng.uniform(0, 0.5, 2)
    stretch = rng.uniform(0.9, 1.12)
    samples = resample(samples, max(int(len(samples) * stretch), 1))
    samples = np.pad(samples, (int(lead * RATE), int(tail * RATE)))
    phones = [
        Phone(p.label, p.classes, lead + p.start * stretch, lead + p.end * stretch) for p in phones
    ]
    if rng.random() < 0.5:
        samples = room(rng, samples)
    level = np.sqrt((samples**2).mean()) + 1e-9
    hiss = noise(rng, len(samples), samples)
    ratio = rng.uniform(3, 45)
    samples = samples + hiss * level / (np.sqrt((hiss**2).mean()) + 1e-9) * 10 ** (-ratio / 20)
    if rng.random() < 0.15:  # as over a telephone
        levels = 255 * np.log1p(255 * np.abs(samples / np.abs(samples).max())) / np.log(256)
        samples = np.sign(samples) * (256 ** (np.round(levels) / 255) - 1) / 255
    heard = features(samples.astype(np.float32), warp=rng.uniform(0.84, 1.2))
    return heard, phones


def colour(rng: np.random.Generator, heard: NDArray) -> NDArray:
    """Return (F, BANDS) features through another microphone, bands or moments lost.

    Cheap, and so done anew each time a window is drawn.
    """
    bend = np.interp(np.arange(BANDS), np.linspace(0, BANDS - 1, 6), rng.normal(0, 0.12, 6))
    heard = heard * rng.uniform(0.85, 1.15) + bend
    if rng.random() < 0.2:  # no high frequencies
        cut = int(rng.integers(24, BANDS))
        heard[:, cut:] = -0.2 + 0.1 * rng.normal(size=heard[:, cut:].shape)
    if rng.random() < 0.3:
        a = int(rng.integers(BANDS - 6))
        heard[:, a : a + int(rng.integers(1, 6))] = 0
    if rng.random() < 0.2:
        a = int(rng.integers(max(len(heard) - 8, 1)))
        heard[a : a + int(rng.integers(1, 8))] = 0
    return heard + rng.normal(0, 0.05, heard.shape)
