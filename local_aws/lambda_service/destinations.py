"""Where the outcome of asynchronous invocations goes: destinations and dead-letter queues.

See "Capturing records of Lambda asynchronous invocations" and "Adding a dead-letter queue" in the
AWS Lambda Developer Guide.
"""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from local_aws.aws_client import AwsCall, AwsClient, AwsClientError, json_call, query_call
from local_aws.credentials import Credentials
from local_aws.lambda_service.asynchronous_invocations import (
    AsynchronousEvent,
    Condition,
    Outcome,
)
from local_aws.lambda_service.errors import LambdaServiceError
from local_aws.lambda_service.function_reference import short_name
from local_aws.publication import EventInvokeConfig, Function

Attributes = tuple[tuple[str, str, str], ...]
"""Name, type and value of each attribute of a message."""

_LONGEST_ERROR_BYTES: Final = 1_024


class Destinations:
    """Sends records of invocations, and events that are given up, in the name of the function."""

    def __init__(
        self,
        client: AwsClient,
        credentials: Callable[[Function], Awaitable[Credentials]],
        output: Callable[[str, str], None],
    ) -> None:
        """Prepare to send.

        Args:
            client: Calls the services that the destinations belong to.
            credentials: Returns those of a function's role, or raises a `LambdaServiceError`.
            output: Is called with a function's name and what could not be sent.
        """
        self._client = client
        self._credentials = credentials
        self._output = output

    async def deliver(
        self,
        event: AsynchronousEvent,
        outcome: Outcome,
        function: Function,
        config: EventInvokeConfig,
    ) -> None:
        """Tell whoever is configured how an event ended; what cannot be sent is put out."""
        succeeded = outcome.condition is Condition.SUCCESS
        destination_arn = config.on_success_arn if succeeded else config.on_failure_arn
        if destination_arn is not None:
            record = invocation_record(event, outcome, datetime.now(UTC))
            await self._send(function, destination_arn, json.dumps(record))
        if not succeeded and function.dead_letter_arn is not None:
            await self._send(
                function,
                function.dead_letter_arn,
                event.payload.decode(errors="replace"),
                dead_letter_attributes(event, outcome),
            )

    async def _send(
        self, function: Function, arn: str, message: str, attributes: Attributes = ()
    ) -> None:
        try:
            call = destination_call(arn, message, attributes, function_arn=function.arn)
            await self._client.send(call, await self._credentials(function))
        except (ValueError, AwsClientError, LambdaServiceError) as error:
            self._output(
                short_name(function),
                f"The outcome of an asynchronous invocation did not reach {arn}: {error}",
            )


def invocation_record(event: AsynchronousEvent, outcome: Outcome, now: datetime) -> dict[str, Any]:
    """Write the record of an invocation that destinations get."""
    result = outcome.attempt.result
    context: dict[str, Any] = {
        "statusCode": outcome.attempt.status,
        "executedVersion": result.executed_version,
    }
    if result.function_error is not None:
        context["functionError"] = result.function_error
    return {
        "version": "1.0",
        "timestamp": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "requestContext": {
            "requestId": event.request_id,
            "functionArn": event.target.qualified_arn,
            "condition": outcome.condition,
            "approximateInvokeCount": outcome.invoke_count,
        },
        "requestPayload": _json_or_text(event.payload),
        "responseContext": context,
        "responsePayload": _json_or_text(result.payload),
    }


def dead_letter_attributes(event: AsynchronousEvent, outcome: Outcome) -> Attributes:
    """Return the attributes with which an event goes to a dead-letter queue."""
    error = _json_or_text(outcome.attempt.result.payload)
    message = str(error.get("errorMessage") if isinstance(error, dict) else error)
    shortened = message.encode()[:_LONGEST_ERROR_BYTES].decode(errors="ignore")
    return (
        ("RequestID", "String", event.request_id),
        ("ErrorCode", "Number", str(outcome.attempt.status.value)),
        # A message's attribute may not be empty.
        ("ErrorMessage", "String", shortened or "-"),
    )


def destination_call(
    arn: str, message: str, attributes: Attributes, *, function_arn: str
) -> AwsCall:
    """Return the call by which Lambda sends a message to a queue, topic, bus or function.

    Raises:
        ValueError: The ARN names nothing of these.
    """
    parts = arn.split(":", 5)
    if len(parts) == 6:  # noqa: PLR2004 - arn, partition, service, Region, account and resource
        _, _, service, region, account_id, resource = parts
        match service, resource.partition("/")[0]:
            case "sqs", name:
                return _send_message(region, f"{account_id}/{name}", message, attributes)
            case "sns", _:
                return _publish(region, arn, message, attributes)
            case "events", "event-bus":
                return _put_event(region, arn, message, function_arn)
            case "lambda", _:
                return _invoke(region, arn, message)
    raise ValueError(
        "only SQS queues, SNS topics, EventBridge event buses and Lambda functions can be "
        "destinations here"
    )


def _send_message(region: str, path: str, message: str, attributes: Attributes) -> AwsCall:
    document = {
        # The service takes the queue from the path, whatever its own address is.
        "QueueUrl": f"https://sqs.{region}.amazonaws.com/{path}",
        "MessageBody": message,
        "MessageAttributes": {
            name: {"DataType": kind, "StringValue": value} for name, kind, value in attributes
        },
    }
    return json_call(
        "sqs", region=region, target="AmazonSQS.SendMessage", version="1.0", document=document
    )


def _publish(region: str, arn: str, message: str, attributes: Attributes) -> AwsCall:
    parameters = {"TopicArn": arn, "Message": message}
    for number, (name, kind, value) in enumerate(attributes, start=1):
        entry = f"MessageAttributes.entry.{number}"
        parameters |= {
            f"{entry}.Name": name,
            f"{entry}.Value.DataType": kind,
            f"{entry}.Value.StringValue": value,
        }
    return query_call(
        "sns", region=region, action="Publish", version="2010-03-31", parameters=parameters
    )


def _put_event(region: str, arn: str, record: str, function_arn: str) -> AwsCall:
    condition = json.loads(record)["requestContext"]["condition"]
    outcome = "Success" if condition == Condition.SUCCESS else "Failure"
    entry = {
        "Source": "lambda",
        "DetailType": f"Lambda Function Invocation Result - {outcome}",
        "Detail": record,
        "EventBusName": arn,
        "Resources": [arn, function_arn],
    }
    return json_call(
        "events",
        region=region,
        target="AWSEvents.PutEvents",
        version="1.1",
        document={"Entries": [entry]},
    )


def _invoke(region: str, arn: str, record: str) -> AwsCall:
    return AwsCall(
        service="lambda",
        region=region,
        action="Invoke",
        headers=(("Content-Type", "application/json"), ("X-Amz-Invocation-Type", "Event")),
        body=record.encode(),
        path=f"/2015-03-31/functions/{quote(arn, safe='')}/invocations",
    )


def _json_or_text(payload: bytes) -> Any:
    """Read a payload; a handler that returns bytes can make it anything."""
    try:
        return json.loads(payload)
    except ValueError:
        return payload.decode(errors="replace")
