"""Train what says where feet stand and how they step; see `ml.inbetween.standing`.

Windows of true motion are filled as the product fills them. A few convolutions then learn what to
add to the ways of the ends of limbs, and how still to keep them, through the very path of least
sliding that the product takes: the loss is where ends are, and how far standing ones slide.
"""

from __future__ import annotations

import copy
import logging
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ... import rotations as rot
from ...inbetween import contacts, fill
from ...inbetween import ends as product
from ...inbetween.installed import Networks
from ...inbetween.settings import Settings
from ...inbetween.tracks import Body, Track
from . import augment, data, masks
from .batches import draw_slices

log = logging.getLogger(__name__)

SHARE = {
    "cmu_bvh": 0.72,
    "quaternius_cc0": 0.15,
    "mesh2motion_cc0": 0.07,
    "reactidle_mit": 0.03,
    "misc_permissive": 0.03,
}
"""How often a window is drawn from each pack."""
UNEVEN = 0.25
"""Share of windows with poses keyed at uneven frames, else one gap."""
CONTROLS = 0.25
"""Share of windows whose limbs are turned into controls."""
LENGTH = 90
"""Frames that windows are filled up to, with their last one."""
RATE, BATCH = 2e-3, 16
_SPEED, _HEIGHT = 0.15, 0.12  # heights a second, heights: what stands, as in `data`
_BEHIND = 6  # frames behind a gap that are looked at
_PER_DRAW = 4  # windows that share a skeleton and a mask
_UPRIGHT = 2.0  # weight of heights among positions
_USUAL = 0.02  # heights of error a second of gap that is likened to an end's own
_SLIDE = 0.004  # heights a frame that a standing end is likened to slide


@dataclass
class Filled:
    """A window of true motion as the product fills it, before ends are held.

    Attributes
    ----------
    body : Body
    turn, move : basis (F, B, 4), location (F, B, 3), the truth
    new, moved : the same, filled
    contact : (F, B) the big network's word
    keyed : (F, B) bool
    moves : (B,) bool, bones whose location is filled
    fps : float
    """

    body: Body
    turn: NDArray
    move: NDArray
    new: NDArray
    moved: NDArray
    contact: NDArray
    keyed: NDArray
    moves: NDArray
    fps: float


def filled(
    w: augment.Windows, i: int, keyed: NDArray, networks: Networks, own: tuple | None = None
) -> Filled:
    """Fill window `i` of some on one skeleton, as the product does, from what `keyed` (F, B) says.

    `own` are the artist's curves where poses stand alone; the truth's keys count where it is None.
    """
    bones = len(w.parents)
    rest = np.tile(np.eye(4), (bones, 1, 1))
    rest[:, :3, 3] = w.heads
    turn, move = rot.continuous(w.turn[i].astype(float)), w.shift[i].astype(float)
    moves = np.abs(move).max(axis=(0, 2)) > 1e-6
    tracks = [Track(b, "", "", "QUATERNION", 0) for b in range(bones)]
    tracks += [Track(b, "", "", "LOCATION", 0) for b in np.flatnonzero(moves)]
    body = Body.of(np.asarray(w.parents), rest)
    none, fps = np.zeros((len(turn), 0)), float(w.fps[i])
    motion = fill.Motion(
        tracks, none, none, none, body, rest, turn[0], move[0], fps, 0, (0, len(turn) - 1)
    )
    every = np.ones(bones, bool)
    given = (turn, move) if own is None else own
    new, moved, contact = fill.carried_on(motion, Settings(), networks, given, keyed, every)
    return Filled(body, turn, move, new, moved, contact, keyed, moves, fps)


