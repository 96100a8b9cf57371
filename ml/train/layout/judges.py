"""Train the judges: rooms against spoilt rooms, and what cameras see against what rays say.

No ratings by people were at hand. The ranker learns to tell rooms of the corpus from the same rooms
with some, or all, of their things elsewhere; the eye learns, from pictures drawn of the kit's
meshes, how much of a thing is seen where rays to boxes only say that something is in the way.
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as fn

from ... import progress
from ...layout import shots
from ...layout.cards import cards
from ...layout.features import NUMBER, proposals
from ...layout.judges import CLUES, clues, encoded
from ...layout.picture import Scene, shot_view
from ...layout.pipeline import layout
from ...layout.plan import CameraKey, Layout, Shot
from ...layout.sight import Blockers, box_points, standing_free
from . import data, measure
from .network import Eye, Ranker
from .train import Clock, commit

log = logging.getLogger(__name__)
MOST = 24
"""Things of a room that are looked at in training."""
_PICTURE = (96, 54)
SPOILT = (0.0, 0.25, 0.6)
"""Shares of things that are moved, the best first; after them comes all by chance."""


@dataclass(frozen=True)
class Settings:
    """Everything that shapes a run; minutes are of CPU time, as in `train.Settings`."""

    seed: int = 1
    minutes_rooms: float = 3.0
    minutes_ranker: float = 2.0
    minutes_frames: float = 4.0
    minutes_eye: float = 0.5
    patience: float = 6.0
    cameras: int = 24
    rate: float = 2e-3


def spoil(room: data.Chamber, share: float, rng: np.random.Generator) -> list[data.Thing]:
    """Return a room's things, a share of them moved to where they run into nothing."""
    things = list(room.things)
    count = round(share * len(things)) if share else 0
    for i in rng.permutation(len(things))[: max(count, int(share > 0))]:
        rest = [t for k, t in enumerate(things) if k != i]
        poses = proposals(room.outline, things[i].size, 80, things[i].wall, rng)
        poses = poses[data.free(room.outline, poses, things[i], rest)]
        if len(poses):
            pose = tuple(poses[int(rng.integers(len(poses)))])
            t = things[i]
            things[i] = data.Thing(t.name, pose, t.size, t.low, t.wall)
    return things


def told(room: data.Chamber, things: list[data.Thing]) -> dict[str, np.ndarray]:
    """Return what the ranker is told of a room with these things, MOST rows, -1 for none."""
    things = things[:MOST]
    made = encoded(
        room.around(),
        np.array([t.pose for t in things]),
        np.array([t.size for t in things]),
        np.array([NUMBER[t.name] for t in things]),
    )
    rest = MOST - len(things)
    fill = {"own": -1, "codes": -1}
    return {k: np.concatenate([v, np.full((rest, *v.shape[1:]), fill.get(k, 0), v.dtype)])
            for k, v in made.items()}  # fmt: skip


def degrees(room: data.Chamber, rng: np.random.Generator) -> list[list[data.Thing]]:
    """Return a room's things as they are, ever more spoilt, and placed by chance."""
    found = [spoil(room, share, rng) for share in SPOILT]
    return [*found, measure.arrange(room, measure.by_chance(rng), rng)[0]]


def ranker(settings: Settings, rooms: list[data.Chamber]) -> tuple[Ranker, dict]:
    """Train the ranker on pairs of which the first is less spoilt."""
    rng, clock = (
        np.random.default_rng(settings.seed),
        Clock(settings.minutes_rooms, settings.patience),
    )
    sets = []
    for i in rng.permutation(len(rooms)):
        if clock() >= 1:
            break
        if len(rooms[i].things) >= 4:
            made = degrees(rooms[i], rng)
            if all(len(m) >= 3 for m in made):
                sets.append([told(rooms[i], m) for m in made])
    log.info("%d rooms in %d degrees", len(sets), len(SPOILT) + 1)
    names = list(sets[0][0])
    stacked = {n: np.array([[one[n] for one in s] for s in sets]) for n in names}
    torch.manual_seed(settings.seed)
    net = Ranker()
    adam = torch.optim.AdamW(net.parameters(), settings.rate, weight_decay=1e-3)
    clock, step, smooth = Clock(settings.minutes_ranker, settings.patience), 0, 0.0
    while (used := clock()) < 1:
        for group in adam.param_groups:
            group["lr"] = settings.rate * (0.02 + 0.98 * (1 - used))
        rows = rng.integers(len(sets), size=32)
        batch = [torch.from_numpy(stacked[n][rows].reshape(-1, *stacked[n].shape[2:]))
                 for n in names]  # fmt: skip
        scores = net(*batch).reshape(len(rows), -1)
        better, worse = torch.triu_indices(scores.shape[1], scores.shape[1], 1)
        loss = fn.softplus(scores[:, worse] - scores[:, better]).mean()
        adam.zero_grad(set_to_none=True)
        loss.backward()
        adam.step()
        step += 1
        smooth = loss.item() if step == 1 else 0.98 * smooth + 0.02 * loss.item()
        if step % 200 == 0:
            log.info("ranker step %d loss %.3f, %.0f %% of the time", step, smooth, 100 * used)
    return net, {"steps": step, "loss": smooth, "rooms": len(sets)}


