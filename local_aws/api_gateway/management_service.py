"""`@connections` as a service: who may call it, how often, and what it answers.

From "Control access to WebSocket APIs with IAM authorization".
"""

import asyncio
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from weakref import WeakSet

from local_aws.api_gateway import management
from local_aws.api_gateway.addressing import Address, DeployedStage
from local_aws.api_gateway.authorization.iam import AccessDeniedError, Iam, condition_keys
from local_aws.api_gateway.authorization.principal_directory import PrincipalDirectoryError
from local_aws.api_gateway.authorization.signature import SignatureError
from local_aws.api_gateway.connection import Connection
from local_aws.api_gateway.connections import ConnectionRegistry
from local_aws.api_gateway.journal import Arrival, Journal
from local_aws.api_gateway.pipeline import Outcome
from local_aws.api_gateway.settings import GatewaySettings
from local_aws.api_gateway.throttling import Throttling
from local_aws.faults import Faults
from local_aws.http1 import Request, Response
from local_aws.policies.policy_document import Access

MANAGE_ACTION: Final = "execute-api:ManageConnections"


class _Refusal(NamedTuple):
    """What a caller is answered who may not call, and what the terminal is told of it."""

    response: Response
    detail: str


@dataclass(frozen=True, slots=True)
class ManagementService:
    """Answers calls of `@connections`.

    Attributes:
        settings: The limits.
        connections: The connections that are open.
        iam: Verifies who calls.
        throttling: Counts the calls.
        journal: Notes what happened.
        faults: What is to go wrong.
        raced: The connections that a fault has declared gone once.
    """

    settings: GatewaySettings
    connections: ConnectionRegistry
    iam: Iam
    throttling: Throttling
    journal: Journal
    faults: Faults
    raced: WeakSet[Connection] = field(default_factory=WeakSet)

    async def answer(
        self,
        address: Address,
        request: Request,
        connection_id: str,
        *,
        source_ip: str,
        arrival: Arrival,
    ) -> Response:
        """Carry out one call of a connection below a stage, if its caller may make it."""
        stage = address.stage
        now = arrival.occurrence.time
        arrival.occurrence.record.received = request.body
        refusal = await self._refuse(stage, request, source_ip, now)
        if refusal is None and request.method == "POST":
            if self.faults.slow_post_seconds:
                await asyncio.sleep(self.faults.slow_post_seconds)
            refusal = self._inject_fault(stage, connection_id, now)
        if refusal is None:
            response = self._carry_out(stage, request, connection_id, now)
            detail = ""
        else:
            response, detail = refusal
        outcome = Outcome("", response.status, detail)
        self.journal.record(stage.key, request.method, arrival, outcome, connection_id)
        return response

    def _carry_out(
        self, stage: DeployedStage, request: Request, connection_id: str, now: float
    ) -> Response:
        return management.answer(
            management.Call(request.method, connection_id, request.body),
            lambda identifier: self.connections.find(stage.key, identifier),
            maximum_message_bytes=self.settings.maximum_message_bytes,
            now=now,
        )

    async def _refuse(
        self, stage: DeployedStage, request: Request, source_ip: str, now: float
    ) -> _Refusal | None:
        """Return why a caller is refused, whatever it is that is called."""
        excess = self.throttling.excess_of_call(stage)
        if excess is not None:
            return _Refusal(management.exceed(now), excess)
        if request.method not in management.METHODS:
            return _Refusal(management.forbid(now), f"{request.method} is no call of @connections")
        try:
            if self.settings.verify_signatures:
                await self._authorize(stage, request, source_ip, now)
        except SignatureError as error:
            response = management.refuse(error.error_type, {"message": str(error)}, now)
            return _Refusal(response, error.first_line)
        except AccessDeniedError as error:
            response = management.refuse("AccessDeniedException", {"Message": str(error)}, now)
            return _Refusal(response, str(error))
        except PrincipalDirectoryError as error:
            return _Refusal(management.fail(now), str(error))
        return None

    def _inject_fault(
        self, stage: DeployedStage, connection_id: str, now: float
    ) -> _Refusal | None:
        """Return why a post to an open connection fails although nothing is wrong with it."""
        connection = self.connections.find(stage.key, connection_id)
        if connection is None:
            return None
        if self.faults.throttles_post():
            return _Refusal(management.exceed(now), "one too many, by --fault throttled-post")
        if connection not in self.raced and self.faults.loses_race():
            self.raced.add(connection)
            return _Refusal(management.gone(now), "gone although open, by --fault gone-race")
        return None

    async def _authorize(
        self, stage: DeployedStage, request: Request, source_ip: str, now: float
    ) -> None:
        # AWS puts no connection's id into the ARN, so that no policy can be for one connection.
        resource = stage.execution_arn(f"{request.method}/@connections/{{connectionId}}")
        keys = condition_keys(source_ip, request.header("user-agent"))
        principal = await self.iam.authenticate(request, region=stage.api.region, now=now)
        self.iam.authorize(principal, stage.api, Access(MANAGE_ACTION, resource, keys))
