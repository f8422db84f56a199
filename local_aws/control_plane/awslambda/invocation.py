"""Invocations, forwarded to the execution environments of the local AWS."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

# A function runs for at most 15 minutes (AWS's "Lambda quotas") and may first wait for its turn.
_ANSWER_TIMEOUT_SECONDS = 1_200.0
_FORWARDED_REQUEST_HEADERS = ("X-Amz-Invocation-Type", "X-Amz-Log-Type", "X-Amz-Client-Context")
_FORWARDED_RESPONSE_HEADERS = frozenset(
    {
        "content-type",
        "retry-after",
        "x-amz-executed-version",
        "x-amz-function-error",
        "x-amz-log-result",
        "x-amzn-errortype",
    }
)


@dataclass(frozen=True, slots=True)
class InvokeRequest:
    """A call of Lambda's Invoke; of `headers` only those that Invoke defines are forwarded."""

    function_arn: str
    payload: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class InvokeAnswer:
    """The answer of Lambda's Invoke; the names of `headers` are in lower case."""

    status: int
    headers: Mapping[str, str]
    payload: bytes


@dataclass(frozen=True, slots=True)
class InvokeApi:
    """Lambda's Invoke API at `address`, a `host:port`, where functions really run."""

    address: str

    def invoke(self, request: InvokeRequest) -> InvokeAnswer:
        """Forward an invocation and return its answer as it came.

        An address that does not answer is AWS's ServiceException, which callers retry.
        """
        connection = http.client.HTTPConnection(self.address, timeout=_ANSWER_TIMEOUT_SECONDS)
        try:
            connection.request(
                "POST",
                f"/2015-03-31/functions/{quote(request.function_arn, safe='')}/invocations",
                body=request.payload,
                headers={
                    "Content-Type": "application/json",
                    **{
                        name: value
                        for name in _FORWARDED_REQUEST_HEADERS
                        if (value := request.headers.get(name)) is not None
                    },
                },
            )
            response = connection.getresponse()
            return InvokeAnswer(
                status=response.status,
                headers={
                    name.lower(): value
                    for name, value in response.getheaders()
                    if name.lower() in _FORWARDED_RESPONSE_HEADERS
                },
                payload=response.read(),
            )
        except (OSError, http.client.HTTPException) as error:
            return _service_exception(f"No execution environment at {self.address}: {error}")
        finally:
            connection.close()


def _service_exception(message: str) -> InvokeAnswer:
    return InvokeAnswer(
        status=500,
        headers={"content-type": "application/json", "x-amzn-errortype": "ServiceException"},
        payload=json.dumps({"Type": "Service", "Message": message}).encode(),
    )
