from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import certifi
import pytest
import trustme

from websocket_api.aws import tls

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    path = tmp_path / "bundle.pem"
    trustme.CA().cert_pem.write_to_path(str(path))
    return path


def test_certificates_and_names_are_verified() -> None:
    for context in (tls.context(), tls.new_context({})):
        assert context.verify_mode == ssl.CERT_REQUIRED
        assert context.check_hostname
        assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_context_is_made_once() -> None:
    assert tls.context() is tls.context()


@pytest.mark.parametrize("name", ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"])
def test_bundle_of_the_environment_is_all_that_is_trusted(bundle: Path, name: str) -> None:
    context = tls.new_context({name: str(bundle)})
    assert context.cert_store_stats()["x509_ca"] == 1
    assert context.verify_mode == ssl.CERT_REQUIRED


def test_bundle_of_aws_comes_first(bundle: Path) -> None:
    environ = {"REQUESTS_CA_BUNDLE": certifi.where(), "AWS_CA_BUNDLE": str(bundle)}
    assert tls.new_context(environ).cert_store_stats()["x509_ca"] == 1


def test_bundle_may_be_a_directory(bundle: Path) -> None:
    context = tls.new_context({"AWS_CA_BUNDLE": str(bundle.parent)})
    assert context.cert_store_stats()["x509_ca"] == 0, "looked up when they are needed"


def test_missing_bundle_is_named(tmp_path: Path) -> None:
    path = tmp_path / "none.pem"
    with pytest.raises(FileNotFoundError, match=r"AWS_CA_BUNDLE names .*none\.pem"):
        tls.new_context({"AWS_CA_BUNDLE": str(path)})


def test_python_without_authorities_trusts_those_of_the_sdk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nowhere = ssl.DefaultVerifyPaths(None, None, "SSL_CERT_FILE", "", "SSL_CERT_DIR", "")  # type: ignore[arg-type] # what such a Python says
    monkeypatch.setattr("ssl.get_default_verify_paths", lambda: nowhere)
    assert tls.new_context({}).cert_store_stats()["x509_ca"] > 50
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert tls.new_context({}).verify_mode == ssl.CERT_REQUIRED
