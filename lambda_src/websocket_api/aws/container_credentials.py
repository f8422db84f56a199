"""Credentials from an endpoint beside the process, such as Lambda's for SnapStart.

The rules are those of the Container credential provider (AWS SDKs and Tools Reference Guide).
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

from websocket_api.aws.credentials import CONTAINER_VARIABLE, Credentials, epoch_seconds
from websocket_api.aws.endpoints import Endpoint, InvalidEndpoint
from websocket_api.aws.errors import CredentialsUnavailable, NoAnswer
from websocket_api.aws.http_client import HttpClient

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ATTEMPTS = 3
PAUSE_SECONDS = 1.0

_TOKEN_VARIABLE = "AWS_CONTAINER_AUTHORIZATION_TOKEN"  # noqa: S105 - a variable's name
_TOKEN_FILE_VARIABLE = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"  # noqa: S105 - as above
_SECONDS = 2.0
_HOSTS = frozenset({"localhost", "::1", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"})


def fetch(
    environ: Mapping[str, str], *, sleep: Callable[[float], None] = time.sleep
) -> Credentials:
    """Return the credentials that the endpoint gives out.

    Args:
        environ: the environment variables, which name the endpoint.
        sleep: waits for some seconds between two attempts.

    Raises:
        CredentialsUnavailable: it gives out none, or may not be asked.
    """
    url, _, query = environ[CONTAINER_VARIABLE].partition("?")
    try:
        endpoint = Endpoint.parse(url)
    except InvalidEndpoint as error:
        raise CredentialsUnavailable(f"{CONTAINER_VARIABLE}: {error}") from error
    if endpoint.scheme != "https" and not _is_beside(endpoint.hostname):
        raise CredentialsUnavailable(
            f"{CONTAINER_VARIABLE} names {endpoint.hostname}, which is another machine; the "
            f"endpoint has to be on this one, or reached by https."
        )
    headers = {"Host": endpoint.host, "Accept": "application/json", **_authorization(environ)}
    target = f"{endpoint.path or '/'}?{query}" if query else endpoint.path or "/"
    http = HttpClient(endpoint, connect_seconds=_SECONDS, read_seconds=_SECONDS)
    problem = ""
    for attempt in range(ATTEMPTS):
        if attempt:
            sleep(PAUSE_SECONDS)
        try:
            answer = http.send("GET", target, headers)
        except NoAnswer as error:
            problem = str(error)
        else:
            if answer.status == 200:  # noqa: PLR2004 - OK
                http.close()
                return _credentials(answer.body)
            problem = f"It answered with HTTP {answer.status}."
    http.close()
    raise CredentialsUnavailable(f"{CONTAINER_VARIABLE}: there are no credentials. {problem}")


def _credentials(body: bytes) -> Credentials:
    try:
        given = json.loads(body)
        return Credentials(
            given["AccessKeyId"],
            given["SecretAccessKey"],
            given["Token"],
            epoch_seconds(given["Expiration"]),
        )
    except (ValueError, KeyError, TypeError):
        # Neither the answer nor the error may be told: there are secrets in them.
        raise CredentialsUnavailable(
            f"{CONTAINER_VARIABLE}: what the endpoint answered are no credentials."
        ) from None


def _authorization(environ: Mapping[str, str]) -> dict[str, str]:
    token = environ.get(_TOKEN_VARIABLE)
    if path := environ.get(_TOKEN_FILE_VARIABLE):
        try:
            token = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeError) as error:
            raise CredentialsUnavailable(f"{_TOKEN_FILE_VARIABLE}: {error}") from error
    if token is None:
        return {}
    if "\r" in token or "\n" in token:
        raise CredentialsUnavailable(
            f"{_TOKEN_VARIABLE} or the file that {_TOKEN_FILE_VARIABLE} names has a line break in "
            f"it, which no header can hold."
        )
    return {"Authorization": token}


def _is_beside(hostname: str) -> bool:
    octets = hostname.split(".")
    is_loopback = len(octets) == 4 and octets[0] == "127" and all(map(str.isdigit, octets))  # noqa: PLR2004 - IPv4
    return is_loopback or hostname in _HOSTS