def draw(sequences: list[data.Sequence], count: int, seed: int, networks: Networks) -> list:
    """Draw windows and let the networks fill them."""
    rng, found = np.random.default_rng(seed), []
    groups = data.by_group(sequences)
    names = sorted(groups)
    packs = [groups[n][0].pack for n in names]
    chance = np.array([SHARE.get(p, 0.0) / packs.count(p) for p in packs])
    while len(found) < count:
        name = names[rng.choice(len(names), p=chance / chance.sum())]
        for window in _drawn(groups[name], rng, networks):
            found.append(row_of(window))
            if len(found) % 500 == 0:
                log.info("%d windows drawn", len(found))
    return [r for r in found if r is not None]


def _drawn(group: list[data.Sequence], rng: Generator, networks: Networks) -> list[Filled]:
    """Draw a few windows of one size on one skeleton; none where its clips are too short."""
    longest, uneven = max(len(q.turn) for q in group), rng.random() < UNEVEN
    after = int(rng.choice([1, 1, 1, 2, 5]))
    if uneven:
        frames = min(int(rng.integers(30, LENGTH)), longest)
    else:
        most = min(60, longest - masks.CONTEXT - after)
        if most < 3:
            return []
        length = int(round(np.exp(rng.uniform(np.log(4.0), np.log(max(most, 4.1))))))
        frames = masks.CONTEXT + min(length, most) + after
    w = draw_slices(group, _PER_DRAW, frames, rng) if frames <= longest else None
    if w is None:
        return []
    if rng.random() < 0.3:
        w = augment.scale_bones(w, rng)
    if rng.random() < CONTROLS:
        w = augment.to_controls(w, rng)
    w = replace(w, fps=w.fps * np.exp(rng.uniform(-0.2, 0.2)))
    found = []
    for i in range(len(w.turn)):
        own = None
        if uneven:
            speed = np.abs(np.gradient(w.turn[i : i + 1], axis=1)).sum(axis=-1)
            keyed = masks.poses(1, frames, 16, speed, rng).keyed[0]
            own = masks.eased(w.turn[i].astype(float), w.shift[i].astype(float), keyed)
        else:
            keyed = np.ones((frames, len(w.parents)), bool)
            keyed[masks.CONTEXT : -after] = False
        found.append(filled(w, i, keyed, networks, own))
    return found


@dataclass
class Row:
    """One window as it is trained on, its last frame repeated up to `LENGTH`.

    Attributes
    ----------
    told : (E, F, WIDTH); low : (E, F) where an end may stand
    path, true, way : (E, F, 3), (E, F, 3), (F, 3) heights
    keyed, stands : (E, F) bool
    room : (E, F) seconds
    fps : float
    """

    told: NDArray
    low: NDArray
    path: NDArray
    true: NDArray
    way: NDArray
    keyed: NDArray
    stands: NDArray
    room: NDArray
    fps: float


def row_of(w: Filled) -> Row | None:
    """Return a window's row, None where no end of it may stand."""
    turns = np.ones(len(w.body.parents), bool)
    _, head = w.body.pose(w.new, w.moved)
    _, true = w.body.pose(w.turn, w.move)
    found = contacts.find_ends(w.body, w.keyed, turns, w.moves)
    if not found:
        return None
    ends = contacts.ends_of(w.body, found, head, w.keyed, w.contact, turns | w.moves, w.fps)
    low = np.stack([contacts.may_stand(w.body, e, head) for e in found])
    way = true[:, [e.bone for e in found]] / w.body.height
    pace = np.linalg.norm(np.gradient(way, axis=0), axis=-1) * w.fps
    floor = true[..., 2].min() / w.body.height
    stands = (pace < _SPEED) & (way[..., 2] < floor + _HEIGHT)
    inner = ~ends.keyed
    if not (low.T & inner).any():
        return None
    more = LENGTH - len(way)

    def full(values: NDArray, axis: int = 1) -> NDArray:
        width = [(0, 0)] * values.ndim
        width[axis] = (0, more)
        return np.pad(values, width, mode="edge")

    return Row(
        full(product.describe(ends)),
        full(low),
        full(ends.path.transpose(1, 0, 2)).astype(np.float32),
        full(way.transpose(1, 0, 2)).astype(np.float32),
        full(product.travel(ends.body, w.fps), 0).astype(np.float32),
        full(ends.keyed.T) | (np.arange(LENGTH) >= len(way)),
        full(stands.T) & (np.arange(LENGTH) < len(way)),
        full(product.room_of(ends.keyed, w.fps).T).astype(np.float32)
        * (np.arange(LENGTH) < len(way)),
        w.fps,
    )


