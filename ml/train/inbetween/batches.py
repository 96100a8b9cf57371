"""Draw windows from the clips and turn them into what the network sees and should say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from ... import rotations as rot
from ...inbetween import features
from . import augment, data, masks
from .settings import Settings


@dataclass
class Batch:
    """Tensors of windows on one skeleton."""

    x: Tensor
    seconds: Tensor
    room: Tensor
    relation: Tensor
    parents: NDArray
    offsets: Tensor
    turn_base: Tensor
    shift_base: Tensor
    turn_fallback: Tensor
    shift_fallback: Tensor
    turn: Tensor
    shift: Tensor
    contact: Tensor

    def to(self, device: str) -> Batch:
        """Return the batch with its tensors on a device."""
        moved = {
            k: v.to(device, non_blocking=True) for k, v in vars(self).items() if torch.is_tensor(v)
        }
        return replace(self, **moved)


def _tensor(values: ArrayLike) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, np.float32))


def make_batch(w: augment.Windows, mask: masks.Mask, hints: NDArray) -> Batch:
    """Return what the network sees and should say, at the mask's nodes."""
    skeleton = features.build(w.parents, w.heads)
    window = masks.build_window(mask, w.turn, w.shift, w.moves, w.fps, hints)
    if hints[:, 2].any():
        window = replace(window, hints=_hints(skeleton, window, mask, w, hints[:, 2]))
    seen = features.tokens(skeleton, window, mask.at, mask.start)
    truth = replace(window, turn=np.asarray(w.turn, float), shift=np.asarray(w.shift, float))
    roots = np.flatnonzero(w.parents < 0)
    parts = []
    straight = replace(window, **masks.lay_fallback(mask, window.turn, window.shift))
    for one in (window, straight, truth):
        turn, shift = (
            np.take_along_axis(v, mask.at[..., None, None], 1) for v in (one.turn, one.shift)
        )
        back = rot.conjugate(seen.yaw)[:, None, None]
        turn[:, :, roots] = rot.multiply(back, turn[:, :, roots])
        arm = skeleton.offsets[roots]
        shift[:, :, roots] = rot.rotate(back, shift[:, :, roots] + arm) - arm
        parts += [turn, shift]
    contact = np.take_along_axis(w.contact, mask.at[..., None], 1)
    return Batch(
        _tensor(seen.x),
        _tensor(seen.seconds),
        _tensor(seen.room),
        torch.from_numpy(skeleton.relation),
        w.parents,
        _tensor(skeleton.offsets),
        *(_tensor(p) for p in parts),
        _tensor(contact),
    )


def _hints(
    skeleton: features.Skeleton,
    window: features.Window,
    mask: masks.Mask,
    w: augment.Windows,
    given: NDArray,
) -> NDArray:
    """Return (N, HINTS) how far the truth leads the base, how far it rises above it, given.

    At run time other values of the first two give other takes.
    """
    open_frames = ~mask.keyed & mask.driven[:, None]
    miss = rot.to_rotvec(rot.multiply(rot.conjugate(window.turn), w.turn))
    step = (
        rot.to_rotvec(
            rot.multiply(rot.conjugate(np.roll(window.turn, 1, 1)), np.roll(window.turn, -1, 1))
        )
        * 0.5
        * open_frames[..., None]
    )
    lead = (miss * step).sum((1, 2, 3)) / ((step**2).sum((1, 2, 3)) + 1e-3) / w.fps
    rise = (w.shift - window.shift)[:, :, skeleton.main, 2].mean(axis=1)
    lead, rise = np.clip(4 * lead, -2, 2), np.clip(20 * rise, -2, 2)
    return np.stack([lead, rise, np.ones_like(lead)], axis=-1) * given[:, None]


