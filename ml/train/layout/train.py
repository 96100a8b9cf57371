"""Train the layout networks on the room corpus, within a budget of CPU time."""

from __future__ import annotations

import json
import logging
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as fn

from ...layout.features import STATIC
from . import data
from .network import ObjectSet, Placement

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Settings:
    """Everything that shapes a run; saved with the weights.

    Minutes are of this process's own CPU time; a part also ends when `patience` times as much
    has gone by on the clock, as on a busy machine.
    """

    seed: int = 1
    minutes_samples: float = 2.0
    minutes_placement: float = 8.0
    minutes_objects: float = 1.0
    patience: float = 3.0
    negatives: int = 31
    batch: int = 128
    rate: float = 2e-3
    width: int = 48


class Clock:
    """Tells which share of a budget of minutes is used."""

    def __init__(self, minutes: float, patience: float) -> None:
        self._cpu, self._wall = time.process_time(), time.monotonic()
        self._seconds, self._patience = 60 * minutes, patience

    def __call__(self) -> float:
        """Return the share used, 1 and more when it is over."""
        cpu = time.process_time() - self._cpu
        wall = (time.monotonic() - self._wall) / self._patience
        return max(cpu, wall) / self._seconds


def gather(settings: Settings) -> dict[str, np.ndarray]:
    """Make placement samples until the time is up, each room at most once in a round."""
    rng = np.random.default_rng(settings.seed)
    rooms = list(data.rooms(data.folder() / "rooms_train.jsonl.gz"))
    order = rng.permutation(len(rooms))
    clock, found = Clock(settings.minutes_samples, settings.patience), []
    for i in np.tile(order, 4):
        if clock() >= 1:
            break
        room = rooms[i]
        if not room.things:
            continue
        things, around = data.ordered(room.things, rng), room.around()
        for k in rng.permutation(len(things))[:5]:
            made = data.sample(room, around, things, int(k), settings.negatives, rng)
            if made is not None:
                found.append(made)
    log.info("%d samples", len(found))
    return {name: np.stack([f[name] for f in found]) for name in found[0]}


def placement(settings: Settings, samples: dict[str, np.ndarray]) -> tuple[Placement, dict]:
    """Train the placement network: tell the true pose from valid others."""
    torch.manual_seed(settings.seed)
    net = Placement(settings.width)
    mean = torch.optim.swa_utils.AveragedModel(
        net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.999)
    )
    adam = torch.optim.AdamW(net.parameters(), settings.rate, weight_decay=1e-4)
    rng, total = np.random.default_rng(settings.seed), len(samples["own"])
    clock, step, smooth = Clock(settings.minutes_placement, settings.patience), 0, 0.0
    while (used := clock()) < 1:
        for group in adam.param_groups:
            group["lr"] = settings.rate * min(1.0, step / 200) * (0.02 + 0.98 * (1 - used))
        rows = rng.integers(total, size=settings.batch)
        batch = tensors(samples, rows)
        scores = net(*batch)
        loss = fn.cross_entropy(scores, torch.zeros(len(rows), dtype=torch.long))
        adam.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        adam.step()
        mean.update_parameters(net)
        step += 1
        smooth = loss.item() if step == 1 else 0.99 * smooth + 0.01 * loss.item()
        if step % 500 == 0:
            log.info("placement step %d loss %.3f, %.0f %% of the time", step, smooth, 100 * used)
    return mean.module, {"steps": step, "samples": step * settings.batch, "loss": smooth}


def tensors(samples: dict[str, np.ndarray], rows: np.ndarray) -> list[torch.Tensor]:
    """Return the network's inputs for some rows."""
    static = torch.from_numpy(samples["static"][rows].astype(np.float32))
    poses = torch.from_numpy(samples["poses"][rows])
    own = torch.from_numpy(samples["own"][rows])[:, None].expand(-1, poses.shape[1])
    others = torch.from_numpy(samples["others"][rows])
    codes = torch.from_numpy(samples["codes"][rows].astype(np.int64))
    return [static, poses, own, others, codes]


def vocabulary() -> list[str]:
    """Return all categories of the corpus, those of small things too."""
    known = set()
    for room in data.rooms(data.folder() / "rooms_train.jsonl.gz"):
        known.update(room.names)
    return sorted(known)


def room_code(room: data.Chamber) -> list[float]:
    """Return the object-set network's view of a room: type, size, openings."""
    one_hot = [float(room.kind == t) for t in data.TYPES]
    return [*one_hot, room.around().area ** 0.5 / 6, (len(room.doors) + len(room.windows)) / 6]


def objects(settings: Settings, names: list[str]) -> tuple[ObjectSet, dict]:
    """Train the network of object sets: which category comes next, or none."""
    torch.manual_seed(settings.seed)
    number = {n: i for i, n in enumerate(names)}
    rooms = [r for r in data.rooms(data.folder() / "rooms_train.jsonl.gz") if r.names]
    lists = [np.array([number[n] for n in r.names]) for r in rooms]
    codes = np.array([room_code(r) for r in rooms], np.float32)
    net = ObjectSet(len(names), len(data.TYPES))
    adam = torch.optim.AdamW(net.parameters(), settings.rate, weight_decay=1e-4)
    rng, step, smooth = np.random.default_rng(settings.seed), 0, 0.0
    clock = Clock(settings.minutes_objects, settings.patience)
    while (used := clock()) < 1:
        for group in adam.param_groups:
            group["lr"] = settings.rate * (0.02 + 0.98 * (1 - used))
        rows = rng.integers(len(rooms), size=256)
        counts = np.zeros((len(rows), len(names)), np.float32)
        goals = np.zeros(len(rows), np.int64)
        for j, r in enumerate(rows):
            mixed = rng.permutation(lists[r])
            k = int(rng.integers(len(mixed) + 1))
            np.add.at(counts[j], mixed[:k], 1)
            goals[j] = mixed[k] if k < len(mixed) else len(names)
        logits = net(torch.from_numpy(counts), torch.from_numpy(codes[rows]))
        loss = fn.cross_entropy(logits, torch.from_numpy(goals))
        adam.zero_grad(set_to_none=True)
        loss.backward()
        adam.step()
        step += 1
        smooth = loss.item() if step == 1 else 0.99 * smooth + 0.01 * loss.item()
        if step % 500 == 0:
            log.info("objects step %d loss %.3f", step, smooth)
    return net, {"steps": step, "loss": smooth}


def commit() -> str:
    """Return the commit that is checked out, or "unknown"."""
    out = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False
    )
    return out.stdout.strip() or "unknown"


def run(settings: Settings, out: Path) -> None:
    """Train both networks and keep them with all that says how, in `out`."""
    torch.set_num_threads(1)
    names = vocabulary()
    table, told = objects(settings, names)
    samples = gather(settings)
    assert samples["static"].shape[-1] == STATIC
    net, said = placement(settings, samples)
    about = {
        "settings": asdict(settings),
        "data": data.digest(data.folder() / "rooms_train.jsonl.gz"),
        "commit": commit(),
        "objects_told": told,
        "placement_told": said,
        "names": names,
        "samples": len(samples["own"]),
    }
    torch.save({"placement": net.state_dict(), "objects": table.state_dict(), **about},
               out / "layout.pt")  # fmt: skip
    (out / "layout.json").write_text(json.dumps(about, indent=1), "utf-8")
    log.info("kept in %s", out)
