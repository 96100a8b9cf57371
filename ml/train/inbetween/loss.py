"""Errors of positions and turns, measured in the base curve's own."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from .batches import Batch

TYPICAL_FAR, TYPICAL_OFF = 0.12, 0.3
"""Half the base's usual error on captured motion (heights a bone, radians) a second of room."""
SLIDING = 0.5
"""Weight of steps that standing ends take."""
STANDING = 0.3
"""Weight of the contacts' cross entropy."""
UPRIGHT = 2.5
"""Weight of heights among positions: they vary far less than ways along the floor."""


def matrices(q: Tensor) -> Tensor:
    """Return rotation matrices (..., 3, 3) of unit quaternions."""
    w, x, y, z = q.unbind(-1)
    rows = [
        1 - 2 * (y * y + z * z),
        2 * (x * y - w * z),
        2 * (x * z + w * y),
        2 * (x * y + w * z),
        1 - 2 * (x * x + z * z),
        2 * (y * z - w * x),
        2 * (x * z - w * y),
        2 * (y * z + w * x),
        1 - 2 * (x * x + y * y),
    ]
    return torch.stack(rows, -1).unflatten(-1, (3, 3))


def quaternions(r: Tensor) -> Tensor:
    """Return quaternions of rotation vectors."""
    half = 0.5 * (r.square().sum(-1, keepdim=True) + 1e-12).sqrt()
    return torch.cat([half.cos(), 0.5 * r * torch.sin(half) / half], -1)


def vectors(q: Tensor) -> Tensor:
    """Return the rotation vectors of quaternions, at most half a turn."""
    q = torch.where(q[..., :1] < 0, -q, q)
    sine = (q[..., 1:].square().sum(-1, keepdim=True) + 1e-12).sqrt()
    return q[..., 1:] * (2 * torch.atan2(sine, q[..., :1]) / sine)


def eased_by(batch: Batch, gate: Tensor, turn: Tensor, shift: Tensor) -> tuple[Tensor, Tensor]:
    """Return `turn` and `shift` drawn towards the fall-back where the gate (N, T, B) is shut."""
    back = batch.turn_fallback * batch.turn_fallback.new_tensor([1.0, -1.0, -1.0, -1.0])
    play = gate[..., None]
    away = play * vectors(product(back, turn))
    moved = batch.shift_fallback + play * (shift - batch.shift_fallback)
    return product(batch.turn_fallback, quaternions(away)), moved


def product(a: Tensor, b: Tensor) -> Tensor:
    """Return the quaternion product a·b."""
    s, u = a[..., :1], a[..., 1:]
    t, v = b[..., :1], b[..., 1:]
    return torch.cat(
        [s * t - (u * v).sum(-1, keepdim=True), s * v + t * u + torch.linalg.cross(u, v)], -1
    )


def places(batch: Batch, turn: Tensor, shift: Tensor) -> Tensor:
    """Return head positions (N, T, B, 3) in heights."""
    m = matrices(turn)
    arm = (batch.offsets + shift)[..., None]
    a: list[Tensor] = []
    p: list[Tensor] = []
    for b, parent in enumerate(batch.parents):
        if parent < 0:
            a.append(m[:, :, b])
            p.append(arm[:, :, b])
        else:
            a.append(a[parent] @ m[:, :, b])
            p.append(p[parent] + a[parent] @ arm[:, :, b])
    return torch.stack(p, dim=2)[..., 0]


def angles(a: Tensor, b: Tensor) -> Tensor:
    """Return angles between orientations, radians, smooth at zero."""
    sine = product(a * a.new_tensor([1.0, -1.0, -1.0, -1.0]), b)[..., 1:]
    return 2 * torch.asin((sine.square().sum(-1) + 1e-8).sqrt().clamp(max=0.999))


