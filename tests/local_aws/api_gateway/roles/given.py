"""An AWS of which a test knows what it is asked, and roles for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from local_aws.api_gateway.addressing import Deployed
from local_aws.api_gateway.roles.gateway_roles import Role
from local_aws.http1 import HttpServer, HttpServerProtocol, Request, Response
from tests.local_aws.api_gateway.given import ECHO_ROUTES, api, deployment
from tests.local_aws.api_gateway.integrations.given import about_roles

SOURCE_ARN = "arn:aws:execute-api:us-east-1:123456789012:abc123/authorizers/guard"
ROLE_ARN = "arn:aws:iam::123456789012:role/api"


@dataclass(slots=True)
class Lambda:
    """An AWS whose Lambda answers what a test has set, and whose roles trust API Gateway."""

    response: Response = field(default_factory=lambda: Response(200, (), b'{"a": 1}'))
    requests: list[Request] = field(default_factory=list)

    async def handle(self, request: Request, protocol: HttpServerProtocol) -> Response:
        del protocol
        answer = about_roles(request)
        if answer is None:
            self.requests.append(request)
        return answer or self.response


@asynccontextmanager
async def serving_aws(aws: Lambda) -> AsyncIterator[str]:
    """Serve an AWS, and return its address."""
    server = await HttpServer.start(aws.handle)
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        await server.close()


def role(arn: str = ROLE_ARN, **variables: str) -> Role:
    """Return a role of a stage with these variables."""
    deployed = Deployed.of([api(deployment(*ECHO_ROUTES), variables=variables)])
    (stage,) = deployed.stages.values()
    return Role(arn, stage, SOURCE_ARN)
