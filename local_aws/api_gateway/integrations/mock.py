"""Mock integrations, which answer with the status that their request template says.

From "Set up a mock integration for a WebSocket API in API Gateway".
"""

import json

from local_aws.api_gateway.integrations.integration import (
    Answer,
    Call,
    Failure,
    IntegrationError,
)
from local_aws.api_gateway.integrations.request_mapping import map_body
from local_aws.api_gateway.integrations.response_mapping import BackendAnswer, map_answer


class MockIntegration:
    """Answers without a backend."""

    async def call(self, call: Call, /) -> Answer:
        """Answer with the `statusCode` of the mapped request.

        Raises:
            IntegrationError: There is none, or no integration response fits it.
        """
        status = _status_code(map_body(call))
        if status is None:
            raise IntegrationError(
                Failure.NOT_CALLED,
                f"the request template of the mock integration {call.integration.integration_id!r}"
                ' gives no statusCode; make it give {"statusCode": 200}',
            )
        return map_answer(call, BackendAnswer(status, (), b"", selector=str(status)))


def _status_code(body: bytes) -> int | None:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    status = document.get("statusCode") if isinstance(document, dict) else None
    return status if type(status) is int else None
