"""The description of a batch: shots, stages, seeds and parameters, from JSON or CSV.

docs/batch.schema.json describes the JSON form. A CSV has a row a shot and columns `shot`,
`blend`, `seeds`, `stages` and `stage.option`. Everything is checked before anything is written.
"""

from __future__ import annotations

import csv
import difflib
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from . import stages
from .errors import BatchError

SCHEMA = 1
LARGEST_SEED = 2**31 - 1
LARGEST_BATCH = 1_000_000
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
"""Of a batch: every farm takes it for a job's."""
SHOT = re.compile(r"""[^\x00-\x20/\\:*?"<>|.-][^\x00-\x1f/\\:*?"<>|]{0,99}""")
"""Of a shot, in any script: every file system takes it for a folder's."""
_MOST_BYTES = 200
_NAMED = 5  # missing files in one sentence
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)

Parameters = dict[str, dict[str, object]]


@dataclass
class Shot:
    """One shot: the file that its chain begins with, and what its stages are told.

    Attributes
    ----------
    name : also the name of its folder
    blend : path from the batch's folder, or absolute
    seeds : one chain a seed
    stages : in the order in which they run
    parameters : stage to option to value
    """

    name: str
    blend: str
    seeds: list[int]
    stages: list[str]
    parameters: Parameters = field(default_factory=dict)


@dataclass
class Batch:
    """All that is to be done. `root` is the folder that relative paths begin from."""

    name: str
    root: Path
    shots: list[Shot]

    @property
    def stages(self) -> list[str]:
        """Return the stages that some shot has, in the order of `stages.STAGES`."""
        used = {stage for shot in self.shots for stage in shot.stages}
        return [stage for stage in stages.STAGES if stage in used]

    def check_files(self) -> None:
        """Refuse a batch whose files are not there, and name them."""
        gone = [said for shot in self.shots for said in self._missing(shot)]
        if gone:
            more = f"; and {len(gone) - _NAMED} more" if len(gone) > _NAMED else ""
            raise BatchError("; ".join(gone[:_NAMED]) + more)

    def _missing(self, shot: Shot) -> Iterator[str]:
        at = f"shot {shot.name!r}"
        if not (self.root / shot.blend).is_file():
            yield f"{at}: there is no file {self.root / shot.blend}"
        for stage, values in shot.parameters.items():
            for name, value in values.items():
                kind = stages.STAGES[stage].options[name].kind
                if kind.is_path and not (self.root / value).exists():
                    yield f"{at}: {stage}.{name}: no {self.root / value} is there"


def read(path: Path, settings: Iterable[str] = ()) -> Batch:
    """Read a batch from a .json, .csv or .otio file.

    Parameters
    ----------
    settings : "stage.option=value" or "stages=block inbetween", for all shots that do not say

    Raises
    ------
    BatchError
        It says anything that the stages do not take.
    """
    path = path.absolute()
    if path.suffix.lower() == ".csv":
        data = from_table(_text(path), plain_name(path.stem))
    elif path.suffix.lower() == ".json":
        data = _load(_text(path))
    elif path.suffix.lower() in (".otio", ".otioz", ".fcpxml", ".edl", ".xml"):
        from . import timeline

        data = timeline.read(path)
    else:
        raise BatchError(f"{path.name}: give a .json, .csv or .otio file")
    for word in settings:
        _set(data, word)
    return from_data(data, path.parent)


