"""Train the solver network for a set time."""

from __future__ import annotations

import copy
import logging
import math
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from ...face.performance import NAMES
from .batches import Films, Stock
from .network import SolverNet, grown, read_exported
from .settings import Settings

log = logging.getLogger(__name__)

_MEASURE_EVERY_S = 300.0
_WARM_UP = 0.03  # share of the run
_MEASURED = 64  # takes
_SHARED = 0.7  # of the error that all frames of a person have in common, what is forgiven
_RELATIVE = torch.tensor([not n.startswith("eyeLook") for n in NAMES]).float()
_INPUTS = ("points", "eyes", "lower", "rest_eyes", "rest_lower", "sighted")


def train(stock: Stock | Films, settings: Settings, out: Path) -> None:
    """Train, and write last.pt into `out` at every measurement and at the end."""
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(settings.seed)
    rng = np.random.default_rng(settings.seed)
    held = np.arange(len(stock)) < settings.held_out
    log.info("%d takes, %d held out", len(stock), held.sum())
    net = SolverNet(settings.channels, settings.hidden)
    net = net.to(settings.device, memory_format=torch.channels_last)
    if settings.start:
        net.load_state_dict(grown(net, read_weights(Path(settings.start))))
        some = stock.draw(rng.permutation(np.flatnonzero(~held))[:_MEASURED], rng, 0.0)
        _measure_norms(net, {k: v.to(settings.device) for k, v in some.items()})
    mean = copy.deepcopy(net)
    rule = torch.optim.AdamW(net.parameters(), settings.rate, weight_decay=settings.decay)
    started, measured, step, frames, running = time.monotonic(), 0.0, 0, 0, 0.0
    order: list[int] = []
    while (share := (time.monotonic() - started) / (settings.minutes * 60)) < 1.0:
        for group in rule.param_groups:
            group["lr"] = settings.rate * min(share / _WARM_UP, 1.0) * _falling(share)
        if len(order) < settings.takes:
            order = list(rng.permutation(np.flatnonzero(~held)))
        which, order = order[: settings.takes], order[settings.takes :]
        drawn = stock.draw(which, rng, settings.blind)
        batch = {k: v.to(settings.device) for k, v in drawn.items()}
        net.train()
        with torch.autocast(settings.device, torch.bfloat16, enabled=settings.half):
            value, deviation = net(*(batch[name] for name in _INPUTS))
        loss = _loss(value.float(), deviation.float(), batch["target"], batch["person"])
        rule.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        rule.step()
        step, frames = step + 1, frames + len(value)
        running += (loss.item() - running) * 0.02
        keep = min(settings.average, step / (step + 20))
        with torch.no_grad():
            for kept, new in zip(
                mean.state_dict().values(), net.state_dict().values(), strict=True
            ):
                kept.copy_(new if not new.is_floating_point() else kept * keep + new * (1 - keep))
        if time.monotonic() - started - measured > _MEASURE_EVERY_S:
            measured = time.monotonic() - started
            log.info(
                "%.0f s, step %d, %.0f frames/s, loss %.3f",
                measured,
                step,
                frames / measured,
                running,
            )
            _save(out, mean, settings, stock, step, frames, measure(mean, stock, held))
    _save(out, mean, settings, stock, step, frames, measure(mean, stock, held))


def read_weights(path: Path) -> dict[str, torch.Tensor]:
    """Return the weights of a checkpoint (.pt), or of an exported network (.onnx)."""
    if path.suffix == ".onnx":
        return read_exported(path)
    return torch.load(path, weights_only=True)["weights"]


def _measure_norms(net: SolverNet, batch: dict[str, torch.Tensor]) -> None:
    """Let the batch norms normalize what comes in, and give the same as before nevertheless.

    In an exported network they are part of the convolutions, and in one that has grown the new
    channels are of any size.
    """

    def measure(norm: torch.nn.BatchNorm2d, given: tuple[torch.Tensor]) -> None:
        variance, mean = torch.var_mean(given[0], dim=(0, 2, 3))
        slope = norm.weight * (norm.running_var + norm.eps).rsqrt()
        norm.bias.copy_(norm.bias + slope * (mean - norm.running_mean))
        norm.weight.copy_(slope * (variance + norm.eps).sqrt())
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)

    norms = [part for part in net.modules() if isinstance(part, torch.nn.BatchNorm2d)]
    hooks = [norm.register_forward_pre_hook(measure) for norm in norms]
    net.eval()
    with torch.no_grad():
        net(*(batch[name] for name in _INPUTS))
    for hook in hooks:
        hook.remove()


def _falling(share: float) -> float:
    return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(share, 1.0)))


def _loss(
    value: torch.Tensor, deviation: torch.Tensor, target: torch.Tensor, person: torch.Tensor
) -> torch.Tensor:
    """Likelihood whose gradient is not drowned by what the network is unsure of.

    What is wrong by as much in all frames of a person counts less: a clip's curves are brought to
    0 at rest anyway.
    """
    error = value - target
    count = torch.bincount(person)[:, None]
    mean = torch.zeros(len(count), error.shape[1]).to(error).index_add(0, person, error) / count
    error = (error - _SHARED * _RELATIVE.to(error) * mean.detach()[person]).square()
    nll = 0.5 * error / deviation.square() + deviation.log()
    return (nll * deviation.detach()).mean() * 4.0


def measure(net: SolverNet, stock: Stock | Films, held: np.ndarray) -> dict[str, float]:
    """Return each expression's correlation on held-out takes, against the first neutral frame."""
    rng = np.random.default_rng(0)
    net.eval()
    device = next(net.parameters()).device
    values, targets = [], []
    with torch.no_grad():
        for take in np.flatnonzero(held):
            batch = stock.draw(np.array([take]), rng, 0.0)
            value = net(*(batch[name].to(device) for name in _INPUTS))[0]
            values.append(value.float().cpu().numpy())
            targets.append(batch["target"].numpy())
    value, target = np.concatenate(values), np.concatenate(targets)
    found = {
        name: float(np.corrcoef(value[:, i], target[:, i])[0, 1]) for i, name in enumerate(NAMES)
    }
    log.info("held out: %s", " ".join(f"{n} {r:.2f}" for n, r in found.items()))
    log.info("mean correlation %.3f", np.nanmean(list(found.values())))
    return found


def _save(out: Path, net, settings: Settings, stock, step: int, frames: int, found) -> None:
    part = out / "last.part"
    torch.save(
        {
            "settings": asdict(settings),
            "weights": net.state_dict(),
            "step": step,
            "frames": frames,
            "data_sha256": stock.sha256,
            "pictures": stock.pictures,
            "held_out": found,
        },
        part,
    )
    part.replace(out / "last.pt")