class Source:
    """Draws batches of windows from sequences, without end."""

    def __init__(self, sequences: list[data.Sequence], settings: Settings) -> None:
        self.settings = settings
        self.groups = data.by_group(sequences)
        self.names = sorted(self.groups)
        packs = np.array([self.groups[n][0].pack for n in self.names])
        weight = np.zeros(len(self.names))
        for pack, share in data.PACKS.items():
            mine = packs == pack  # every skeleton as often as the others, however much it moves
            weight[mine] = share / max(mine.sum(), 1)
        self.weight = weight / weight.sum()

    def batches(self, rng: Generator) -> Iterator[Batch]:
        """Yield training batches."""
        while True:
            batch = self._draw(rng)
            if batch is not None:
                yield batch

    def _draw(self, rng: Generator) -> Batch | None:
        s = self.settings
        group = self.groups[self.names[rng.choice(len(self.names), p=self.weight)]]
        bones = group[0].turn.shape[1]
        longest = max(len(q.turn) for q in group)
        nodes = int(rng.integers(s.nodes[0], s.nodes[1] + 1))
        after = int(rng.choice([0, 0, 0, 1, 4]))
        irregular = rng.random() < s.uneven
        if irregular:
            frames = min(int(rng.integers(16, 90)), longest)
            nodes = min(nodes + 8, frames)
            wide = nodes
        else:
            room = longest - masks.CONTEXT - after - 1
            if room < 3:
                return None
            high = min(s.longest, room)
            length = min(int(np.exp(rng.uniform(np.log(3), np.log(high + 1)))), high)
            wide = len(masks.CONTEXT_NODES) + min(length, nodes) + 2
            frames = 0
        count = max(2, s.tokens // (wide * bones))
        if not irregular:
            frames = masks.CONTEXT + length + 1 + after
        w = draw_slices(group, count, frames, rng)
        if w is None:
            return None
        w = augment.augment(w, rng, s.augmentation)
        hints = np.zeros((len(w.turn), features.HINTS))
        hints[:, 2] = rng.random(len(hints)) < s.hinted
        if irregular:
            speed = np.abs(np.gradient(w.turn, axis=1)).sum(axis=-1)
            mask = masks.poses(len(w.turn), frames, nodes, speed, rng)
            if rng.random() < 0.25:
                other = masks.poses(len(w.turn), frames, nodes, speed, rng)
                mask = masks.apart(mask, other, w.parents, rng)
        else:
            mask = masks.gap(count, length, len(w.parents), nodes, after, rng)
        if rng.random() < s.limbs:
            mask = masks.limit_to(mask, w.parents, rng)
        return make_batch(w, mask, hints)


class Stream(IterableDataset):
    """The same batches for torch's loader, whose worker processes each draw their own."""

    def __init__(self, source: Source, seed: list[int]) -> None:
        super().__init__()
        self.source, self.seed = source, seed

    def __iter__(self) -> Iterator[Batch]:
        worker = get_worker_info()
        number = worker.id if worker else 0
        return self.source.batches(np.random.default_rng([*self.seed, number]))


def draw_slices(
    group: list[data.Sequence], count: int, frames: int, rng: Generator
) -> augment.Windows | None:
    """Cut `count` windows of valid frames out of a group, long clips more often."""
    fits = [q for q in group if len(q.turn) >= frames]
    if not fits:
        return None
    starts = np.array([len(q.turn) - frames + 1 for q in fits], float)
    parts, tries = [], 0
    while len(parts) < count:
        tries += 1
        if tries > 20 * count:
            return None
        q = fits[rng.choice(len(fits), p=starts / starts.sum())]
        at = int(rng.integers(len(q.turn) - frames + 1))
        if q.valid[at : at + frames].all():
            parts.append((q, slice(at, at + frames)))
    return cut(parts)


def cut(parts: list[tuple[data.Sequence, slice]]) -> augment.Windows:
    """Stack slices of clips on one skeleton."""
    first = parts[0][0]
    return augment.Windows(
        first.parents,
        first.heads,
        np.stack([q.turn[s] for q, s in parts]),
        np.stack([q.shift[s] for q, s in parts]),
        np.any([q.moves for q, _ in parts], axis=0),
        np.stack([q.contact[s] for q, s in parts]),
        np.array([q.fps for q, _ in parts]),
    )
