"""Whose a call claims to be, and for which service and Region it is signed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

_CREDENTIAL = re.compile(
    r"(?P<access_key_id>[^/,\s]+)/[0-9]{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request"
)

_VERSION_2_REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Signature:
    """What a call's signature says of itself ("Signature Version 4", elements of a request)."""

    access_key_id: str
    region: str
    service: str
    session_token: str | None = field(default=None, repr=False)


def read_signature(environ: Mapping[str, Any]) -> Signature | None:
    """Return the signature in a call's header or, if it is presigned, its query; None without one.

    It is taken for its word: what is at stake is the AWS of this machine, whose port answers
    programs of this machine only.
    """
    header = environ.get("HTTP_AUTHORIZATION", "")
    query = parse_qs(environ.get("QUERY_STRING", ""))
    token = environ.get("HTTP_X_AMZ_SECURITY_TOKEN") or _first(query, "X-Amz-Security-Token")
    _, _, credential = header.partition("Credential=")
    matched = _CREDENTIAL.match(credential or _first(query, "X-Amz-Credential") or "")
    if matched is not None:
        return Signature(
            matched["access_key_id"], matched["region"], matched["service"].lower(), token
        )
    # Version 2 names neither Region nor service; S3 alone still takes it.
    of_version_2 = header[len("AWS ") :].partition(":")[0] if header.startswith("AWS ") else ""
    access_key_id = _first(query, "AWSAccessKeyId") or of_version_2
    if not access_key_id:
        return None
    return Signature(
        access_key_id, _VERSION_2_REGION, "s3", token or _first(query, "x-amz-security-token")
    )


def _first(query: Mapping[str, list[str]], name: str) -> str | None:
    return query.get(name, [None])[0]
