"""What functions print, on its way to their log groups in CloudWatch Logs.

Lambda puts it there in the name of the function's role ("Sending Lambda function logs to CloudWatch
Logs" in the AWS Lambda Developer Guide): a role that may not loses its function's log. Of lines in
the embedded metric format CloudWatch Logs makes metrics.
"""

import time
from collections.abc import Callable

from local_aws.aws_client import AwsClient
from local_aws.credentials import Credentials
from local_aws.lambda_service.preparation import RoleSessions
from local_aws.monitoring.embedded_metrics import LineMetrics
from local_aws.monitoring.log_delivery import LogDelivery, LogGroup
from local_aws.publication import Function
from local_aws.role_credentials import RoleCredentialsError


class FunctionLogs:
    """Puts lines into log groups some time after they were printed."""

    def __init__(
        self, client: AwsClient, sessions: RoleSessions, notify: Callable[[str], None]
    ) -> None:
        """Prepare.

        Args:
            client: Calls CloudWatch Logs.
            sessions: Assumes the functions' roles.
            notify: Is told, once a group and a namespace, why lines and metrics are lost.
        """
        self._sessions = sessions
        self._functions: dict[LogGroup, Function] = {}
        self._metrics = LineMetrics(client, notify)
        self._delivery = LogDelivery(
            client,
            notify,
            self._credentials,
            lambda group, line: self._metrics.take(group.region, line),
        )

    def put(self, function: Function, log_stream: str, line: str) -> None:
        """Have a line put into a stream of a function's group; one that is missing is made."""
        region = function.arn.split(":")[3]
        group = LogGroup(region, function.log_group, is_own=True, stream=log_stream)
        self._functions[group] = function
        self._delivery.put(group, time.time(), [line])

    async def close(self) -> None:
        """Deliver what is waiting."""
        await self._delivery.close()
        await self._metrics.close()

    async def _credentials(self, group: LogGroup) -> Credentials:
        function = self._functions[group]
        if function.role_arn is None:
            raise RoleCredentialsError(f"function {function.name} has no role")
        session = await self._sessions.session(function.role_arn, session_name=function.name)
        return session.credentials
