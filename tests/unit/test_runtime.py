"""Sessions: what is checked before a network runs, and how a missing GPU is reported."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from understudy.ml import runtime
from understudy.ml.errors import ModelError

import package

onnxruntime = pytest.importorskip("onnxruntime")


def varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def message(*fields: tuple[int, object]) -> bytes:
    """Encode protobuf fields (number, int | str | bytes): enough for a network of one node."""
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
            continue
        data = value.encode() if isinstance(value, str) else value
        out += varint(number << 3 | 2) + varint(len(data)) + data
    return out


def tensor(name: str) -> bytes:
    """A float tensor (batch, 3)."""
    shape = message((1, message((2, "batch"))), (1, message((1, 3))))
    return message((1, name), (2, message((1, message((1, 1), (2, shape))))))


def relu() -> bytes:
    node = message((1, "x"), (2, "y"), (4, "Relu"))
    graph = message((1, node), (2, "tiny"), (11, tensor("x")), (12, tensor("y")))
    return message((1, 8), (7, graph), (8, message((2, 17))))


@pytest.fixture
def settings(tmp_path: Path) -> runtime.Settings:
    """Settings with a folder that holds the network `tiny` and its card."""
    write(tmp_path, relu())
    return runtime.Settings(models=tmp_path)


def write(folder: Path, data: bytes, stated: bytes | None = None) -> None:
    (folder / "tiny.onnx").write_bytes(data)
    digest = hashlib.sha256(data if stated is None else stated).hexdigest()
    (folder / "tiny.md").write_text(f"# tiny\nsha256: {digest}\n")


def test_runs_any_batch_and_casts(settings):
    session = runtime.Session("tiny", settings)
    for count in (1, 4):
        out = session(x=np.arange(3 * count).reshape(count, 3) - 2)
        assert out["y"].dtype == np.float32
        assert out["y"].min() == 0 and out["y"].shape == (count, 3)
    assert session.sha256 == hashlib.sha256(relu()).hexdigest()
    assert session.inputs == {"x": ["batch", 3]} and session.outputs == ["y"]


@pytest.mark.parametrize(
    ("arrays", "text"),
    [
        ({}, "takes x; it was given nothing"),
        ({"x": np.zeros((1, 3)), "z": np.zeros(1)}, "given x, z"),
        ({"x": np.zeros((1, 4))}, r"input x has shape \(1, 4\)"),
        ({"x": np.zeros(3)}, r"input x has shape \(3,\)"),
    ],
)
def test_wrong_arrays(settings, arrays, text):
    with pytest.raises(ModelError, match=text):
        runtime.Session("tiny", settings)(**arrays)


def test_missing_file_or_card(settings):
    with pytest.raises(ModelError, match="other.onnx is missing .* Reinstall"):
        runtime.Session("other", settings)
    (settings.models / "tiny.md").unlink()
    with pytest.raises(ModelError, match="tiny.md is missing"):
        runtime.Session("tiny", settings)


def test_altered_file(settings):
    write(settings.models, relu() + b"\0", stated=relu())
    with pytest.raises(ModelError, match="damaged or was altered"):
        runtime.Session("tiny", settings)


def test_card_without_hash(settings):
    (settings.models / "tiny.md").write_text("# tiny\n")
    with pytest.raises(ModelError, match="states no sha256"):
        runtime.Session("tiny", settings)


def test_a_file_that_is_no_network(settings):
    write(settings.models, b"not a network")
    with pytest.raises(ModelError, match="cannot be opened"):
        runtime.Session("tiny", settings)


def test_the_chosen_cpu_is_reported(settings):
    session = runtime.Session("tiny", runtime.Settings(device="cpu", models=settings.models))
    assert (session.provider, session.reason) == (runtime.CPU, "the CPU was chosen")
    report = runtime.providers_report()
    assert report["available"][-1] == runtime.CPU
    assert report["onnxruntime"] == onnxruntime.__version__


def test_settings_come_from_params_then_environment(monkeypatch):
    monkeypatch.setenv("UNDERSTUDY_DEVICE", "CUDA")
    monkeypatch.setenv("UNDERSTUDY_ACCELERATOR", "/gpu")
    assert runtime.Settings.from_params({}).device == "cuda"
    chosen = runtime.Settings.from_params({"device": "cpu", "accelerator": None})
    assert (chosen.device, chosen.accelerator) == ("cpu", "/gpu")
    with pytest.raises(ModelError, match="'tpu' is unknown"):
        runtime.Settings(device="tpu")


class GpuSession:
    """Stands in for a session on a GPU that fails at `fails_at`."""

    fails_at = "never"

    def __init__(self, data, options, providers, **_kwargs) -> None:
        self._names = [name for name, _ in providers]
        self._real = onnxruntime.InferenceSession(data, options, providers=[runtime.CPU])
        if runtime.CUDA not in self._names:
            return
        if self.fails_at == "load":
            raise RuntimeError("no CUDA device")
        if self.fails_at == "silently":
            self._names.remove(runtime.CUDA)

    def get_providers(self) -> list[str]:
        return self._names

    def get_inputs(self):
        return self._real.get_inputs()

    def get_outputs(self):
        return self._real.get_outputs()

    def get_modelmeta(self):
        return self._real.get_modelmeta()

    def run(self, names, feed):
        if self.fails_at == "run" and self._names[0] == runtime.CUDA:
            raise RuntimeError("out of memory")
        return self._real.run(names, feed)


@pytest.fixture
def gpu(monkeypatch):
    """Pretend that onnxruntime has CUDA; return a function that says where it fails."""

    def preload() -> None:
        if GpuSession.fails_at == "silently":
            print("Failed to load libcudnn.so")

    def load(fails_at: str) -> None:
        monkeypatch.setattr(GpuSession, "fails_at", fails_at)
        fake = SimpleNamespace(
            SessionOptions=onnxruntime.SessionOptions,
            InferenceSession=GpuSession,
            get_available_providers=lambda: [runtime.CUDA, runtime.CPU],
            preload_dlls=preload,
        )
        monkeypatch.setattr(runtime, "load_onnxruntime", lambda _settings: (fake, ""))

    return load


def test_gpu_in_use(settings, gpu):
    gpu("never")
    session = runtime.Session("tiny", settings)
    assert (session.provider, session.reason) == (runtime.CUDA, "")


@pytest.mark.parametrize(
    ("fails_at", "reason"),
    [
        ("load", "did not start (no CUDA device)"),
        ("silently", "Failed to load libcudnn.so"),
        ("run", "failed while running (out of memory)"),
    ],
)
def test_falls_back_and_says_why(settings, gpu, capsys, fails_at, reason):
    gpu(fails_at)
    session = runtime.Session("tiny", settings)
    assert session(x=np.ones((1, 3)))["y"].tolist() == [[1, 1, 1]]
    assert session.provider == runtime.CPU
    assert reason in session.reason
    assert capsys.readouterr().out == ""  # a worker's standard output is its pipe


def test_nothing_is_told_to_anybody(settings, tmp_path, monkeypatch):
    """The wheel would keep a record of what is used in the home folder, and send it."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.delenv("ORT_DISABLE_TELEMETRY", raising=False)
    for name in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(home))
    script = (
        "from pathlib import Path\nfrom understudy.ml import runtime\n"
        f"runtime.Session('tiny', runtime.Settings(models=Path({str(settings.models)!r})))\n"
        f"print([p.name for p in Path({str(home)!r}).rglob('*') if 'onnxruntime' in str(p)])"
    )
    assert run(script) == "[]"


