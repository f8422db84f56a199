"""Invoke and InvokeAsync, which the execution environments answer."""

from collections.abc import Mapping

from local_aws.control_plane.awslambda.invocation import InvokeRequest
from local_aws.control_plane.awslambda.operations.request import Answer, Request


class Invocations(Request):
    """Operations that run a function."""

    def invoke(self) -> Answer:
        """Run a function; status, headers and payload are those of its execution environment."""
        return self._invoked(self.headers)

    def invoke_async(self) -> Answer:
        """Run a function without waiting for it, by the operation that Invoke replaces."""
        return self._invoked({"X-Amz-Invocation-Type": "Event"})

    def _invoked(self, headers: Mapping[str, str]) -> Answer:
        invoked = self.backend.invoke_api.invoke(
            InvokeRequest(
                function_arn=self.function.arn,
                payload=self.body.encode() if isinstance(self.body, str) else self.body,
                headers=headers,
            )
        )
        return (
            invoked.status,
            {**invoked.headers, "status": str(invoked.status)},
            invoked.payload,
        )
