"""A function behind a WebSocket API, deployed by boto3, which takes less time than Terraform."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3

from local_aws.services import Services

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
THROTTLE: Mapping[str, Any] = {"ThrottlingRateLimit": 100.0, "ThrottlingBurstLimit": 50}


def client_of(services: Services, service: str) -> Any:
    return boto3.client(  # type: ignore[call-overload]  # the service is a variable
        service,
        endpoint_url=services.aws_endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


@dataclass(frozen=True, slots=True)
class DeployedFunction:
    """What is to be deployed.

    `alias`, if there is one, is of the function's first version, and what routes name. The stage is
    `prod`; all routes are two-way.
    """

    handler: str
    package: bytes
    routes: tuple[str, ...] = ("$connect", "$default")
    alias: str | None = None

    def deploy(self, services: Services) -> None:
        role = client_of(services, "iam").create_role(
            RoleName="echo", AssumeRolePolicyDocument=json.dumps(TRUST)
        )
        functions = client_of(services, "lambda")
        function = functions.create_function(
            FunctionName="echo",
            Runtime="python3.13",
            Handler=self.handler,
            Role=role["Role"]["Arn"],
            Code={"ZipFile": self.package},
            Publish=self.alias is not None,
        )
        target, qualifier = function["FunctionArn"].removesuffix(":1"), {}
        if self.alias is not None:
            functions.create_alias(FunctionName="echo", Name=self.alias, FunctionVersion="1")
            target, qualifier = f"{target}:{self.alias}", {"Qualifier": self.alias}
        functions.add_permission(
            FunctionName="echo",
            StatementId="routes",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            **qualifier,
        )
        self._deploy_api(client_of(services, "apigatewayv2"), target)

    def _deploy_api(self, apis: Any, function_arn: str) -> None:
        api_id = apis.create_api(
            Name="echo", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action"
        )["ApiId"]
        path = f"2015-03-31/functions/{function_arn}/invocations"
        integration = apis.create_integration(
            ApiId=api_id,
            IntegrationType="AWS_PROXY",
            IntegrationUri=f"arn:aws:apigateway:us-east-1:lambda:path/{path}",
            IntegrationMethod="POST",
        )["IntegrationId"]
        for route_key in self.routes:
            route = apis.create_route(
                ApiId=api_id,
                RouteKey=route_key,
                Target=f"integrations/{integration}",
                RouteResponseSelectionExpression="$default",
            )["RouteId"]
            apis.create_route_response(ApiId=api_id, RouteId=route, RouteResponseKey="$default")
        apis.create_stage(
            ApiId=api_id,
            StageName="prod",
            DeploymentId=apis.create_deployment(ApiId=api_id)["DeploymentId"],
            DefaultRouteSettings=THROTTLE,
            RouteSettings={"count": {"ThrottlingRateLimit": 5.0, "ThrottlingBurstLimit": 2}}
            if "count" in self.routes
            else {},
        )