def plain_name(word: str) -> str:
    """Return a batch's name made of any word: editors and people put signs into them.

    >>> plain_name("Höhle, Teil 2"), plain_name("镜头")
    ('Hohle_Teil_2', 'batch')
    """
    letters = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", letters).strip("._-")[:100] or "batch"


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except OSError as exc:
        raise BatchError(f"{path} cannot be read: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise BatchError(f"{path.name} is not UTF-8 text: save it as UTF-8") from exc


def _load(text: str) -> object:
    def once(pairs: list[tuple[str, object]]) -> dict:
        for name, count in Counter(name for name, _ in pairs).items():
            if count > 1:
                raise BatchError(f"{name!r} stands twice in one object: remove one")
        return dict(pairs)

    try:
        return json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as exc:
        raise BatchError(f"not JSON: {exc.msg} at line {exc.lineno}, column {exc.colno}") from exc
    except RecursionError as exc:
        raise BatchError("not a batch: it is nested too deeply") from exc


def _set(data: object, word: str) -> None:
    """Add one "stage.option=value" to what holds for all shots."""
    name, found, value = word.partition("=")
    if not found or not isinstance(data, dict):
        raise BatchError(f"--set {word}: write it as stage.option=value")
    if name == "stages":
        data["stages"] = value.split()
        return
    stage, option = _stage_option(name, f"--set {word}")
    common = data.setdefault("parameters", {})
    if isinstance(common, dict) and isinstance(common.setdefault(stage, {}), dict):
        common[stage][option] = stages.parse(stage, option, value, f"--set {word}")


def _stage_option(name: str, at: str) -> tuple[str, str]:
    stage, found, option = name.partition(".")
    if not found or stage not in stages.STAGES:
        raise BatchError(f"{at}: {name!r} is not stage.option{_like(stage, stages.STAGES)}")
    return stage, option


def from_table(text: str, name: str) -> dict:
    """Return the JSON form of a CSV."""
    heading = text.partition("\n")[0]
    # A spreadsheet puts what its language has: semicolons where a comma is in numbers.
    between = max(",;\t", key=heading.count)
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=between, strict=True)
        rows = [row for row in lines if any(cell.strip() for cell in row)]
    except csv.Error as exc:
        raise BatchError(f"not a CSV: {exc}") from exc
    if not rows:
        raise BatchError("the table is empty: its first line names the columns")
    columns = [column.strip() for column in rows[0]]
    for column in columns:
        if columns.count(column) > 1:
            raise BatchError(f"the column {column!r} stands twice")
        if column not in ("shot", "blend", "seeds", "stages"):
            _stage_option(column, "line 1")
    if "shot" not in columns:
        raise BatchError("the table has no column 'shot'")
    shots = []
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(columns):
            raise BatchError(f"row {number} has {len(row)} cells, the heading {len(columns)}")
        cells = dict(zip(columns, (cell.strip() for cell in row), strict=True))
        shots.append(_from_cells({k: v for k, v in cells.items() if v}, f"row {number}"))
    return {"schema": SCHEMA, "name": name, "shots": shots}


def _from_cells(cells: dict[str, str], at: str) -> dict:
    shot: dict = {k: cells.pop(k) for k in ("shot", "blend") if k in cells}
    if "seeds" in cells:
        words = cells.pop("seeds").split()
        if not all(re.fullmatch(r"\d+", word, re.ASCII) for word in words):
            raise BatchError(f"{at}: seeds are whole numbers with blanks between")
        shot["seeds"] = [int(word[:20]) for word in words]
    if "stages" in cells:
        shot["stages"] = cells.pop("stages").split()
    for column, word in cells.items():
        stage, option = _stage_option(column, at)
        value = stages.parse(stage, option, word, f"{at}, {column}")
        shot.setdefault("parameters", {}).setdefault(stage, {})[option] = value
    return shot


def from_data(data: object, root: Path) -> Batch:
    """Return the batch that a JSON value describes, or say what is wrong with it."""
    known = ("schema", "name", "stages", "seeds", "parameters", "shots")
    _object(data, known, ("schema", "name", "shots"), "the batch")
    if not stages.WHOLE.fits(data["schema"]) or data["schema"] != SCHEMA:
        raise BatchError(f"schema is {data['schema']!r}: this version reads {SCHEMA}")
    name = _name(data["name"], "name")
    common = _parameters(data.get("parameters", {}), "parameters")
    listed = _list(data["shots"], "shots")
    if not listed:
        raise BatchError("shots is empty: name one at least")
    if len(listed) > LARGEST_BATCH:
        raise BatchError(f"{len(listed)} shots are too many for one job: split them")
    shots = [_shot(entry, data, common, f"shots[{i}]") for i, entry in enumerate(listed)]
    # Many file systems do not tell "Sh010" from "sh010".
    counted = Counter(shot.name.casefold() for shot in shots)
    twice = [name for name, count in counted.items() if count > 1]
    if twice:
        raise BatchError(
            f"two shots are called {twice[0]!r}: their files would overwrite each other"
        )
    return Batch(name, root, shots)