def _slides(batch: Batch, off: Tensor) -> Tensor:
    """Return (N,) how far ends that stand at two nodes in a row move between them, a node.

    `off` (N, T, B, 3) are the places' errors: what stands moves as far as its error changes.
    """
    carried = torch.from_numpy((batch.parents >= 0).nonzero()[0]).to(off.device)
    above = torch.from_numpy(batch.parents[batch.parents >= 0]).to(off.device)
    stands = batch.contact[:, 1:, above] * batch.contact[:, :-1, above]
    step = (off[:, 1:, carried] - off[:, :-1, carried]).square().sum(-1)
    return ((stands * step).sum(2) + 1e-8).sqrt().mean(1)


def _standing(batch: Batch, contact: Tensor, open_bones: Tensor) -> Tensor:
    """Return the cross entropy of contacts where frames are open, mostly of ends that ever stand.

    A body has few of them: over all bones, what never stands would rule.
    """
    error = functional.binary_cross_entropy(
        contact.clamp(1e-5, 1 - 1e-5), batch.contact, reduction="none"
    )
    ever = batch.contact.amax((0, 1))
    weight = open_bones * (0.1 + 0.9 * ever)
    return (error * weight).sum() / weight.sum().clamp(min=1)


def loss_of(batch: Batch, out: tuple[Tensor, ...]) -> tuple[Tensor, dict[str, float]]:
    """Return the loss, and its parts beside the base's own.

    Errors are divided by the mean of the base's error in the same window and its usual error in
    gaps of that length, so that neither long gaps nor windows in which nothing happens rule.
    """
    turn_res, shift_res, gate, contact = out
    turn = product(batch.turn_base, quaternions(turn_res))
    shift = batch.shift_base + shift_res
    wanted = places(batch, batch.turn, batch.shift)
    open_bones = (batch.room > 0).float()
    frames = open_bones.amax(2)  # where anything is free
    weight = wanted.new_tensor([1.0, 1.0, UPRIGHT])

    def far(p: Tensor) -> Tensor:
        length = (((p - wanted) * weight).square().sum((2, 3)) + 1e-8).sqrt()
        return (length * frames).sum(1) / frames.sum(1).clamp(min=1)

    def mean(error: Tensor) -> Tensor:
        return (error * open_bones).sum((1, 2)) / open_bones.sum((1, 2)).clamp(min=1)

    with torch.no_grad():
        base_far = far(places(batch, batch.turn_base, batch.shift_base))
        plain_far = far(places(batch, batch.turn_fallback, batch.shift_fallback))
        base_off = mean(angles(batch.turn_base, batch.turn))
        room = batch.room.amax((1, 2)) + 0.02
        by_far = 0.5 * base_far + TYPICAL_FAR * room * wanted.shape[2] ** 0.5
        by_off = 0.5 * base_off + TYPICAL_OFF * room
    places_now = places(batch, turn, shift)
    got_far = far(places_now)
    got_off = mean(angles(turn, batch.turn))
    # The gate learns apart from the residual: a residual that is still wrong would shut it.
    eased, moved = eased_by(batch, gate, turn.detach(), shift.detach())
    trust = mean(angles(eased, batch.turn)) / by_off
    trust = trust + 3 * mean(((moved - batch.shift).square().sum(-1) + 1e-8).sqrt()) / by_off
    gated = far(places(batch, eased, moved))
    # To be worse than what is plain costs more than to be better brings.
    worse = functional.relu(gated - torch.minimum(base_far, plain_far))
    trust = trust + (gated + worse) / by_far
    slides = _slides(batch, places_now - wanted) / by_far
    stands = _standing(batch, contact, open_bones)
    total = (got_far / by_far + 0.5 * got_off / by_off + 0.2 * trust + SLIDING * slides).mean()
    total = total + STANDING * stands
    ratio = {
        "far": got_far.detach().sum() / base_far.sum().clamp(min=1e-6),
        "off": got_off.detach().sum() / base_off.sum().clamp(min=1e-6),
        "gated": gated.detach().sum() / base_far.sum().clamp(min=1e-6),
        "slides": slides.detach().mean(),
        "stands": stands.detach(),
    }
    return total, {k: float(v) for k, v in ratio.items()}
