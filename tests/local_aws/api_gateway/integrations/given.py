"""Integrations and events of the test, without a gateway."""

from collections.abc import Mapping
from typing import Any

from local_aws.api_gateway.addressing import DeployedStage
from local_aws.api_gateway.integrations.integration import Call
from local_aws.api_gateway.monitoring.event_record import EventRecord
from local_aws.http1 import Request, Response
from local_aws.publication import Integration
from tests.local_aws.api_gateway.given import api, deployment, integration, route

CONTEXT: Mapping[str, Any] = {
    "routeKey": "send",
    "eventType": "MESSAGE",
    "connectionId": "R1kmxc2VNjMCFIA=",
    "requestTimeEpoch": 1_705_751_700_453,
    "identity": {"sourceIp": "203.0.113.9"},
    "authorizer": {"principalId": "user-17", "level": 3},
}


def backend(integration_type: str, uri: str | None = None, **changes: Any) -> Integration:
    """Make an integration; what is no field of its own is one of GetIntegration's."""
    fields = {
        name: changes.pop(name)
        for name in ("timeout_milliseconds", "function_arn", "integration_method")
        if name in changes
    }
    return integration(
        integration_type=integration_type,
        integration_uri=uri,
        **{"function_arn": None, **fields},
        raw=changes,
    )


def response(key: str = "$default", template: str | None = None, **changes: Any) -> dict[str, Any]:
    """Make an integration response."""
    templates = {} if template is None else {"$default": template}
    return {"integrationResponseKey": key, "responseTemplates": templates, **changes}


def call(
    used: Integration,
    body: str | None = None,
    *,
    route_key: str = "send",
    variables: Mapping[str, str] | None = None,
    **event: Any,
) -> Call:
    """Make an event on its way: a message, or without a body a lifecycle event."""
    used_route = route(route_key, two_way=True)
    deployed = deployment(used_route, integrations=[used])
    served = api(deployed, variables=variables)
    stage = DeployedStage(served, served.stages[0], deployed, None, None)
    message = {} if body is None else {"body": body}
    told = {"requestContext": dict(CONTEXT), **message, **event}
    return Call(stage, used_route, used, told, EventRecord())


_ASSUMED = (
    b'<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>'
    b"<Credentials><AccessKeyId>ASIAKEY</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
    b"<SessionToken>token</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration>"
    b"</Credentials></AssumeRoleResult></AssumeRoleResponse>"
)


_TRUST = (
    b'<AssumeRolePolicyDocument>{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",'
    b' "Principal": {"Service": "apigateway.amazonaws.com"}}}</AssumeRolePolicyDocument>'
)
_ANSWERS = {b"Action=GetRole": _TRUST, b"Action=AssumeRole": _ASSUMED}


def about_roles(request: Request) -> Response | None:
    """Answer as an IAM and an STS in which every role trusts API Gateway, or not at all."""
    found = (answer for action, answer in _ANSWERS.items() if action in request.body)
    answer = next(found, None)
    return None if answer is None else Response(200, (), answer)
