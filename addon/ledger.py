"""What was generated, kept on the Action itself.

Blender's own key type cannot tell: a GENERATED key stays GENERATED after an artist edits it.
So each written key leaves a digest here, and a key is called generated only while it still
matches. The record is one ID property, so it is saved, copied and appended with the action.
"""

from __future__ import annotations

import base64
import datetime
import json
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

import bpy
import numpy as np
from bpy.types import Action
from numpy.typing import NDArray

from ..ml.keys import AI, STATUS, classify, digests, owned
from ..ml.take import Take
from .about import LEDGER, version
from .actions import bags_of, read_keys

FORMAT = 1

ROW = np.dtype([("frame", "<f4"), ("mark", "<u4"), ("run", "<i4")])
"""One written key: its frame, the digest of the rest of it, and the id of the run."""

ChannelId = tuple[int, str, int]
"""(slot number, data path, index)."""

REPLACES = {
    "blocking": ("blocking", "inbetween"),
    "face": ("face", "lipsync"),
    "lipsync": ("lipsync", "face"),
}
"""Stages whose keys a rerun of a stage replaces; else only its own. In-betweens hang on the
key poses, so they go when the poses are made anew; a mouth is moved by one source at a time."""

CLEARS = {"lipsync": ("lipsync",)}
"""Stages whose curves a rerun empties where it has none itself; else those that it replaces. A
dubbed line replaces what the actor's mouth did, and leaves the brows as they are."""


def replaced_by(stage: str) -> tuple[str, ...]:
    """Return the stages whose untouched keys a run of `stage` may replace."""
    return REPLACES.get(stage, (stage,))


def cleared_by(stage: str) -> tuple[str, ...]:
    """Return the stages whose untouched keys go from curves that a run has nothing for."""
    return CLEARS.get(stage, replaced_by(stage))


