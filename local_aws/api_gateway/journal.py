"""What the gateway keeps of each event: when it came in, and a line on how it ended."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import NamedTuple

from local_aws.api_gateway.access_log import AccessLog, Notice
from local_aws.api_gateway.addressing import StageKey
from local_aws.api_gateway.events import Occurrence
from local_aws.api_gateway.identifiers import new_identifier
from local_aws.api_gateway.monitoring.event_record import EventRecord, FunctionRun, ignore_line
from local_aws.api_gateway.monitoring.monitoring import Monitoring
from local_aws.api_gateway.pipeline import Outcome


class Arrival(NamedTuple):
    """An event as it comes in; `started` is on a clock of its own, in seconds."""

    occurrence: Occurrence
    started: float


@dataclass(frozen=True, slots=True)
class Journal:
    """Notes arrivals and outcomes.

    Attributes:
        output: Takes a line for each thing that happened.
        clock: Returns the time in seconds since the epoch.
        monitoring: Takes what stages want to be told of their events, if anything does.
        on_line: Is told of each line that a function has logged while it handles an event.
    """

    output: Callable[[AccessLog | Notice], None]
    clock: Callable[[], float]
    monitoring: Monitoring | None = None
    on_line: Callable[[EventRecord, FunctionRun], None] = ignore_line

    def arrive(self) -> Arrival:
        """Note that an event has come in, and give it an id."""
        logs_steps = self.monitoring is not None and self.monitoring.logs_steps
        record = EventRecord(self.on_line, [] if logs_steps else None)
        return Arrival(Occurrence(new_identifier(), self.clock(), record), perf_counter())

    def notice(self, text: str) -> None:
        """Note something that no event brought."""
        self.output(Notice(text))

    def record(
        self,
        stage: StageKey,
        event: str,
        arrival: Arrival,
        outcome: Outcome,
        connection_id: str = "",
    ) -> None:
        """Note how an event ended; `stage` has empty parts where there is none."""
        api_id, stage_name = stage
        if self.monitoring is not None:
            self.monitoring.observe(stage, event, arrival.occurrence, outcome)
        elapsed = perf_counter() - arrival.started
        self.output(
            AccessLog(
                api_id,
                stage_name,
                event,
                connection_id,
                outcome.route_key,
                outcome.status,
                elapsed * 1000,
                outcome.detail,
                arrival.occurrence,
            )
        )
