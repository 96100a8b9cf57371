"""Films signed with C2PA and a certificate made here, checked by C2PA's own reader."""

from __future__ import annotations

import datetime
import json
import subprocess
from pathlib import Path

import pytest

c2pa = pytest.importorskip("c2pa", reason="the environment farm has it")
from cryptography import x509  # noqa: E402 - found where c2pa is
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID  # noqa: E402

import sign_film  # noqa: E402

SCRIPTS = Path(sign_film.__file__).parent


def certificate(name: str, key: object, issuer: tuple | None) -> x509.Certificate:
    """Return a certificate of an authority, or one that an authority gave."""
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    giver, signing = (issuer[0].subject, issuer[1]) if issuer else (named, key)
    now = datetime.datetime.now(datetime.UTC)
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
         "encipher_only", "decipher_only"), False,
    )  # fmt: skip
    authority = issuer is None
    builder = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(giver)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not authority,
                key_cert_sign=authority,
                crl_sign=authority,
                **usage,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False
        )
    )
    if not authority:
        use = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(use, critical=False)
    return builder.sign(signing, hashes.SHA256())


@pytest.fixture(scope="module")
def identity() -> tuple[bytes, bytes]:
    """Return (certificates, key), PEM, of a studio that made its own authority."""
    root_key, own_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = certificate("Studio root", root_key, None)
    own = certificate("Studio", own_key, (root, root_key))
    pem = serialization.Encoding.PEM
    key = own_key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return own.public_bytes(pem) + root.public_bytes(pem), key


@pytest.fixture(scope="module")
def filmed(shots, bpy_python, tmp_path_factory) -> Path:
    """Return the folder of a shot's film and report, made by the commands."""
    folder = tmp_path_factory.mktemp("film")
    script, blend = SCRIPTS / "understudy.py", shots.parent / "sh010.blend"
    for words in (
        ["inbetween", blend, "--save", folder / "a.blend"],
        ["playblast", folder / "a.blend", "--film", folder / "a.mp4", "--size", 160, 90,
         "--pace", 5],
        ["ledger", "report", folder / "a.blend", "--report", folder / "a.json"],
    ):  # fmt: skip
        command = [bpy_python, script, *words]
        subprocess.run([str(w) for w in command], check=True, capture_output=True, timeout=120)
    return folder


def test_a_signed_film_says_who_made_the_keys(filmed, identity, tmp_path):
    report = json.loads((filmed / "a.json").read_text())
    out = tmp_path / "signed.mp4"
    sign_film.sign(filmed / "a.mp4", report, *identity, out)
    said = sign_film.check(out)
    assert said["authorship"]["keys"] == report["keys"] and report["keys"]["ai"] > 0
    assert said["authorship"]["models"] == report["authorship"]["models"]
    # Our own authority is in nobody's list of trusted ones; all else has to hold.
    assert said["state"] == "Valid" and set(said["problems"]) <= {"signingCredential.untrusted"}
    assert [p.name for p in tmp_path.iterdir()] == ["signed.mp4"]


def test_a_film_that_is_altered_is_found_out(filmed, identity, tmp_path):
    out = tmp_path / "signed.mp4"
    report = json.loads((filmed / "a.json").read_text())
    sign_film.sign(filmed / "a.mp4", report, *identity, out)
    data = bytearray(out.read_bytes())
    at = data.index(b"mdat") + 40
    data[at] ^= 0xFF
    out.write_bytes(data)
    said = sign_film.check(out)
    assert said["state"] == "Invalid" and "assertion.bmffHash.mismatch" in said["problems"]


def test_the_command_signs_and_checks(filmed, identity, tmp_path, capsys):
    for name, content in zip(("chain.pem", "key.pem"), identity, strict=True):
        (tmp_path / name).write_bytes(content)
    words = [filmed / "a.mp4", "--report", filmed / "a.json", "--out", tmp_path / "s.mp4"]
    words += ["--certificates", tmp_path / "chain.pem", "--key", tmp_path / "key.pem"]
    assert sign_film.main([str(w) for w in words]) == 0
    capsys.readouterr()
    assert sign_film.main(["--check", str(tmp_path / "s.mp4")]) == 0
    assert "AI use statement" in json.loads(capsys.readouterr().out)["authorship"]["statement"]
    assert sign_film.main(["--check", str(filmed / "a.mp4")]) == 3


@pytest.mark.parametrize("what", ["report", "key", "kind"])
def test_what_cannot_be_signed_is_said_and_leaves_nothing(filmed, identity, tmp_path, what):
    report = {} if what == "report" else json.loads((filmed / "a.json").read_text())
    key = b"nonsense" if what == "key" else identity[1]
    film = filmed / ("a.blend" if what == "kind" else "a.mp4")
    with pytest.raises(sign_film.SignError):
        sign_film.sign(film, report, identity[0], key, tmp_path / f"s{film.suffix}")
    assert not list(tmp_path.iterdir())