@dataclass
class Ledger:
    """The record of one action.

    Attributes
    ----------
    runs : dict
        Run id to what `Provenance` says, with "time", "span", "confidence" (percent, one for
        each frame of the span) and "version" added.
    rows : dict
        `ChannelId` to an array of `ROW`, one a written key.
    """

    runs: dict[int, dict] = field(default_factory=dict)
    rows: dict[ChannelId, NDArray] = field(default_factory=dict)

    @classmethod
    def load(cls, action: Action | None) -> Ledger:
        """Read the record of an action; an empty one where there is none or it is spoilt."""
        return cls.read(action.get(LEDGER) if action is not None else None)

    @classmethod
    def read(cls, blob: object) -> Ledger:
        """Read a record as an action keeps it."""
        if not isinstance(blob, str):
            return cls()
        try:
            head, _, body = zlib.decompress(base64.b64decode(blob)).partition(b"\n")
            meta = json.loads(head)
            rows, runs = _from_columns(body), {int(k): v for k, v in meta["runs"].items()}
            if meta["format"] != FORMAT or not np.isin(rows["run"], list(runs)).all():
                raise ValueError("a record of another kind")
            counts = np.cumsum([channel[3] for channel in meta["channels"]])
            parts = np.split(rows, counts[:-1]) if len(counts) else []
            known = {tuple(c[:3]): p.copy() for c, p in zip(meta["channels"], parts, strict=True)}
            return cls(runs, known)
        except (ValueError, KeyError, TypeError, zlib.error):
            # Without a readable record every key is the artist's: nothing is ever lost by it.
            return cls()

    def save(self, action: Action) -> None:
        """Write the record to the action; an empty one leaves nothing behind."""
        self.rows = {k: v for k, v in self.rows.items() if len(v)}
        used = {int(run) for rows in self.rows.values() for run in np.unique(rows["run"])}
        self.runs = {k: v for k, v in self.runs.items() if k in used}
        if not self.rows:
            if LEDGER in action:
                del action[LEDGER]
            return
        meta = {
            "format": FORMAT,
            "runs": self.runs,
            "channels": [[*channel, len(rows)] for channel, rows in self.rows.items()],
        }
        rows = np.concatenate(list(self.rows.values()))
        # Column by column, because frames and runs pack well and digests not at all.
        body = b"".join(np.ascontiguousarray(rows[name]).tobytes() for name in ROW.names)
        blob = zlib.compress(json.dumps(meta).encode() + b"\n" + body, level=1)
        action[LEDGER] = base64.b64encode(blob).decode("ascii")

    def begin(self, take: Take) -> int:
        """Record the run that made a Take and return its id."""
        run = max(self.runs, default=0) + 1
        now = datetime.datetime.now(datetime.UTC)
        self.runs[run] = {
            **asdict(take.provenance),
            "span": list(take.span),
            "confidence": np.rint(100 * np.clip(take.confidence, 0, 1)).astype(int).tolist(),
            "time": now.isoformat(timespec="seconds"),
            "version": version(),
            "blender": bpy.app.version_string,
        }
        return run

    def channels(self, slot: int, stages: Iterable[str]) -> set[tuple[str, int]]:
        """Return (data path, index) of the slot's channels with keys of these stages."""
        return {
            k[1:] for k, rows in self.rows.items() if k[0] == slot and len(self._of(rows, stages))
        }

    def ours(self, channel: ChannelId, keys: NDArray, stages: Iterable[str]) -> NDArray:
        """Return (N,) bool: which keys these stages wrote and nobody has changed since."""
        rows = self._of(self.rows.get(channel, np.zeros(0, ROW)), stages)
        return owned(keys, rows["frame"], rows["mark"])

    def stamp(
        self,
        channel: ChannelId,
        before: NDArray,
        kept: NDArray,
        written: NDArray,
        span: tuple[float, float],
        run: int,
        stages: Iterable[str],
    ) -> None:
        """Record the keys that a run wrote on one channel.

        Parameters
        ----------
        before : (N,) array of `FULL`
            The curve's keys before writing.
        kept : (N,) bool
            Which of them stayed.
        written : (M,) array of `FULL`
            The new keys, read back from the curve as Blender keeps them.
        stages
            What was replaced in `span`: their rows go, but for keys an artist has changed,
            which stay known as "edited".
        """
        rows = self.rows.get(channel, np.zeros(0, ROW))
        _, source = classify(before, rows["frame"], rows["mark"])
        alive = np.isin(np.arange(len(rows)), source[kept])
        inside = (rows["frame"] >= span[0]) & (rows["frame"] <= span[1])
        theirs = _among(rows["run"], self._runs(stages))
        kept = rows[alive | ~(inside & theirs)]
        fresh = np.zeros(len(written), ROW)
        fresh["frame"], fresh["mark"], fresh["run"] = written["co"][:, 0], digests(written), run
        self.rows[channel] = np.concatenate([kept, fresh])

    def _runs(self, stages: Iterable[str]) -> list[int]:
        return [run for run, entry in self.runs.items() if entry["stage"] in stages]

    def _of(self, rows: NDArray, stages: Iterable[str]) -> NDArray:
        return rows[_among(rows["run"], self._runs(stages))]


def _among(values: NDArray, few: list[int]) -> NDArray:
    """Return (N,) bool: which values are among a few; quicker than `np.isin` on short arrays."""
    return (values[:, None] == np.array(few, values.dtype)).any(axis=1)


def _from_columns(body: bytes) -> NDArray:
    count, rest = divmod(len(body), ROW.itemsize)
    if rest:
        raise ValueError("the record of the keys is cut off")
    rows, start = np.zeros(count, ROW), 0
    for name in ROW.names:
        size = count * ROW[name].itemsize
        rows[name] = np.frombuffer(body[start : start + size], ROW[name])
        start += size
    return rows


