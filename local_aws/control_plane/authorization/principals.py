"""What the control plane tells other parts of the local AWS of the holder of an access key."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from local_aws.control_plane.authorization.key_holder import find_key_holder
from local_aws.control_plane.authorization.refusal import Answer

PATH: Final = "/_local_aws/principals/"


@dataclass(frozen=True, slots=True)
class Principals:
    """Answers who knows `token`; without one, nobody."""

    token: str = field(repr=False)  # a secret, which no log may show

    def answer(self, environ: Mapping[str, Any]) -> Answer:
        """Answer `GET /_local_aws/principals/{access key id}`: 200, 403 or 404."""
        given = environ.get("HTTP_X_LOCAL_AWS_TOKEN", "")
        if not self.token or not hmac.compare_digest(given.encode(), self.token.encode()):
            return _answer(HTTPStatus.FORBIDDEN, {"message": "Forbidden"})
        holder = find_key_holder(environ["PATH_INFO"].removeprefix(PATH))
        if holder is None:
            return _answer(HTTPStatus.NOT_FOUND, {"message": "No such access key."})
        return _answer(HTTPStatus.OK, holder.to_json())


def _answer(status: HTTPStatus, document: Mapping[str, Any]) -> Answer:
    body = json.dumps(document).encode()
    headers = (("Content-Type", "application/json"), ("Content-Length", str(len(body))))
    return Answer(status.value, headers, body)