def run(script: str) -> str:
    """Run a script in a process of its own and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", "import package; package.load()\n" + script],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=Path(package.__file__).parent,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_onnxruntime_is_loaded_only_when_used():
    script = "import sys\nfrom understudy.ml import runtime\nprint('onnxruntime' in sys.modules)"
    assert run(script) == "False"


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "holds no onnxruntime"), ("raise ImportError('for another Python')", "does not load")],
)
def test_bad_accelerator_folder(tmp_path, content, said):
    if content is not None:
        (tmp_path / "onnxruntime").mkdir()
        (tmp_path / "onnxruntime" / "__init__.py").write_text(content)
    script = (
        "from understudy.ml import runtime\n"
        f"report = runtime.providers_report(runtime.Settings(accelerator={str(tmp_path)!r}))\n"
        "print(report['note'], report['available'])"
    )
    out = run(script)
    assert said in out and runtime.CPU in out


def test_accelerator_folder_is_used(tmp_path):
    (tmp_path / "onnxruntime").mkdir()
    (tmp_path / "onnxruntime" / "__init__.py").write_text(
        "__version__ = '9'\ndef get_available_providers(): return ['CUDAExecutionProvider']\n"
    )
    script = (
        "from understudy.ml import runtime\n"
        f"report = runtime.providers_report(runtime.Settings(accelerator={str(tmp_path)!r}))\n"
        "print(report['onnxruntime'], report['note'], report['available'])"
    )
    assert run(script) == "9  ['CUDAExecutionProvider']"


def test_one_of_several_gpus_is_chosen(settings, gpu, monkeypatch):
    gpu("never")
    seen = []
    real = GpuSession.__init__

    def note(self, data, options, providers, **more):
        seen.append(dict(providers)[runtime.CUDA])
        real(self, data, options, providers, **more)

    monkeypatch.setattr(GpuSession, "__init__", note)
    for device in ("cuda", "cuda:1"):
        runtime.Session("tiny", runtime.Settings(device=device, models=settings.models))
    assert "device_id" not in seen[0] and seen[1]["device_id"] == "1"
    for wrong in ("cuda:", "cuda:x", "cpu:1"):
        with pytest.raises(ModelError, match="is unknown"):
            runtime.Settings(device=wrong)


def test_a_process_that_serves_many_jobs_opens_a_network_once(settings, monkeypatch):
    monkeypatch.setattr(runtime, "_kept", None)
    one, other = (runtime.Session("tiny", settings) for _ in range(2))
    assert one._session is not other._session
    runtime.keep_open()
    one, other = (runtime.Session("tiny", settings) for _ in range(2))
    assert one._session is other._session
    assert other(x=np.ones((1, 3)))["y"].tolist() == [[1, 1, 1]]