def statuses(action: Action) -> dict[ChannelId, tuple[NDArray, NDArray, NDArray]]:
    """Return (status, source, rows) of every channel that has keys or had generated ones.

    `status` and `source` are those of `ml.keys.classify`; `rows` are the written keys.
    """
    ledger = Ledger.load(action)
    found = {}
    for slot, bag in bags_of(action):
        for curve in bag.fcurves:
            channel = (slot, curve.data_path, curve.array_index)
            rows = ledger.rows.pop(channel, np.zeros(0, ROW))
            found[channel] = (*classify(read_keys(curve), rows["frame"], rows["mark"]), rows)
    nothing = np.zeros(0, int)
    for channel, rows in ledger.rows.items():
        found[channel] = (nothing, nothing, rows)
    return found


def confidence(ledger: Ledger) -> tuple[int, NDArray]:
    """Return (first frame, (F,) 0 to 1) of what the runs on an action said of their frames.

    Where several runs meet, the last one counts; NaN where none said anything.
    """
    runs = [r for _, r in sorted(ledger.runs.items()) if r.get("confidence")]
    if not runs:
        return 0, np.zeros(0, np.float32)
    first = int(min(run["span"][0] for run in runs))
    last = max(int(run["span"][0]) + len(run["confidence"]) for run in runs)
    values = np.full(last - first, np.nan, np.float32)
    for run in runs:
        start = int(run["span"][0]) - first
        values[start : start + len(run["confidence"])] = np.array(run["confidence"]) / 100
    return first, values


def report(action: Action, slot: int | None = None) -> dict:
    """Return what the ledger knows of an action, or of one slot of it, JSON values only.

    "keys" counts by status ("ai", "edited", "retimed", "human", "deleted"); each of "runs" is
    its provenance with its own counts; "channels" lists those with generated keys.
    """
    ledger = Ledger.load(action)
    total: Counter[str] = Counter()
    by_run: dict[int, Counter[str]] = {run: Counter() for run in ledger.runs}
    channels = []
    for (number, path, index), (status, source, rows) in statuses(action).items():
        if slot is not None and number != slot:
            continue
        here = Counter(STATUS[s] for s in status)
        for which, row in zip(status, source, strict=True):
            if row >= 0:
                by_run[int(rows["run"][row])][STATUS[which]] += 1
        gone = rows["run"][~np.isin(np.arange(len(rows)), source)]
        for run in gone:
            by_run[int(run)]["deleted"] += 1
        here["deleted"] += len(gone)
        total += here
        if len(rows):
            channels.append({"data_path": path, "index": index, **_counts(here)})
    result = {
        "action": action.name,
        "keys": _counts(total),
        "runs": [
            {"id": k, **_said(ledger.runs[k]), "keys": _counts(v)}
            for k, v in by_run.items()
            if slot is None or v
        ],
        "channels": channels,
    }
    return {**result, "statement": statement(result)}


def _said(run: dict) -> dict:
    """Return a run without its long list."""
    return {name: value for name, value in run.items() if name != "confidence"}


def _counts(counter: Counter) -> dict[str, int]:
    return {name: int(counter[name]) for name in (*STATUS, "deleted")}


def statement(record: dict) -> str:
    """Put a report into the words of an AI use statement, plain text."""
    keys = record["keys"]
    there = sum(keys[name] for name in STATUS)
    name = record["action"]
    if not record["runs"]:
        return f"AI use statement: action {name!r} holds no generated keys ({there} keys by hand)."
    lines = [
        f"AI use statement: action {name!r}",
        f"Of {there} keys, {keys[STATUS[AI]]} were proposed by software and stand unchanged, "
        f"{keys['edited']} were proposed and then edited by a person, {keys['retimed']} were "
        f"proposed and then retimed by a person, {keys['human']} were made by a person. "
        f"{keys['deleted']} proposed keys were deleted.",
    ]
    for run in record["runs"]:
        models = ", ".join(f"{k} ({v[:12]})" for k, v in run["models"].items()) or "none"
        inputs = ", ".join(f"{k} ({v[:12]})" for k, v in run["inputs"].items()) or "none"
        lines.append(
            f"{run['time']}: {run['stage']}, Understudy {run['version']}; networks: {models}; "
            f"inputs: {inputs}; seed {run['seed']}."
        )
    lines.append("All of it ran on this computer; numbers in brackets begin the sha256 of a file.")
    return "\n".join(lines)
