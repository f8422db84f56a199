"""An entry for each thing that the gateway did: who, what, how it ended, how long it took."""

from dataclasses import dataclass
from typing import NamedTuple

from local_aws.api_gateway.events import Occurrence
from local_aws.api_gateway.monitoring.event_record import EventRecord

_NOTHING = Occurrence("", 0.0, EventRecord())


class AccessLog(NamedTuple):
    """The outcome of one handshake, message, disconnect or `@connections` call.

    Attributes:
        api_id: The API, or "" where the request named none.
        stage: The stage, or "" where the request named none.
        event: `CONNECT`, `MESSAGE`, `DISCONNECT`, or the HTTP method of any other request.
        connection_id: The connection, or "" where there is none.
        route_key: The route that was chosen, or "" where there is none.
        status: The HTTP status of the outcome: what the client saw, or for a message and a
            disconnect what the integration answered.
        latency_milliseconds: From the arrival of the event to its outcome.
        detail: What else there is to say, never a payload; on a failure, its cause and the remedy.
        occurrence: The event itself, with what was noted of it.
    """

    api_id: str
    stage: str
    event: str
    connection_id: str
    route_key: str
    status: int
    latency_milliseconds: float
    detail: str = ""
    occurrence: Occurrence = _NOTHING


@dataclass(frozen=True, slots=True)
class Notice:
    """Something in a deployment that cannot work as it is written, and what to do about it."""

    text: str

    def __str__(self) -> str:
        """Return the line that is shown."""
        return self.text


def printable(line: str) -> str:
    """Return a line that cannot steer a terminal, although parts of it are a client's words."""
    if line.isprintable():
        return line
    return "".join(character if character.isprintable() else "?" for character in line)
