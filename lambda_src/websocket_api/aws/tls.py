"""What the process trusts when it calls AWS over TLS."""

from __future__ import annotations

import os
import ssl
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# In the SDK's order (the AWS SDKs' setting ca_bundle; REQUESTS_CA_BUNDLE is botocore's own).
_BUNDLE_VARIABLES = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE")


@cache
def context() -> ssl.SSLContext:
    """Return the process's TLS context, which verifies certificates and host names.

    Reading the authorities' certificates takes 20 ms, so that it is done once.

    Raises:
        OSError: the file that AWS_CA_BUNDLE names cannot be read.
    """
    return new_context(os.environ)


def new_context(environ: Mapping[str, str]) -> ssl.SSLContext:
    """Return a context that trusts what AWS_CA_BUNDLE names, else what the system trusts."""
    for name in _BUNDLE_VARIABLES:
        if bundle := environ.get(name):
            path = Path(bundle)
            if not path.exists():
                raise FileNotFoundError(
                    f"{name} names {bundle}, which does not exist; set it to a file or directory "
                    f"of certificates in PEM, or remove it."
                )
            return _trusting(path)
    if not any(ssl.get_default_verify_paths()[:2]) and (sdk_bundle := _sdk_bundle()):
        return _trusting(sdk_bundle)
    return ssl.create_default_context()


def _trusting(path: Path) -> ssl.SSLContext:
    if path.is_dir():
        return ssl.create_default_context(capath=str(path))
    return ssl.create_default_context(cafile=str(path))


def _sdk_bundle() -> Path | None:
    """Return the bundle that the SDK brings along, for a Python without one, as on macOS."""
    sdk = find_spec("botocore")
    return None if sdk is None or sdk.origin is None else Path(sdk.origin).parent / "cacert.pem"