def _shot(entry: object, data: dict, common: Parameters, at: str) -> Shot:
    _object(entry, ("shot", "blend", "seeds", "stages", "parameters"), ("shot",), at)
    name = _shot_name(entry["shot"], f"{at}.shot")
    at = f"{at} ({name})"
    chain = _stages(entry.get("stages", data.get("stages")), at)
    seeds = _seeds(entry.get("seeds", data.get("seeds", [0])), at)
    own = _parameters(entry.get("parameters", {}), f"{at}.parameters")
    for stage in own:
        if stage not in chain:
            raise BatchError(f"{at}: has parameters for {stage!r}, which is not among its stages")
    merged = {s: {**common.get(s, {}), **own.get(s, {})} for s in chain}
    for stage in chain:
        for option in stages.STAGES[stage].required:
            if option not in merged[stage]:
                raise BatchError(f"{at}: {stage}.{option} is missing")
        choice = stages.STAGES[stage].one_of
        if choice and sum(option in merged[stage] for option in choice) != 1:
            raise BatchError(f"{at}: {stage} takes exactly one of {', '.join(choice)}")
    blend = entry.get("blend", "")
    if not stages.PATH.fits(blend):
        raise BatchError(f"{at}: blend must name the file that {chain[0]!r} opens")
    if not blend.lower().endswith(".blend"):
        raise BatchError(f"{at}: {blend!r} is no .blend file")
    return Shot(name, blend, seeds, chain, merged)


def _object(value: object, known: tuple, required: tuple, at: str) -> None:
    if not isinstance(value, dict):
        raise BatchError(f"{at} must be an object, not {_short(value)}")
    for name in value:
        if name not in known:
            raise BatchError(f"{at} has {name!r}, which is not foreseen{_like(name, known)}")
    for name in required:
        if name not in value:
            raise BatchError(f"{at} has no {name!r}")


def _list(value: object, at: str) -> list:
    if not isinstance(value, list):
        raise BatchError(f"{at} must be a list, not {_short(value)}")
    return value


def _name(value: object, at: str) -> str:
    """Return a batch's name."""
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise BatchError(
            f"{at} is {_short(value)}: use letters, digits, '_', '-' and '.', 100 at most, "
            "beginning with a letter or digit"
        )
    return _folder(value, at)


def _shot_name(value: object, at: str) -> str:
    """Return a shot's name: letters of any script, in one spelling, as a folder can have it."""
    value = unicodedata.normalize("NFC", value.strip()) if isinstance(value, str) else value
    if not isinstance(value, str) or not SHOT.fullmatch(value) or not value.isprintable():
        raise BatchError(
            f"{at} is {_short(value)}: use letters, digits, blanks and signs that a folder can "
            "have, 100 at most; not / \\ : * ? \" < > |, and neither '-' nor '.' first"
        )
    if len(value.encode()) > _MOST_BYTES:
        raise BatchError(f"{at} is {_short(value)}: too long for a folder, shorten it")
    return _folder(value, at)


def _folder(value: str, at: str) -> str:
    if _RESERVED.fullmatch(value) or value.endswith("."):
        raise BatchError(f"{at} is {value!r}, which Windows does not allow as a folder")
    return value


def _seeds(value: object, at: str) -> list[int]:
    seeds = _list(value, f"{at}.seeds")
    for seed in seeds:
        if not stages.WHOLE.fits(seed) or not 0 <= seed <= LARGEST_SEED:
            raise BatchError(f"{at}: the seed {_short(seed)} is no whole number from 0 up to 2^31")
    if not seeds or len(set(seeds)) < len(seeds):
        raise BatchError(f"{at}: seeds must be different numbers, and one at least")
    return seeds


def _stages(value: object, at: str) -> list[str]:
    chain = _list(value if value is not None else [], f"{at}.stages")
    if not chain:
        raise BatchError(
            f"{at} has no stages: name some of {', '.join(stages.STAGES)} for the shot, for all "
            'shots, or with --set stages="…"'
        )
    for stage in chain:
        if not isinstance(stage, str) or stage not in stages.STAGES:
            raise BatchError(f"{at}: no stage is called {_short(stage)}{_like(stage, None)}")
    ordered = [stage for stage in stages.STAGES if stage in chain]
    if chain != ordered:
        raise BatchError(f"{at}: the stages must be in this order, each once: {', '.join(ordered)}")
    return chain


def _parameters(value: object, at: str) -> Parameters:
    _object(value, tuple(stages.STAGES), (), at)
    for stage, values in value.items():
        _object(values, tuple(values) if isinstance(values, dict) else (), (), f"{at}.{stage}")
        for name, item in values.items():
            stages.check(stage, name, item, f"{at}.{stage}.{name}")
    return value


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) < 60 else text[:57] + "…"


def _like(word: object, known: Iterable[str] | None) -> str:
    known = list(known if known is not None else stages.STAGES)
    close = difflib.get_close_matches(str(word), known, 1)
    return f": did you mean {close[0]!r}?" if close else f"; it may be {', '.join(known)}"
