"""What is told to CloudWatch of the functions' invocations."""

from dataclasses import dataclass

from local_aws.lambda_service.function_logs import FunctionLogs
from local_aws.lambda_service.function_metrics import FunctionMetrics
from local_aws.publication import Function


@dataclass(frozen=True, slots=True, kw_only=True)
class Telemetry:
    """Who counts invocations and who takes the functions' logs; None for what is not wanted."""

    metrics: FunctionMetrics | None = None
    logs: FunctionLogs | None = None

    def log(self, function: Function, log_stream: str, line: str) -> None:
        """Take a line of a function's log, which goes to a stream of its log group."""
        if self.logs is not None:
            self.logs.put(function, log_stream, line)


NO_TELEMETRY = Telemetry()
