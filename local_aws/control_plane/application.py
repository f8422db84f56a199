"""The WSGI application: who may call, and what is published before a call is answered."""

import json
import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from local_aws.control_plane import private_calls
from local_aws.control_plane.authorization.guard import refusal_of_call
from local_aws.control_plane.authorization.refusal import Answer
from local_aws.control_plane.authorization.signature import read_signature
from local_aws.control_plane.private_calls import PrivateCalls

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

logger = logging.getLogger(__name__)

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_PUBLISHED_SERVICES = frozenset({"apigateway", "lambda"})
_INVOCATION_PATHS = ("/invocations", "/invoke-async")


class ControlPlaneApplication:
    """moto behind IAM; after a change of what is published, the publication comes first.

    Calls that may change it run one after the other, so a state never shows half of a change.
    """

    def __init__(
        self,
        moto: "WSGIApplication",
        publish_changes: Callable[[], None],
        calls_of_the_local_aws: PrivateCalls,
    ) -> None:
        self._moto = moto
        self._publish_changes = publish_changes
        self._private_calls = calls_of_the_local_aws
        self._lock = threading.Lock()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one call."""
        if (refusal := refusal_of(environ)) is not None:
            return _message("403 Forbidden", refusal, start_response)
        if environ.get("PATH_INFO", "").startswith(private_calls.PATH):
            return _send(self._private_calls.answer(environ), start_response)
        # moto would take the account from here, but it is the key that says whose a call is.
        environ.pop("HTTP_X_MOTO_ACCOUNT_ID", None)
        if not may_change_state(environ):
            return self._answer(environ, start_response)
        with self._lock:
            answered = self._answer(environ, start_response)
            self._publish()
        return answered

    def _publish(self) -> None:
        """Publish; a failure is logged, as the call has been made and may not be made again."""
        try:
            self._publish_changes()
        except Exception:
            logger.exception("What changed could not be published")

    def _answer(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Let moto answer what IAM allows; what it cannot is 501, which no AWS SDK tries again."""
        try:
            if (denial := refusal_of_call(environ)) is not None:
                return _send(denial, start_response)
            return self._moto(environ, start_response)
        except NotImplementedError as error:
            return _message("501 Not Implemented", f"{error} (moto)", start_response)
        except Exception:
            logger.exception("%s %s failed", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            message = "The local AWS failed at this call; its terminal shows where."
            return _message("501 Not Implemented", message, start_response)


def refusal_of(environ: Mapping[str, Any]) -> str | None:
    """Say why a call is refused, or None for a call of a program on this machine.

    A web page that is open in a browser can reach 127.0.0.1 too; it gives itself away by what
    browsers add to its requests, or by the name under which it reached us.
    """
    if "HTTP_ORIGIN" in environ or environ.get("HTTP_SEC_FETCH_SITE", "none") != "none":
        return "Web pages may not call the local AWS; use an AWS SDK, the AWS CLI or Terraform."
    host = environ.get("HTTP_HOST", "")
    if not _is_loopback(host):
        return f"Host {host} is not this machine; call the local AWS at 127.0.0.1 or localhost."
    if environ.get("PATH_INFO", "").startswith("/moto-api"):
        return "moto's own API is off, because it changes AWS behind the back of what runs on it."
    if _service_of(environ) == "execute-api":
        # moto would answer 200 for every connection, the gone ones too.
        return (
            "Connections are at their API's own address; give the client the API's management "
            "endpoint, such as http://127.0.0.1:4567/prod, as its endpoint_url."
        )
    return None


def may_change_state(environ: Mapping[str, Any]) -> bool:
    """Say whether a call may change what is published: a writing call of either service."""
    if environ["REQUEST_METHOD"] in _SAFE_METHODS:
        return False
    if _service_of(environ) not in _PUBLISHED_SERVICES:
        return False
    return not environ.get("PATH_INFO", "").rstrip("/").endswith(_INVOCATION_PATHS)


def _service_of(environ: Mapping[str, Any]) -> str | None:
    signature = read_signature(environ)
    return None if signature is None else signature.service


def _is_loopback(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or name.endswith(".localhost") or ip_address(name).is_loopback
    except ValueError:
        return False


def _send(answer: Answer, start_response: "StartResponse") -> Iterable[bytes]:
    status = HTTPStatus(answer.status)
    start_response(f"{status.value} {status.phrase}", list(answer.headers))
    return [answer.body]


def _message(status: str, message: str, start_response: "StartResponse") -> Iterable[bytes]:
    body = json.dumps({"message": message}).encode()
    start_response(
        status,
        [("Content-Type", "application/json"), ("Content-Length", str(len(body)))],
    )
    return [body]
