"""The authorizer of $connect: lets in whoever shows a valid JSON Web Token."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from jwt_authorizer import answer, environment, logs
from jwt_authorizer.invalid_token import InvalidToken
from jwt_authorizer.key_set import KeySet
from jwt_authorizer.published_keys import PublishedKeys
from jwt_authorizer.request import Request
from jwt_authorizer.token_source import find_token
from jwt_authorizer.verifier import KeySource, Verifier

if TYPE_CHECKING:
    from collections.abc import Mapping

LOG = logging.getLogger(__name__)
logs.configure()


class Unauthorized(Exception):
    """The client shows no token: API Gateway answers 401 if the message is this very word."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


def _key_source(settings: environment.Settings) -> KeySource:
    if isinstance(settings.keys, KeySet):
        if settings.keys.ignored:
            LOG.warning("keys ignored", extra={"ignoredKeys": settings.keys.ignored})
        return settings.keys
    return PublishedKeys(
        settings.keys.download,
        algorithms=settings.algorithms,
        cache_seconds=settings.jwks_cache_seconds,
        clock=time.time,
    )


SETTINGS = environment.settings()
VERIFIER = Verifier(
    keys=_key_source(SETTINGS),
    algorithms=SETTINGS.algorithms,
    requirements=SETTINGS.requirements,
)


def handler(event: Mapping[str, Any], context: object) -> answer.AuthorizerResult:
    """Return whether the client may connect, and to handlers who it is.

    Raises:
        Unauthorized: the client shows no token.
        KeysUnavailable: no token can be verified for want of keys.
        InvalidEvent: it is not API Gateway that asks.
    """
    request = Request.from_event(event)
    names = {
        "requestId": getattr(context, "aws_request_id", ""),
        "apiRequestId": request.request_id,
        "connectionId": request.connection_id,
    }
    try:
        found = find_token(SETTINGS.token_sources, request)
        if found is None:
            LOG.info("connection refused", extra={**names, "reason": "there is no token"})
            raise Unauthorized
        claims = VERIFIER.verify(found.token)
        allowance = answer.allow(request.method_arn, claims, subprotocol=found.subprotocol)
    except InvalidToken as error:
        LOG.info("connection refused", extra={**names, "reason": error.reason})
        return answer.deny(request.method_arn)
    LOG.info("connection authorized", extra={**names, "omittedClaims": allowance.omitted_claims})
    return allowance.result
