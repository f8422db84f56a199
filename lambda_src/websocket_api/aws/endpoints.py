"""Where AWS's services are: by region and partition, or where the environment says.

The names are those of botocore's endpoint rules, the variables those of the AWS SDKs and Tools
Reference Guide (Service-specific endpoints; Dual-stack and FIPS endpoints). Configuration files are
read by the SDK alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_PORTS = {"http": 80, "https": 443}
_LARGEST_PORT = 65_535
_URL = (
    r"(?P<scheme>https?)://(?P<hostname>[\w.-]+|\[[^\s\[\]/?#@]+\])(:(?P<port>\d{1,5}))?"
    r"(?P<path>/[\w.~%!$&'()*+,;=:/-]*)?"
)
_US_GOV = "us-gov-"

# By how their regions begin: the DNS suffix, and the one of endpoints with IPv6.
_PARTITIONS = {
    "cn-": ("amazonaws.com.cn", "api.amazonwebservices.com.cn"),
    "eusc-": ("amazonaws.eu", "api.amazonwebservices.eu"),
    "us-iso-": ("c2s.ic.gov", "api.aws.ic.gov"),
    "us-isob-": ("sc2s.sgov.gov", "api.aws.scloud"),
    "eu-isoe-": ("cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
    "us-isof-": ("csp.hci.ic.gov", "api.aws.hci.ic.gov"),
}
_STANDARD_PARTITION = ("amazonaws.com", "api.aws")


class InvalidEndpoint(Exception):
    """The URL of an endpoint cannot be used, or contradicts another setting."""


class Endpoint(NamedTuple):
    """What an endpoint's URL says."""

    scheme: str
    """``http`` or ``https``."""
    hostname: str
    """To connect to and to verify; an IPv6 address has no brackets."""
    port: int
    path: str
    """With no slash at its end."""

    @classmethod
    def parse(cls, url: str) -> Endpoint:
        """Return the parts of a URL.

        Raises:
            InvalidEndpoint: it is not of the form http(s)://host[:port][/path].
        """
        parts = re.fullmatch(_URL, url, re.ASCII | re.IGNORECASE)
        port = int(parts["port"] or _PORTS[parts["scheme"].lower()]) if parts else 0
        if parts is None or port > _LARGEST_PORT:
            # What may stand before an @ is a password.
            raise InvalidEndpoint(
                f"{url.rpartition('@')[2]!r} is no endpoint; give a URL such as "
                f"https://dynamodb.eu-west-1.amazonaws.com or http://127.0.0.1:4566."
            )
        hostname = parts["hostname"].lower().strip("[]")
        return cls(parts["scheme"].lower(), hostname, port, (parts["path"] or "").rstrip("/"))

    @property
    def host(self) -> str:
        """What the Host header says: without the port if it is the scheme's own."""
        hostname = f"[{self.hostname}]" if ":" in self.hostname else self.hostname
        return hostname if self.port == _PORTS[self.scheme] else f"{hostname}:{self.port}"


def endpoint_url(service: str, region: str, environ: Mapping[str, str]) -> str:
    """Return the URL of a service in a region.

    Args:
        service: ``dynamodb`` or ``sqs``.
        region: such as eu-west-1.
        environ: the environment variables.

    Raises:
        InvalidEndpoint: the environment names an endpoint and asks for a FIPS or dual-stack one.
    """
    with_fips = _is_true(environ, "AWS_USE_FIPS_ENDPOINT")
    with_ipv6 = _is_true(environ, "AWS_USE_DUALSTACK_ENDPOINT")
    if not _is_true(environ, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"):
        for name in (f"AWS_ENDPOINT_URL_{service.upper()}", "AWS_ENDPOINT_URL"):
            if url := environ.get(name):
                if with_fips or with_ipv6:
                    raise InvalidEndpoint(
                        f"{name} names an endpoint, so that AWS_USE_FIPS_ENDPOINT and "
                        f"AWS_USE_DUALSTACK_ENDPOINT cannot choose one; remove it or them."
                    )
                return url
    standard, ipv6 = next(
        (names for start, names in _PARTITIONS.items() if region.startswith(start)),
        _STANDARD_PARTITION,
    )
    # In AWS GovCloud the usual endpoints of these services are FIPS ones.
    if with_fips and (with_ipv6 or not region.startswith(_US_GOV)):
        service = f"{service}-fips"
    return f"https://{service}.{region}.{ipv6 if with_ipv6 else standard}"


def _is_true(environ: Mapping[str, str], name: str) -> bool:
    return environ.get(name, "").lower() == "true"
