"""Time to live on request: what the control plane deletes by itself, but later."""

import json
from http import HTTPStatus

from local_aws.http1.client import HttpClient


class TimeToLiveError(Exception):
    """The control plane deleted nothing; the message says why."""


async def sweep_expired(http: HttpClient, aws_endpoint_url: str, token: str, now: float) -> int:
    """Delete the items of all tables whose time is over at `now`; return how many there were.

    Args:
        http: Calls the control plane.
        aws_endpoint_url: The control plane's address, `http://host:port`.
        token: What the control plane demands of other parts of the local AWS.
        now: Seconds since the epoch.

    Raises:
        TimeToLiveError: the control plane refused.
        HttpClientError: it did not answer.
    """
    response = await http.send(
        f"{aws_endpoint_url}/_local_aws/time_to_live/{now}",
        method="POST",
        headers=(("X-Local-Aws-Token", token),),
    )
    if response.status != HTTPStatus.OK:
        raise TimeToLiveError(
            f"The control plane answered {response.status} to a sweep of what expired by {now}."
        )
    return int(json.loads(response.body)["deleted"])
