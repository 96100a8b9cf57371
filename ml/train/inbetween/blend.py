"""Train what weighs the in-betweening network against plainer ways; see `ml.inbetween.blend`.

Windows of true motion are filled by the base curve and by the shipped network, and a few layers
learn how much of each a channel should get. The loss is of positions, through the skeleton, each
coordinate in its own spread, as the literature measures.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ... import rotations as rot
from ...inbetween import evidence
from ...inbetween.base import hermite_base
from ...inbetween.evidence import NODES, TERMS, WIDTH, Build, Gap
from ...inbetween.network import Clip, Network, proposed
from . import data
from .loss import angles, places, product, quaternions

log = logging.getLogger(__name__)

SHARE = {
    "cmu_bvh": 0.50,
    "quaternius_cc0": 0.30,
    "mesh2motion_cc0": 0.10,
    "kaykit_cc0": 0.05,
    "misc_permissive": 0.03,
    "reactidle_mit": 0.02,
}
"""How often a window is drawn from each pack: creatures more often than for the big network."""
BINS = (3, 8, 20, 40, 61)
"""Edges of the gaps, in frames, that are told apart in reports."""
_FRAMES = 6  # of a gap, at which it is measured
_LONGEST, _CONTEXT = 60, 10
_SURPLUS = 1.15  # the largest share of the base and of the residual
_TYPICAL = 0.25  # error of the straight way on captured motion, a second of gap
_WORSE = 1.0  # what being worse than the straight way costs beside being as good
_TURNED = 0.06  # weight of angles
_NOISE = 0.03  # heights added to a coordinate's spread


@dataclass
class Kind:
    """Windows on one skeleton.

    Attributes
    ----------
    name : of the pack, of captured people, or of the skeleton
    parents, heads : of the skeleton
    told : (N, 2 B, WIDTH); added : (N, T, TERMS, 2 B, 3); at : (N, T, NODES)
        What `ml.inbetween.evidence` makes of them.
    turn, move : (N, T, B, 4), (N, T, B, 3) the straight way
    true_turn, true_move : the same of the truth
    frames, seconds : (N,) of the gap
    """

    name: str
    parents: NDArray
    heads: NDArray
    told: Tensor
    added: Tensor
    at: Tensor
    turn: Tensor
    move: Tensor
    true_turn: Tensor
    true_move: Tensor
    frames: NDArray
    seconds: Tensor
    spread: Tensor = field(init=False)
    wanted: Tensor = field(init=False)
    plain: Tensor = field(init=False)

    def __post_init__(self) -> None:
        offsets = self.heads - np.where((self.parents >= 0)[:, None], self.heads[self.parents], 0.0)
        self.rig = SimpleNamespace(parents=self.parents, offsets=torch.tensor(offsets).float())
        self.wanted = places(self.rig, self.true_turn, self.true_move)
        about = self.wanted - self.wanted[:, :1, :1] * torch.tensor([1.0, 1.0, 0.0])
        self.spread = about.flatten(0, 1).std(0) + _NOISE
        every = np.arange(len(self.told))
        self.plain = self.off(every, *self.mixed(every, self.shares_of(every, 0)))

    def shares_of(self, which: NDArray, terms: int) -> Tensor:
        """Return (N, 2 B, TERMS, NODES) shares: the first `terms` wholly, nothing of the rest."""
        shares = torch.zeros(len(which), self.told.shape[1], TERMS, NODES)
        shares[:, :, :terms] = 1.0
        return shares

    def mixed(self, which: NDArray, shares: Tensor) -> tuple[Tensor, Tensor]:
        """Return turns (N, T, B, 4) and moves (N, T, B, 3) of windows; see `blend.mixed`."""
        off = torch.einsum("ntk,nbjk,ntjbc->ntbc", self.at[which], shares, self.added[which])
        turns, moves = off.split(len(self.parents), dim=2)
        return product(self.turn[which], quaternions(turns)), self.move[which] + moves

    def off(self, which: NDArray, turn: Tensor, move: Tensor) -> Tensor:
        """Return (N,) errors of positions, in spreads, over frames."""
        far = (places(self.rig, turn, move) - self.wanted[which]) / self.spread
        return (far.square().sum((2, 3)) + 1e-8).sqrt().mean(1)


class BlendNet(nn.Module):
    """The few layers; the same for every channel of every rig."""

    def __init__(self, middle: Tensor, spread: Tensor, width: int = 64) -> None:
        super().__init__()
        self.register_buffer("middle", middle)
        self.register_buffer("spread", spread)
        self.inner = nn.Sequential(
            nn.Linear(WIDTH, width),
            nn.GELU(),
            nn.Dropout(0.1),
            nn.Linear(width, width),
            nn.GELU(),
            nn.Dropout(0.1),
        )
        self.outward = nn.Linear(width, TERMS * NODES)
        nn.init.zeros_(self.outward.weight)
        nn.init.zeros_(self.outward.bias)
        with torch.no_grad():
            self.outward.bias[: 2 * NODES] = 2.0  # begin with the network's own proposal

    def forward(self, x: Tensor) -> Tensor:
        """Return shares (..., TERMS, NODES) of what `describe` tells (..., WIDTH)."""
        y = self.outward(self.inner(((x - self.middle) / self.spread).clamp(-5.0, 5.0)))
        y = y.unflatten(-1, (TERMS, NODES))
        return torch.cat([_SURPLUS * torch.sigmoid(y[..., :2, :]), torch.tanh(y[..., 2:, :])], -2)


def draw(
    sequences: list[data.Sequence], count: int, seed: int, network: Network, *, vary: bool
) -> list[Kind]:
    """Draw windows and let the network propose; `vary` mirrors them and changes pace and context.

    Without `vary` windows are those of the literature: 10 known frames, a gap, one known frame.
    """
    rng = np.random.default_rng(seed)
    groups = data.by_group(sequences)
    names = sorted(groups)
    packs = [groups[n][0].pack for n in names]
    chance = np.array([SHARE.get(p, 0.2) / packs.count(p) for p in packs])
    rows: dict[tuple[str, bool], list[tuple]] = {}
    made = 0
    while made < count:
        name = names[rng.choice(len(names), p=chance / chance.sum())]
        flip = bool(vary and rng.random() < 0.5)
        row = _window(groups[name], rng, network, flip, vary)
        if row is not None:
            rows.setdefault((name, flip), []).append(row)
            made += 1
            if made % 1000 == 0:
                log.info("%d windows drawn", made)
    return [_kind(groups[name][0], flip, mine) for (name, flip), mine in rows.items()]


def _kind(source: data.Sequence, flip: bool, rows: list[tuple]) -> Kind:
    *tensors, frames, seconds = (np.stack(c) for c in zip(*rows, strict=True))
    heads = source.heads * ([-1.0, 1.0, 1.0] if flip else [1.0, 1.0, 1.0])
    told = [torch.from_numpy(np.asarray(t, np.float32)) for t in tensors]
    seconds = torch.tensor(seconds).float()
    name = source.pack if source.pack == "cmu_bvh" else source.group
    return Kind(name, np.asarray(source.parents), heads, *told, frames, seconds)


def _window(
    group: list[data.Sequence], rng: Generator, network: Network, flip: bool, vary: bool
) -> tuple | None:
    """Draw one window; None where it would not fit, or holds invalid frames."""
    context = int(rng.integers(3, 31)) if vary and rng.random() < 0.5 else _CONTEXT
    after = int(rng.choice([1, 1, 1, 2, 5])) if vary else 1
    most = min(_LONGEST, max(len(q.turn) for q in group) - context - after)
    if most < BINS[0]:
        return None
    length = min(int(np.exp(rng.uniform(np.log(3.0), np.log(most + 1.0)))), most)
    frames = context + length + after
    fits = [q for q in group if len(q.turn) >= frames]
    room = np.array([len(q.turn) - frames + 1 for q in fits], float)
    q = fits[rng.choice(len(fits), p=room / room.sum())]
    start = int(rng.integers(len(q.turn) - frames + 1))
    rows = slice(start, start + frames)
    if not q.valid[rows].all():
        return None
    fps = q.fps * np.exp(rng.uniform(-0.2, 0.2)) if vary and rng.random() < 0.4 else q.fps
    turn, move = rot.continuous(q.turn[rows].astype(float)), q.shift[rows].astype(float)
    heads = np.asarray(q.heads)
    if flip:
        mirror = np.array([-1.0, 1.0, 1.0])
        turn, move, heads = turn * [1.0, 1.0, -1.0, -1.0], move * mirror, heads * mirror
    return _told(np.asarray(q.parents), heads, turn, move, (context, length), fps, network)


def _told(
    parents: NDArray,
    heads: NDArray,
    turn: NDArray,
    move: NDArray,
    cut: tuple[int, int],
    fps: float,
    network: Network,
) -> tuple:
    """Fill a window by all ways there are, and return a row of `Kind`."""
    context, length = cut
    inner = slice(context, context + length)
    keyed = np.ones(turn.shape[:2], bool)
    keyed[inner] = False
    plain = hermite_base(turn, move, keyed, fps)
    rest = np.tile(np.eye(4), (len(parents), 1, 1))
    rest[:, :3, 3] = heads
    moves, every = np.abs(move).max(axis=(0, 2)) > 1e-6, np.ones(len(parents), bool)
    clip = Clip(parents, rest, 1.0, fps, *plain, keyed, moves, every)
    said = proposed(network(clip), *plain, keyed)
    known = slice(max(context - evidence.MOST * evidence.step_of(fps), 0), context)
    ends = turn[inner.stop], move[inner.stop]
    filled = (v[inner] for v in (*plain, *said))
    gap = Gap(turn[known], move[known], *ends, *filled, fps)
    added = evidence.terms(gap)
    told = evidence.describe(gap, Build.of(parents, heads, np.arange(len(parents))), added)
    at = np.linspace(0, length - 1, _FRAMES).round().astype(int)
    straight = (v[at] for v in gap.straight())
    truth = turn[inner][at], move[inner][at]
    shares = evidence.shares_at(length + 1)[at]
    return told, added[at], shares, *straight, *truth, length, length / fps


def train(
    kinds: list[Kind], tuning: list[Kind], passes: int, seed: int, rate: float = 2e-3
) -> BlendNet:
    """Train over the windows so many times; report on `tuning` after each."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    rows = torch.cat([k.told[:, ::3].flatten(0, 1) for k in kinds])
    net = BlendNet(rows.mean(0), rows.std(0).clamp(min=1e-3))
    optimiser = torch.optim.AdamW(net.parameters(), rate, weight_decay=0.05)
    for lap in range(passes):
        batches = [
            (kind, part)
            for kind in kinds
            for part in np.array_split(
                rng.permutation(len(kind.told)), max(1, round(len(kind.told) / 48))
            )
        ]
        rng.shuffle(batches)
        net.train()
        total = 0.0
        for i, (kind, which) in enumerate(batches):
            left = 0.5 + 0.5 * np.cos(np.pi * (lap + i / len(batches)) / passes)
            for group in optimiser.param_groups:
                group["lr"] = rate * left
            loss = loss_of(net, kind, which)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += float(loss.detach())
        found = ratios(net, tuning).values()
        said, mixed = (float(np.mean([r[n] for r in found])) for n in ("said", "mixed"))
        log.info(
            "pass %d: loss %.4f, tuning %.4f, before %.4f",
            lap + 1,
            total / len(batches),
            mixed,
            said,
        )
    return net.eval()


