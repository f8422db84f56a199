"""What the process trusts when it calls AWS over TLS."""

from __future__ import annotations

import os
import ssl
from functools import cache
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
            if not os.path.exists(bundle):  # noqa: PTH110 - pathlib takes 4 ms to import
                raise FileNotFoundError(
                    f"{name} names {bundle}, which does not exist; set it to a file or directory "
                    f"of certificates in PEM, or remove it."
                )
            return _trusting(bundle)
    if not any(ssl.get_default_verify_paths()[:2]) and (sdk_bundle := _sdk_bundle()):
        return _trusting(sdk_bundle)
    return ssl.create_default_context()


def _trusting(bundle: str) -> ssl.SSLContext:
    if os.path.isdir(bundle):  # noqa: PTH112 - as above
        return ssl.create_default_context(capath=bundle)
    return ssl.create_default_context(cafile=bundle)


def _sdk_bundle() -> str | None:
    """Return the bundle that the SDK brings along, for a Python without one, as on macOS."""
    from importlib.util import find_spec  # noqa: PLC0415 - Lambda's Python has one

    sdk = find_spec("botocore")
    return sdk.origin.replace("__init__.py", "cacert.pem") if sdk and sdk.origin else None
