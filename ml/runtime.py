"""Open every network: the only place that imports onnxruntime.

A session runs on the best device there is and says which one that is, and why it is not the GPU
when it is not. Nothing falls back in silence, and nothing is opened whose file is not the one
that its card describes.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import io
import logging
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import ModelError
from .progress import Progress, Steps

log = logging.getLogger(__name__)

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"
GPU_PROVIDERS = (CUDA, "DmlExecutionProvider", "CoreMLExecutionProvider")
"""Tried in this order, where present, before the CPU."""

DEVICES = ("auto", "cpu", "cuda")
MODELS = Path(__file__).resolve().parent.parent / "onnx_models"

_DTYPES = {
    "tensor(float)": np.float32,
    "tensor(uint8)": np.uint8,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
    "tensor(bool)": np.bool_,
}
_OPTIONS = {
    # The default searches every algorithm again for each new shape.
    CUDA: {"cudnn_conv_algo_search": "HEURISTIC"},
}
_SPIN_US = "10"
_kept: dict[tuple, object] | None = None
_MAX_THREADS = 4  # the networks are small: more threads wait for each other


def keep_open() -> None:
    """Keep every network that is opened from now on, for a process that serves many jobs."""
    global _kept
    _kept = {} if _kept is None else _kept


@dataclass(frozen=True)
class Settings:
    """Where networks lie and what runs them.

    Attributes
    ----------
    device : "auto", "cpu", "cuda", or "cuda:1" for the second of several
    accelerator : folder of Python packages (onnxruntime-gpu and NVIDIA's wheels), or ""
    models : folder of the networks and their cards
    threads : CPU threads a session may use; 0 chooses by the machine
    """

    device: str = "auto"
    accelerator: str = ""
    models: Path = MODELS
    threads: int = 0

    def __post_init__(self) -> None:
        if self.device not in DEVICES and not re.fullmatch(r"cuda:\d{1,3}", self.device):
            known = ", ".join(DEVICES)
            raise ModelError(f"Device {self.device!r} is unknown: use one of {known}, or cuda:1")

    @classmethod
    def from_params(cls, params: Mapping[str, object]) -> Settings:
        """Read a job's parameters; the environment fills what they leave out."""

        def value(key: str, variable: str, default: str) -> str:
            return str(params.get(key) or os.environ.get(variable) or default)

        return cls(
            device=value("device", "UNDERSTUDY_DEVICE", "auto").lower(),
            accelerator=value("accelerator", "UNDERSTUDY_ACCELERATOR", ""),
            models=Path(value("models_dir", "UNDERSTUDY_MODELS", str(MODELS))),
        )


def model_path(name: str, folder: Path | None = None) -> Path:
    """Return where the network `name` lies, or raise ModelError when it is missing."""
    path = (folder or MODELS) / f"{name}.onnx"
    for wanted in (path, path.with_suffix(".md")):
        if not wanted.is_file():
            raise ModelError(
                f"{wanted.name} is missing from {wanted.parent}. Reinstall the extension, or in a "
                "checkout run scripts/export_perception.py"
            )
    return path


def card_sha256(path: Path) -> str:
    """Return the sha256 that the network's card states."""
    card = path.with_suffix(".md")
    try:
        text = card.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise ModelError(f"{card.name} cannot be read ({exc}). Reinstall the extension") from exc
    found = re.search(r"^sha256: ([0-9a-f]{64})$", text, re.MULTILINE)
    if found is None:
        raise ModelError(f"{card.name} states no sha256. Reinstall the extension")
    return found.group(1)


def card_licence(path: Path) -> str:
    """Return the licence that the network's card states, in few words; "" where there is none."""
    card = path.with_suffix(".md")
    text = card.read_text("utf-8", errors="replace") if card.is_file() else ""
    found = re.search(r"^Licence: (?:weights )?([\w.+-]+)", text, re.MULTILINE)
    return found.group(1) if found else ""


def load_onnxruntime(settings: Settings) -> tuple[ModuleType, str]:
    """Import onnxruntime, from the accelerator folder where one is given.

    Returns
    -------
    (module, note)
        The note says why the accelerator folder is not in use, or is empty.
    """
    # Its wheels report usage to Microsoft, by way of a database in the home folder: here nothing
    # leaves the machine, and nothing is left on it.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    note = ""
    folder = settings.accelerator
    if folder and settings.device != "cpu":
        loaded = sys.modules.get("onnxruntime")
        if loaded is not None:
            if not _is_under(loaded.__file__, folder):
                note = "another onnxruntime was loaded before; restart to use the accelerator"
        elif not (Path(folder) / "onnxruntime").is_dir():
            note = f"the accelerator folder {folder} holds no onnxruntime"
        else:
            note = _import_from(folder)
    try:
        return importlib.import_module("onnxruntime"), note
    except ImportError as exc:
        raise ModelError(
            f"onnxruntime cannot be loaded ({exc}). Install the extension's zip for this platform "
            "and Blender version"
        ) from exc


def open_bare(model: str | os.PathLike | bytes, options: object = None) -> object:
    """Open a network that has no card yet, on the CPU: for what exports or converts one.

    Parameters
    ----------
    model : its file, or the file's bytes
    options : onnxruntime.SessionOptions, optional

    Returns
    -------
    onnxruntime.InferenceSession
    """
    ort, _ = load_onnxruntime(Settings(device="cpu"))
    model = model if isinstance(model, bytes) else os.fspath(model)
    return ort.InferenceSession(model, options, providers=[CPU])


def _is_under(file: str | None, folder: str) -> bool:
    return file is not None and Path(folder).resolve() in Path(file).resolve().parents


def _import_from(folder: str) -> str:
    """Import onnxruntime from `folder`; return why that failed, or an empty string."""
    sys.path.insert(0, folder)
    try:
        importlib.import_module("onnxruntime")
    except (ImportError, OSError) as exc:
        for name in [n for n in sys.modules if n.partition(".")[0] == "onnxruntime"]:
            del sys.modules[name]
        return f"onnxruntime in the accelerator folder does not load ({exc})"
    finally:
        # Its other packages, numpy above all, must not shadow Blender's.
        sys.path.remove(folder)
    return ""


def _preload(ort: ModuleType) -> str:
    """Load CUDA's and cuDNN's libraries; return what was said about missing ones."""
    said = io.StringIO()
    try:
        # It prints, and a worker's standard output is its pipe.
        with contextlib.redirect_stdout(said):
            ort.preload_dlls()
    except (OSError, RuntimeError) as exc:
        return str(exc)
    return " ".join(said.getvalue().split())


class Session:
    """One network, ready to run.

    Attributes
    ----------
    name, path, sha256 : what is open
    provider : the provider in use, as onnxruntime names it
    reason : why the GPU is not in use, a plain clause; empty when it is
    inputs : {name: shape}, a named axis takes any size
    outputs : names, in order
    metadata : texts that the file carries, by name
    """

    def __init__(self, name: str, settings: Settings | None = None) -> None:
        self.name = name
        self.settings = settings or Settings()
        self.path = model_path(name, self.settings.models)
        try:
            self._data = self.path.read_bytes()
        except OSError as exc:
            raise ModelError(f"{self.path.name} cannot be read ({exc})") from exc
        self.sha256 = hashlib.sha256(self._data).hexdigest()
        if self.sha256 != card_sha256(self.path):
            raise ModelError(
                f"{self.path.name} is not the file that its card describes: it is damaged or was "
                "altered. Reinstall the extension, or in a checkout run "
                "scripts/export_perception.py --force"
            )
        self._ort, self.reason = load_onnxruntime(self.settings)
        self._open(self._choose())

    def _choose(self) -> list[str]:
        """Return the providers to try, best first."""
        if self.settings.device == "cpu":
            self.reason = "the CPU was chosen"
            return [CPU]
        available = self._ort.get_available_providers()
        wanted = (CUDA,) if self.settings.device.startswith("cuda") else GPU_PROVIDERS
        usable = [p for p in wanted if p in available]
        if not usable:
            self.reason = self.reason or (
                "this build of onnxruntime has no GPU support; install the GPU zip or set the "
                "accelerator folder in the preferences"
            )
        if CUDA in usable:
            said = _preload(self._ort)
            if said:
                self.reason = f"CUDA's libraries are incomplete: {said}"
        return [*usable, CPU]

    def _open(self, providers: Sequence[str]) -> None:
        options = self._ort.SessionOptions()
        options.intra_op_num_threads = self.settings.threads or min(_MAX_THREADS, usable_cores())
        # Threads that wait busily for long take the core that the video decoder, or another
        # program, needs: on two busy cores that costs half the speed. Not to wait at all costs
        # as much when they are idle.
        options.add_session_config_entry("session.intra_op.spin_duration_us", _SPIN_US)
        options.log_severity_level = 3  # errors come back as exceptions
        if "DmlExecutionProvider" in providers:
            options.enable_mem_pattern = False  # DirectML asks for it
        try:
            self._session = self._opened(options, providers)
        except Exception as exc:  # onnxruntime's errors share no base class
            if list(providers) == [CPU]:
                raise ModelError(f"{self.path.name} cannot be opened: {exc}") from exc
            self._fall_back(providers[0], "did not start", exc)
            return
        self.provider = self._session.get_providers()[0]  # it may drop one by itself
        if self.provider != CPU:
            self.reason = ""
        elif len(providers) > 1:
            self.reason = self.reason or f"{providers[0]} did not start"
            log.warning("%s runs on the CPU: %s", self.name, self.reason)
        kinds = {i.name: i.type for i in self._session.get_inputs()}
        self._dtypes = {name: _DTYPES[kind] for name, kind in kinds.items()}
        self.inputs = {i.name: i.shape for i in self._session.get_inputs()}
        self.outputs = [o.name for o in self._session.get_outputs()]
        self.metadata = dict(self._session.get_modelmeta().custom_metadata_map)

    def _options(self, provider: str) -> dict[str, str]:
        _, _, number = self.settings.device.partition(":")
        chosen = {"device_id": number} if number and provider == CUDA else {}
        return {**_OPTIONS.get(provider, {}), **chosen}

    def _opened(self, options: object, providers: Sequence[str]) -> object:
        key = (self.sha256, tuple(providers), options.intra_op_num_threads, self.settings.device)
        if _kept is not None and key in _kept:
            return _kept[key]
        session = self._ort.InferenceSession(
            self._data,
            options,
            providers=[(p, self._options(p)) for p in providers],
            enable_fallback=0,  # its own fallback prints and says nothing of the cause
        )
        if _kept is not None:
            _kept[key] = session
        return session

    def _fall_back(self, provider: str, what: str, exc: Exception) -> None:
        self.reason = f"{provider} {what} ({exc})"
        log.warning("%s goes on with the CPU: %s", self.name, self.reason)
        self._open([CPU])

    def __call__(self, **arrays: ArrayLike) -> dict[str, NDArray]:
        """Run once.

        Parameters
        ----------
        **arrays
            One for each input, cast to the network's own type.

        Returns
        -------
        {output name: array}

        Raises
        ------
        ModelError
            An input is missing, unknown or has the wrong shape.
        """
        if arrays.keys() != self.inputs.keys():
            raise ModelError(
                f"{self.name} takes {', '.join(sorted(self.inputs))}; it was given "
                f"{', '.join(sorted(arrays)) or 'nothing'}"
            )
        feed = {k: np.ascontiguousarray(v, self._dtypes[k]) for k, v in arrays.items()}
        for name, shape in self.inputs.items():
            got = feed[name].shape
            wanted = [n if isinstance(n, int) else g for n, g in zip(shape, got, strict=False)]
            if len(got) != len(shape) or wanted != list(got):
                raise ModelError(
                    f"{self.name}: input {name} has shape {got}; it takes {tuple(shape)}"
                )
        try:
            out = self._session.run(None, feed)
        except Exception as exc:  # out of GPU memory, a lost device
            if self.provider == CPU:
                raise
            self._fall_back(self.provider, "failed while running", exc)
            out = self._session.run(None, feed)
        return dict(zip(self.outputs, out, strict=True))


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on Windows, nor on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def providers_report(settings: Settings | None = None) -> dict[str, object]:
    """Return what could run networks here, for the preferences and for bug reports.

    Keys: onnxruntime (version), folder, available (providers in the order tried), cores, note.
    """
    settings = settings or Settings()
    ort, note = load_onnxruntime(settings)
    available = ort.get_available_providers()
    return {
        "onnxruntime": ort.__version__,
        "folder": str(Path(ort.__file__).resolve().parent),
        "available": [p for p in (*GPU_PROVIDERS, CPU) if p in available],
        "cores": usable_cores(),
        "note": note,
    }


def check(params: Mapping[str, object], _arrays: object) -> Steps[tuple[dict, dict]]:
    """Open every network there is and say what runs it; a task of `ml.tasks`.

    Returns
    -------
    meta, arrays
        `report`: what `providers_report` returns; `networks`: a list of name, size_mb, licence,
        good, state (the provider in use and why, or what is wrong). No arrays.
    """
    yield Progress(0.0, "Looking for onnxruntime")
    settings = Settings.from_params(params)
    report = providers_report(settings)
    paths = sorted(settings.models.glob("*.onnx"))
    networks = []
    for k, path in enumerate(paths):
        yield Progress((k + 1) / (len(paths) + 1), f"Opening {path.stem}")
        try:
            session = Session(path.stem, settings)
            state = session.provider + (f" ({session.reason})" if session.reason else "")
            good = True
        except ModelError as exc:
            state, good = str(exc), False
        size = round(path.stat().st_size / 1e6, 4)
        found = {"name": path.stem, "size_mb": size, "licence": card_licence(path)}
        networks.append({**found, "good": good, "state": state})
    return {"report": report, "networks": networks}, {}