def loss_of(net: BlendNet, kind: Kind, which: NDArray) -> Tensor:
    """Return the mean loss of windows: in the straight way's errors; what is worse counts twice."""
    turn, move = kind.mixed(which, net(kind.told[which]))
    off, plain, seconds = kind.off(which, turn, move), kind.plain[which], kind.seconds[which]
    usual = 0.4 * _TYPICAL * (len(kind.parents) / 22.0) ** 0.5 * seconds
    turned = angles(turn, kind.true_turn[which]).mean((1, 2)) / (0.3 * seconds + 0.02)
    worse = functional.relu(off - plain)
    return ((off + _WORSE * worse) / (0.6 * plain + usual + 0.01) + _TURNED * turned).mean()


@torch.no_grad()
def ratios(net: BlendNet, kinds: list[Kind]) -> dict[tuple[str, int], dict[str, float]]:
    """Return errors in the straight way's of each pack's or skeleton's windows, by gap."""
    net.eval()
    sums: dict[tuple[str, int], NDArray] = {}
    for kind in kinds:
        which = np.arange(len(kind.told))
        ways = [kind.shares_of(which, n) for n in (0, 1, 2)] + [net(kind.told)]
        off = [kind.off(which, *kind.mixed(which, w)).numpy() for w in ways]
        inside = np.searchsorted(BINS, kind.frames, side="right") - 1
        for b in np.unique(inside):
            one = np.array([[*(o[inside == b].sum() for o in off), (inside == b).sum()]])
            key = (kind.name, BINS[b])
            sums[key] = sums.get(key, 0.0) + one
    named = ("base", "said", "mixed")
    return {
        key: {n: float(s[0, 1 + i] / s[0, 0]) for i, n in enumerate(named)}
        | {"windows": int(s[0, 4])}
        for key, s in sorted(sums.items())
        if s[0, 4] >= 5
    }