def frames(prompt: str, seed: int, cameras: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return, for some things of a proposed place, (clues (N, CLUES), share seen (N,))."""
    rng = np.random.default_rng(seed)
    meta, _ = progress.run(layout({"prompt": prompt, "seed": seed, "variants": 1, "eye": "off",
                                   "ranker": "off"}, {}))  # fmt: skip
    made = Layout.unpack(meta["layouts"][0])
    scene, blockers = Scene(made), Blockers.of(made.items)
    worth = [i for i, m in enumerate(made.items) if 0.25 < max(m.size) < 6]
    out = []
    for subject in rng.permutation(worth)[:4]:
        points = box_points(made.items[subject])
        lens = rng.uniform(18, 85, 4 * cameras)
        angle = str(rng.choice(["eye level", "low", "high"]))
        eyes, targets = shots.frames_of(made, int(subject), points, angle, 0.6, lens, rng)
        free = np.flatnonzero(standing_free(made, blockers, eyes))[:cameras]
        if len(free) < 6:
            continue
        eyes, targets, lens = eyes[free], targets[free], lens[free]
        seen = [_seen(scene, int(subject), *view) for view in zip(eyes, targets, lens, strict=True)]
        known = np.array(seen) >= 0
        if known.sum() >= 6:
            told = clues(made, blockers, eyes, lens, points, int(subject))
            out.append((told[known], np.array(seen)[known]))
    return out


def _seen(scene: Scene, subject: int, eye: np.ndarray, target: np.ndarray, lens: float) -> float:
    """Return the share of a thing's pixels that nothing hides; -1 where it is hardly in frame."""
    key = CameraKey(0.0, tuple(eye), tuple(target), 0.0, float(lens))
    view = shot_view(Shot("", "full", "eye level", float(lens), 1.6, "static", 24, keys=[key]),
                     *_PICTURE)  # fmt: skip
    alone = int((scene.items_seen(view, subject) == 0).sum())
    if alone < 25:
        return -1.0
    return min(float((scene.items_seen(view) == subject).sum()) / alone, 1.0)


def gather_frames(settings: Settings) -> dict[str, list]:
    """Return frames by place, from all cards in turn until the time is up."""
    rng, found = np.random.default_rng(settings.seed), {}
    clock = Clock(settings.minutes_frames, settings.patience)
    for name in rng.permutation(sorted(cards())):
        if clock() >= 1:
            break
        found[str(name)] = frames(str(name), int(rng.integers(1000)), settings.cameras)
    log.info("frames of %d places", len(found))
    return found


def eye(settings: Settings, found: dict[str, list]) -> tuple[Eye, dict, list]:
    """Train the eye on all but every fifth place; return it, what it was told, and the rest."""
    names = sorted(n for n in found if found[n])
    held = [pair for n in names[::5] for pair in found[n]]
    pairs = [pair for k, n in enumerate(names) if k % 5 for pair in found[n]]
    x = torch.from_numpy(np.concatenate([p[0] for p in pairs]))
    y = torch.from_numpy(np.concatenate([p[1] for p in pairs]).astype(np.float32))
    torch.manual_seed(settings.seed)
    net, rng = Eye(CLUES), np.random.default_rng(settings.seed)
    adam = torch.optim.AdamW(net.parameters(), settings.rate, weight_decay=1e-2)
    clock, step = Clock(settings.minutes_eye, settings.patience), 0
    while (used := clock()) < 1:
        for group in adam.param_groups:
            group["lr"] = settings.rate * (0.02 + 0.98 * (1 - used))
        rows = torch.from_numpy(rng.integers(len(x), size=256))
        loss = fn.smooth_l1_loss(net(x[rows]), y[rows], beta=0.1)
        adam.zero_grad(set_to_none=True)
        loss.backward()
        adam.step()
        step += 1
    log.info("eye: %d frames, %d steps, loss %.4f", len(x), step, loss.item())
    return net, {"steps": step, "frames": len(x), "places": len(names)}, held


def run(settings: Settings, out: Path) -> None:
    """Train both and keep them with all that says how."""
    torch.set_num_threads(1)
    path = data.folder() / "rooms_train.jsonl.gz"
    net, said = ranker(settings, list(data.rooms(path)))
    about = {"settings": asdict(settings), "data": data.digest(path), "commit": commit(),
             "ranker_told": said}  # fmt: skip
    torch.save({"ranker": net.state_dict(), **about}, out / "ranker.pt")
    sight, told_eye, held = eye(settings, gather_frames(settings))
    about["eye_told"] = told_eye
    kept = [(torch.from_numpy(a), torch.from_numpy(np.asarray(b))) for a, b in held]
    torch.save({"ranker": net.state_dict(), "eye": sight.state_dict(), "held": kept, **about},
               out / "judges.pt")  # fmt: skip
    (out / "judges.json").write_text(json.dumps(about, indent=1), "utf-8")
    log.info("kept in %s", out)
