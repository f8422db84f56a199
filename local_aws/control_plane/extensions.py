"""The one place where our operations take the place of moto's."""

from functools import partial
from typing import cast

import moto.apigateway.urls
import moto.awslambda.urls
import moto.cloudwatch.urls
import moto.dynamodb.models
import moto.dynamodb.models.table
import moto.events.models
import moto.sns.models
import moto.sqs.models
from moto.apigatewayv2.models import apigatewayv2_backends
from moto.awslambda.models import lambda_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.responses import BaseResponse
from moto.dynamodbstreams.models import dynamodbstreams_backends

from local_aws.control_plane.apigateway import response as apigateway_response
from local_aws.control_plane.apigatewayv2 import response as apigatewayv2_response
from local_aws.control_plane.apigatewayv2.backend import Backend as ApiGatewayV2Backend
from local_aws.control_plane.awslambda import response as awslambda_response
from local_aws.control_plane.awslambda.backend import Backend as LambdaBackend
from local_aws.control_plane.awslambda.invocation import InvokeApi
from local_aws.control_plane.cloudwatch import response as cloudwatch_response
from local_aws.control_plane.cloudwatch.backend import Backend as CloudWatchBackend
from local_aws.control_plane.dynamodb.table import Table
from local_aws.control_plane.dynamodbstreams.backend import Backend as StreamsBackend
from local_aws.control_plane.dynamodbstreams.shard import Shard
from local_aws.control_plane.events.rule import Rule
from local_aws.control_plane.sns.subscription import Subscription
from local_aws.control_plane.sqs.queue import Queue


def install(*, gateway_address: str, invoke_address: str, region: str) -> None:
    """Extend moto in this process, once and before its first request.

    Args:
        gateway_address: `host:port` at which WebSocket APIs answer.
        invoke_address: `host:port` of the Invoke API of the execution environments.
        region: Region of a call whose signature names none.
    """
    # moto only ever calls what it is given here with a Region and an account, as a class.
    apigatewayv2_backends.backend = cast(
        "type[ApiGatewayV2Backend]", partial(ApiGatewayV2Backend, gateway_address=gateway_address)
    )
    lambda_backends.backend = cast(
        "type[LambdaBackend]", partial(LambdaBackend, invoke_api=InvokeApi(invoke_address))
    )
    dynamodbstreams_backends.backend = StreamsBackend
    # moto makes these by the names that its modules know them under.
    moto.dynamodb.models.Table = Table  # type: ignore[attr-defined]  # takes its place
    moto.dynamodb.models.table.StreamShard = Shard  # type: ignore[misc]  # the same
    moto.events.models.Rule = Rule  # type: ignore[misc]  # the same
    moto.sns.models.Subscription = Subscription  # type: ignore[misc]  # the same
    moto.sqs.models.Queue = Queue  # type: ignore[misc]  # the same
    # moto answers both versions of API Gateway, which share a host name, in one application.
    moto.apigateway.urls.url_paths.update(
        apigateway_response.url_paths() | apigatewayv2_response.url_paths()
    )
    moto.awslambda.urls.url_paths = awslambda_response.url_paths()
    cloudwatch_backends.backend = CloudWatchBackend
    moto.cloudwatch.urls.url_paths = cloudwatch_response.url_paths()
    BaseResponse.default_region = region
