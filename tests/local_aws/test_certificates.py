import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_aws.certificates import CertificateAuthority


@pytest.fixture(scope="module")
def authority() -> CertificateAuthority:
    return CertificateAuthority()


@pytest.fixture
def address(authority: CertificateAuthority) -> Iterator[tuple[str, int]]:
    """Answer one handshake."""
    context = authority.server_context()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            client, _ = listener.accept()
            try:
                with context.wrap_socket(client, server_side=True) as connection:
                    connection.recv(1)
            except (ssl.SSLError, ConnectionError):
                client.close()

        thread = threading.Thread(target=answer)
        thread.start()
        yield listener.getsockname()
        thread.join()


def shake_hands(address: tuple[str, int], trusted: ssl.SSLContext, name: str) -> ssl.SSLSocket:
    return trusted.wrap_socket(socket.create_connection(address, timeout=10), server_hostname=name)


@pytest.mark.parametrize(
    "name",
    [
        "127.0.0.1",
        "localhost",
        "a1b2c3.execute-api.eu-west-1.amazonaws.com",
        "chat.example.com",
        "a1b2c3.localhost",
    ],
)
def test_every_name_has_a_certificate_of_its_own(
    authority: CertificateAuthority, address: tuple[str, int], name: str, tmp_path: Path
) -> None:
    authority.write_certificate(tmp_path / "ca.pem")
    trusted = ssl.create_default_context(cafile=tmp_path / "ca.pem")
    with shake_hands(address, trusted, name) as connection:
        assert connection.version() in {"TLSv1.2", "TLSv1.3"}


def test_what_is_no_name_is_refused(
    authority: CertificateAuthority, address: tuple[str, int], tmp_path: Path
) -> None:
    authority.write_certificate(tmp_path / "ca.pem")
    trusted = ssl.create_default_context(cafile=tmp_path / "ca.pem")
    with pytest.raises(ssl.SSLError):
        shake_hands(address, trusted, "under_score.example.com")


def test_nobody_else_trusts_it(address: tuple[str, int]) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(address, ssl.create_default_context(), "localhost")


def test_bundle_trusts_the_public_authorities_too(
    authority: CertificateAuthority, tmp_path: Path
) -> None:
    authority.write_bundle(tmp_path / "bundle.pem")
    trusted = ssl.create_default_context(cafile=tmp_path / "bundle.pem").get_ca_certs()
    assert "'local_aws'" in str(trusted)
    assert "'Amazon'" in str(trusted)
