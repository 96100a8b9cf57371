"""Training of the camera scorer: what rays say of frames against frames drawn from the meshes."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as fn

from ...layout.lookout import CLUES, SEEN
from .frames import Drawing, Frames

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Settings(Drawing):
    """Everything that shapes a run.

    Small, short and with much decay: larger networks learn the places by heart.
    """

    rounds: int = 1
    width: int = 16
    rate: float = 3e-3
    decay: float = 0.1
    batch: int = 512
    steps: int = 3000


class Eye(nn.Module):
    """Corrects what rays through shapes say of a thing: a residual on the logit."""

    def __init__(self, mean: Tensor, scale: Tensor, width: int) -> None:
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("scale", scale)
        self.net = nn.Sequential(
            nn.Linear(len(CLUES), width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(),
            nn.Linear(width, 1),
        )  # fmt: skip
        nn.init.zeros_(self.net[-1].weight)
        nn.init.zeros_(self.net[-1].bias)

    def forward(self, clues: Tensor) -> Tensor:
        """Return (N,) shares that are seen, of (N, CLUES) clues."""
        begin = clues[:, SEEN].clamp(0.02, 0.98)
        told = ((clues - self.mean) / self.scale).clamp(-4, 4)
        return torch.sigmoid(torch.log(begin / (1 - begin)) + self.net(told)[:, 0])


def train(settings: Settings, found: list[Frames]) -> Eye:
    """Train on frames; the weights are averaged over the run."""
    torch.manual_seed(settings.seed)
    truth = np.concatenate([f.truth[:, 0] for f in found])
    known = truth >= 0
    clues = torch.from_numpy(np.concatenate([f.clues for f in found])[known])
    truth = torch.from_numpy(truth[known].astype(np.float32))
    net = Eye(clues.mean(0), clues.std(0).clamp(min=1e-2), settings.width)
    mean = torch.optim.swa_utils.AveragedModel(
        net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.998)
    )
    adam = torch.optim.AdamW(net.parameters(), settings.rate, weight_decay=settings.decay)
    rng, smooth = np.random.default_rng(settings.seed), 0.0
    for step in range(settings.steps):
        for group in adam.param_groups:
            group["lr"] = settings.rate * min(1.0, step / 200) * (1 - step / settings.steps)
        rows = torch.from_numpy(rng.integers(len(clues), size=settings.batch))
        loss = fn.smooth_l1_loss(net(clues[rows]), truth[rows], beta=0.05)
        adam.zero_grad(set_to_none=True)
        loss.backward()
        adam.step()
        mean.update_parameters(net)
        smooth = loss.item() if step == 0 else 0.99 * smooth + 0.01 * loss.item()
        if step % 1000 == 999:
            log.info("step %d loss %.4f", step + 1, smooth)
    return mean.module.eval()
