"""A certificate authority of one start, so that `https` and `wss` work on loopback as on AWS."""

import functools
import ssl
from pathlib import Path
from typing import Final

import certifi
import trustme

_ADDRESSES: Final = ("127.0.0.1", "::1", "localhost")
_REMEMBERED_NAMES: Final = 256


class CertificateAuthority:
    """Issues a certificate for whatever name a client asks for.

    Its key is in memory alone and ends with the process, so trusting it gives nothing away.
    """

    def __init__(self) -> None:
        self._authority = trustme.CA(organization_name="local_aws")
        self._context_for = functools.lru_cache(_REMEMBERED_NAMES)(self._issue)

    def write_certificate(self, path: Path) -> None:
        """Write the authority's own certificate, for a client that is to trust it."""
        self._authority.cert_pem.write_to_path(path)

    def write_bundle(self, path: Path) -> None:
        """Write it together with the public authorities, for a client that speaks to both."""
        self.write_certificate(path)
        with path.open("ab") as bundle:
            bundle.write(Path(certifi.where()).read_bytes())

    def server_context(self) -> ssl.SSLContext:
        """Make what answers TLS handshakes: by the name that is asked for, or as 127.0.0.1."""
        context = self._issue(*_ADDRESSES)

        def choose(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> int | None:
            if name is None or name in _ADDRESSES:
                return None
            try:
                connection.context = self._context_for(name)
            except ValueError:
                return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
            return None

        context.sni_callback = choose
        return context

    def _issue(self, *names: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._authority.issue_cert(*names).configure_cert(context)
        return context