class StandingNet(nn.Module):
    """Inputs (N, E, F, WIDTH) to `still`, logs (N, E, F), and `steps` along and up (N, E, F, 2)."""

    def __init__(self, width: int = 32, dilations: tuple[int, ...] = (1, 2, 4, 8, 4, 2, 1)) -> None:
        super().__init__()
        self.register_buffer("middle", torch.zeros(product.WIDTH))
        self.register_buffer("spread", torch.ones(product.WIDTH))
        self.begin = nn.Linear(product.WIDTH, width)
        self.near = nn.ModuleList(
            nn.Conv1d(width, width, 3, padding=d, dilation=d, padding_mode="replicate")
            for d in dilations
        )
        self.others = nn.ModuleList(nn.Linear(width, width, bias=False) for _ in dilations)
        self.drop = nn.Dropout(0.1)
        self.end = nn.Linear(width, 4)
        nn.init.zeros_(self.end.weight)
        with torch.no_grad():
            self.end.bias.copy_(torch.tensor([3.0, 0.0, 0.0, 0.0]))

    def settle(self, told: Tensor) -> None:
        """Fit the view of the inputs to examples (N, WIDTH)."""
        self.middle.copy_(told.mean(0))
        self.spread.copy_(told.std(0).clamp(min=0.02))

    def heads(self, x: Tensor) -> Tensor:
        """Return (N, E, F, 4): how still, steps along and up, the logit of standing."""
        n, e, f, _ = x.shape
        x = self.begin(self.drop(((x - self.middle) / self.spread).clamp(-5.0, 5.0)))
        for near, others in zip(self.near, self.others, strict=True):
            y = near(x.reshape(n * e, f, -1).transpose(1, 2)).transpose(1, 2).reshape(n, e, f, -1)
            x = x + self.drop(functional.gelu(y + others(x.mean(1, keepdim=True))))
        return self.end(x)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return what the product reads."""
        return said(self.heads(x))


@dataclass
class Pack:
    """Rows of bodies with as many ends, as tensors."""

    rows: dict[str, Tensor]
    frames: NDArray

    @classmethod
    def of(cls, rows: list[Row]) -> Pack:
        """Stack them."""
        stacked = {
            k: torch.from_numpy(np.stack([getattr(r, k) for r in rows])).float()
            for k in Row.__dataclass_fields__
            if k != "fps"
        }
        stacked["fps"] = torch.tensor([r.fps for r in rows]).float()
        last = np.array([np.flatnonzero((~r.keyed).any(axis=0)).max(initial=0) for r in rows])
        return cls(stacked, np.minimum(last + _BEHIND, LENGTH))

    def draw(self, count: int, rng: Generator) -> dict[str, Tensor]:
        """Return some rows of about one length."""
        order = np.argsort(self.frames + rng.uniform(0.0, 8.0, len(self)))
        start = int(rng.integers(max(len(self) - count, 0) + 1))
        return self.cut(order[start : start + count])

    def __len__(self) -> int:
        return len(self.rows["fps"])

    def cut(self, which: NDArray) -> dict[str, Tensor]:
        """Return some rows, without the frames behind the last that is open in any of them."""
        most = int(self.frames[which].max())
        return {
            k: v[which] if k == "fps" else v[which, :most] if k == "way" else v[which, :, :most]
            for k, v in self.rows.items()
        }


def packs_of(rows: list[Row]) -> list[Pack]:
    """Sort rows by their number of ends."""
    kinds: dict[int, list[Row]] = {}
    for r in rows:
        kinds.setdefault(len(r.path), []).append(r)
    return [Pack.of(v) for v in kinds.values()]


def walked(net: StandingNet, b: dict[str, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    """Return the ways (N, E, F, 3) that ends take, steps (…, 2), and logits (N, E, F)."""
    y = net.heads(b["told"])
    still, steps = said(y)
    up = torch.tensor([0.0, 0.0, 1.0])
    ever = b["low"].amax(2, keepdim=True)
    lift = steps[..., :1] * b["way"][:, None] + steps[..., 1:] * up
    path = b["path"] + (b["room"] * ever)[..., None] * lift
    slow = still.exp() * b["low"]
    return path + slid(path, slow, b["keyed"], b["room"], b["fps"]), steps, y[..., 3]


def said(y: Tensor) -> tuple[Tensor, Tensor]:
    """Return the log of how still to be, bounded, and steps along and up, of what `heads` gives."""
    most = contacts.STILLEST
    return most * torch.tanh(y[..., 0] / most), 0.5 * y[..., 1:3]


def slid(path: Tensor, still: Tensor, keyed: Tensor, room: Tensor, fps: Tensor) -> Tensor:
    """Return what `contacts.least_sliding` does, for paths (N, E, F, 3) of several gaps.

    Parameters
    ----------
    still, keyed, room : (N, E, F); room in seconds
    fps : (N,)
    """
    rate = (fps / 30.0)[:, None, None]
    slow = rate**2 * 0.5 * (still[..., 1:] + still[..., :-1])
    stiff = contacts.STIFF * rate**4
    stay = 1.0 + (contacts.KNOWN_S / room.clamp(min=1e-3)) ** 2
    here = functional.pad(slow, (1, 0)) + functional.pad(slow, (0, 1)) + stay + 6.0 * stiff
    free = 1.0 - keyed
    one, two = free[..., 1:] * free[..., :-1], free[..., 2:] * free[..., :-2]
    two = two * free[..., 1:-1]  # what bends about a key counts on either side by itself
    beside, beyond = (-slow - 4.0 * stiff) * one, stiff * two
    matrix = torch.diag_embed(here * free + keyed)
    for by, values in ((1, beside), (2, beyond)):
        band = torch.diag_embed(values, offset=by)
        matrix = matrix + band + band.mT
    pulled = slow[..., None] * torch.diff(path, dim=2)
    pull = functional.pad(pulled, (0, 0, 0, 1)) - functional.pad(pulled, (0, 0, 1, 0))
    return torch.linalg.solve(matrix, pull * free[..., None])


@dataclass(frozen=True)
class Weights:
    """How much slides, the cross entropy of standing, and rough steps count beside places."""

    slide: float = 0.5
    stands: float = 0.1
    smooth: float = 0.02


def loss_of(
    net: StandingNet, b: dict[str, Tensor], w: Weights, allowed: float = 1.0
) -> tuple[Tensor, dict[str, float]]:
    """Return the loss, and its parts: errors of positions and slides, to those unheld.

    Standing ends may slide `allowed` times as far as they truly did at no cost.
    """
    path, steps, logits = walked(net, b)
    free = (1.0 - b["keyed"]) * b["low"].amax(2, keepdim=True)
    count = free.sum((1, 2)).clamp(min=1.0)
    upright = torch.tensor([1.0, 1.0, _UPRIGHT])

    def far(p: Tensor) -> Tensor:
        length = (((p - b["true"]) * upright).square().sum(-1) + 1e-9).sqrt()
        return (length * free).sum((1, 2)) / count

    both = b["stands"][..., 1:] * b["stands"][..., :-1]
    both = both * ((free[..., 1:] + free[..., :-1]) > 0)

    def pace(p: Tensor) -> Tensor:
        return (torch.diff(p, dim=2).square().sum(-1) + 1e-10).sqrt()

    def slide(p: Tensor) -> Tensor:
        beyond = functional.relu(pace(p) - allowed * pace(b["true"]))
        return (beyond * both).sum((1, 2)) / count

    before, after = far(b["path"]), far(path)
    usual = _USUAL * 4.0 * b["room"].amax((1, 2))
    slid_now, slid_then = slide(path), slide(b["path"])
    stands = functional.binary_cross_entropy_with_logits(logits, b["stands"], reduction="none")
    stands = (stands * free).sum() / free.sum().clamp(min=1.0)
    rough = torch.diff(steps * b["room"][..., None], n=2, dim=2).square().sum(-1).mean()
    total = (after / (0.5 * before + usual + 0.005)).mean() + w.slide * (slid_now / _SLIDE).mean()
    total = total + w.stands * stands + w.smooth * 1e4 * rough
    parts = {
        "far": float(after.detach().sum() / before.sum()),
        "slide": float(slid_now.detach().sum() / slid_then.sum().clamp(min=1e-9)),
        "stands": float(stands.detach()),
    }
    return total, parts


def train(
    rows: list[Row], tuning: list[Row], steps: int, settle: int, seed: int, w: Weights | None = None
) -> StandingNet:
    """Train on windows for so many steps, and report on `tuning`; return the averaged network.

    In these, standing ends are drawn to stand still, more than people do. In `settle` more, slower
    ones, from the average, they may slide as far as they truly did.
    """
    torch.manual_seed(seed)
    rng, w = np.random.default_rng(seed), w or Weights()
    packs, aside = packs_of(rows), packs_of(tuning)
    net = StandingNet()
    net.settle(torch.cat([p.rows["told"].flatten(0, 2)[::7] for p in packs]))
    for count, rate, allowed in ((steps, RATE, 0.0), (settle, RATE / 4, 1.0)):
        net = _phase(net, packs, rng, w, count, rate, allowed)
        log.info("aside %s", check(net, aside, w))
    return net.eval()


def _phase(
    net: StandingNet,
    packs: list[Pack],
    rng: Generator,
    w: Weights,
    steps: int,
    rate: float,
    allowed: float,
) -> StandingNet:
    """Take steps at a rate that falls to nothing; return the average of the weights."""
    average = copy.deepcopy(net)
    optimiser = torch.optim.AdamW(net.train().parameters(), rate, weight_decay=0.05)
    chance = np.array([len(p) for p in packs], float)
    recent: list[float] = []
    for step in range(steps):
        left = 0.02 + 0.98 * 0.5 * (1.0 + np.cos(np.pi * step / steps))
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / 50) * left
        pack = packs[rng.choice(len(packs), p=chance / chance.sum())]
        loss, _ = loss_of(net, pack.draw(BATCH, rng), w, allowed)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        keep = min(0.998, (step + 1) / (step + 10))
        with torch.no_grad():
            torch._foreach_lerp_(list(average.parameters()), list(net.parameters()), 1 - keep)
        recent.append(float(loss.detach()))
        if (step + 1) % 250 == 0:
            log.info("step %d: loss %.4f", step + 1, np.mean(recent))
            recent = []
    return average


@torch.no_grad()
def check(net: StandingNet, packs: list[Pack], w: Weights) -> dict[str, float]:
    """Return the parts of `loss_of` over all rows."""
    net.eval()
    sums: dict[str, float] = {}
    for pack in packs:
        for which in np.array_split(np.arange(len(pack)), max(1, len(pack) // 64)):
            for name, value in loss_of(net, pack.cut(which), w)[1].items():
                sums[name] = sums.get(name, 0.0) + value * len(which)
    total = sum(len(p) for p in packs)
    return {name: round(value / total, 4) for name, value in sums.items()}
