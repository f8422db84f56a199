"""What the control plane does for the other parts of the local AWS, and for nobody else."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from local_aws.control_plane import time_to_live
from local_aws.control_plane.authorization.key_holder import find_key_holder
from local_aws.control_plane.authorization.refusal import Answer

PATH: Final = "/_local_aws/"


@dataclass(frozen=True, slots=True)
class PrivateCalls:
    """Answers who knows `token`; without one, nobody."""

    token: str = field(repr=False)  # a secret, which no log may show

    def answer(self, environ: Mapping[str, Any]) -> Answer:
        """Answer a call below `/_local_aws/`; 403 without the token.

        - `GET principals/{access key id}`: who holds a key, or 404.
        - `POST time_to_live/{epoch seconds}`: delete what has expired by then, and say how much.
        """
        given = environ.get("HTTP_X_LOCAL_AWS_TOKEN", "")
        if not self.token or not hmac.compare_digest(given.encode(), self.token.encode()):
            return _answer(HTTPStatus.FORBIDDEN, {"message": "Forbidden"})
        noun, _, argument = environ["PATH_INFO"].removeprefix(PATH).partition("/")
        match environ["REQUEST_METHOD"], noun:
            case "GET", "principals":
                return _principal(argument)
            case "POST", "time_to_live":
                return _sweep(argument)
            case _:
                return _answer(HTTPStatus.NOT_FOUND, {"message": "There is no such call."})


def _principal(access_key_id: str) -> Answer:
    holder = find_key_holder(access_key_id)
    if holder is None:
        return _answer(HTTPStatus.NOT_FOUND, {"message": "No such access key."})
    return _answer(HTTPStatus.OK, holder.to_json())


def _sweep(now: str) -> Answer:
    try:
        seconds = float(now)
    except ValueError:
        message = f"{now!r} is no time; give seconds since the epoch."
        return _answer(HTTPStatus.BAD_REQUEST, {"message": message})
    return _answer(HTTPStatus.OK, {"deleted": time_to_live.sweep(seconds)})


def _answer(status: HTTPStatus, document: Mapping[str, Any]) -> Answer:
    body = json.dumps(document).encode()
    headers = (("Content-Type", "application/json"), ("Content-Length", str(len(body))))
    return Answer(status.value, headers, body)
