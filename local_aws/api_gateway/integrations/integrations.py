"""Every event's way to the integration of its route, whatever its type is."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from local_aws.api_gateway.addressing import DeployedStage
from local_aws.api_gateway.events import Event
from local_aws.api_gateway.function_invocation import Invoke
from local_aws.api_gateway.integrations.aws_service import AwsServiceIntegration
from local_aws.api_gateway.integrations.function_caller import FunctionCaller
from local_aws.api_gateway.integrations.http_endpoint import HttpIntegration, HttpProxyIntegration
from local_aws.api_gateway.integrations.integration import (
    Answer,
    Call,
    Failure,
    IntegrationError,
    IntegrationType,
)
from local_aws.api_gateway.integrations.integration_roles import IntegrationRoles
from local_aws.api_gateway.integrations.lambda_function import (
    LambdaIntegration,
    LambdaProxyIntegration,
)
from local_aws.api_gateway.integrations.mock import MockIntegration
from local_aws.api_gateway.monitoring.event_record import EventRecord, IntegrationRecord
from local_aws.api_gateway.roles.gateway_roles import GatewayRoles
from local_aws.api_gateway.roles.invoke_api import InvokeApi
from local_aws.api_gateway.time_limit import TimeLimit
from local_aws.aws_client import AwsClient
from local_aws.deadlines import Deadlines
from local_aws.http1.client import HttpClient
from local_aws.publication import Integration, Route

_MILLISECONDS: Final = 1_000
_MOCK: Final = "MOCK"
_LAMBDA: Final = "AWS to a function"


@dataclass(frozen=True, slots=True)
class Integrations:
    """Calls what routes are integrated with.

    Attributes:
        types: The integration types by their name, and `AWS to a function`.
        client: Sends what they send.
        invoke_api: Invokes functions in the name of roles, if there is an AWS to ask.
    """

    types: Mapping[str, IntegrationType]
    client: HttpClient
    invoke_api: InvokeApi | None = None
    _deadlines: Deadlines = field(default_factory=Deadlines, init=False)

    @classmethod
    def of(cls, invoke: Invoke, aws_endpoint_url: str | None) -> Self:
        """Prepare all types of integration.

        Args:
            invoke: Invokes a Lambda function.
            aws_endpoint_url: The `http://host:port` address of every AWS service; without it, no
                integration can call one.
        """
        client = HttpClient()
        service, invoke_api = None, None
        if aws_endpoint_url is not None:
            roles = GatewayRoles.of(AwsClient(client, endpoint_url=aws_endpoint_url))
            invoke_api = InvokeApi(aws_endpoint_url, client, roles)
            service = AwsServiceIntegration(aws_endpoint_url, client, IntegrationRoles(roles))
        functions = FunctionCaller(invoke, invoke_api)
        types: dict[str, IntegrationType] = {
            "AWS_PROXY": LambdaProxyIntegration(functions),
            _LAMBDA: LambdaIntegration(functions),
            "HTTP": HttpIntegration(client),
            "HTTP_PROXY": HttpProxyIntegration(client),
            _MOCK: MockIntegration(),
        }
        if service is not None:
            types["AWS"] = service
        return cls(types, client, invoke_api)

    async def call(
        self, stage: DeployedStage, route: Route, event: Event, record: EventRecord
    ) -> Answer:
        """Take an event to the integration of a route, and wait for its answer until its timeout.

        What comes of it is noted in `record`.

        Raises:
            IntegrationError: There is no answer that could be used.
        """
        integration = _integration(stage, route)
        integration_type = self._type(integration)
        record.note(
            "Sending request to %s", integration.integration_uri or integration.integration_type
        )
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            with TimeLimit(self._deadlines, integration.timeout_milliseconds / _MILLISECONDS):
                answer = await integration_type.call(Call(stage, route, integration, event, record))
        except TimeoutError as timeout:
            timed_out = _timed_out(integration)
            record.integration = _failed(timed_out, loop.time() - started)
            raise timed_out from timeout
        except IntegrationError as error:
            record.integration = _failed(error, loop.time() - started)
            raise
        latency = round((loop.time() - started) * _MILLISECONDS)
        record.note(
            "Received response. Status: %s, Integration latency: %s ms",
            answer.integration_status,
            latency,
        )
        record.integration = IntegrationRecord(
            latency,
            answer.status_code,
            answer.integration_status,
            has_failed=False,
            error=answer.remark,
            is_mock=integration.integration_type == _MOCK,
        )
        return answer

    async def close(self) -> None:
        """Close the connections to backends."""
        await self.client.close()

    def _type(self, integration: Integration) -> IntegrationType:
        name = integration.integration_type
        if name == "AWS" and integration.function_arn is not None:
            name = _LAMBDA
        found = self.types.get(name)
        if found is None:
            raise IntegrationError(
                Failure.NOT_CALLED,
                f"the integration {integration.integration_id!r} is of type {name}, which this"
                f" gateway does not call; it calls {', '.join(sorted(self.types))}",
            )
        return found


def _timed_out(integration: Integration) -> IntegrationError:
    seconds = integration.timeout_milliseconds / _MILLISECONDS
    return IntegrationError(
        Failure.TIMED_OUT,
        f"{integration.function_arn or integration.integration_uri} did not answer within the"
        f" integration's timeout of {seconds:g} s",
    )


def _failed(error: IntegrationError, seconds: float) -> IntegrationRecord:
    return IntegrationRecord(
        round(seconds * _MILLISECONDS),
        has_failed=error.failure is Failure.FAILED,
        error=str(error),
    )


def _integration(stage: DeployedStage, route: Route) -> Integration:
    if route.target_integration_id is None:
        raise IntegrationError(
            Failure.NOT_CALLED, f"the route {route.route_key!r} has no integration; set its target"
        )
    integration = stage.deployment.integrations.get(route.target_integration_id)
    if integration is None:
        raise IntegrationError(
            Failure.NOT_CALLED,
            f"the route {route.route_key!r} has the target {route.target_integration_id!r}, which"
            " is not in the deployment; deploy again",
        )
    return integration
