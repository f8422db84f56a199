"""Where the lines of an environment go: to the event at hand, the output and a log stream."""

import time
import uuid

from local_aws.lambda_service.environment_plan import EnvironmentPlan
from local_aws.lambda_service.function_reference import short_name
from local_aws.lambda_service.invocation import Invocation


class EnvironmentLog:
    """The log of one environment; a line belongs to the event at hand, if there is one."""

    def __init__(self, plan: EnvironmentPlan) -> None:
        """Begin a log stream."""
        self.stream = _stream_name(plan.function.version)
        self._plan = plan
        self._name = short_name(plan.function)

    def shows_platform_lines(self, invocation: Invocation) -> bool:
        """Tell whether anybody sees the lines that the platform writes of an event."""
        return self._plan.settings.shows_platform_lines or invocation.log is not None

    def add(self, line: str, invocation: Invocation | None) -> None:
        """Take a line that the function has printed, or that says why it went wrong."""
        if invocation is not None:
            invocation.add_log_line(line)
        self._put_out(line, invocation)

    def add_platform_line(self, line: str, invocation: Invocation | None) -> None:
        """Take a line that the platform writes, which is put out only if such lines are shown."""
        if invocation is not None:
            invocation.add_log_line(line)
        if self._plan.settings.shows_platform_lines:
            self._put_out(line, invocation)

    def _put_out(self, line: str, invocation: Invocation | None) -> None:
        if invocation is not None and invocation.take_line is not None:
            invocation.take_line(line)
        else:
            self._plan.output(self._name, line)
        self._plan.log(self._plan.function, self.stream, line)


def _stream_name(version: str) -> str:
    return f"{time.strftime('%Y/%m/%d', time.gmtime())}/[{version}]{uuid.uuid4().hex}"
