import time

import pytest

from local_aws.aws_client import AwsClient
from local_aws.credentials import ROOT, Credentials
from local_aws.http1.client import HttpClient
from local_aws.monitoring import log_delivery
from local_aws.monitoring.log_delivery import LogDelivery, LogGroup
from tests.local_aws.monitoring.given import REGION, client, messages, new_name


class Delivery:
    """A delivery that delivers as it is closed."""

    def __init__(self, endpoint_url: str) -> None:
        self.notices: list[str] = []
        self._http = HttpClient()
        client = AwsClient(self._http, endpoint_url=endpoint_url)
        self.logs = LogDelivery(client, self.notices.append)

    async def close(self) -> None:
        await self.logs.close()
        await self._http.close()


async def test_lines_are_put_in_the_order_of_their_times(moto_endpoint: str) -> None:
    delivery, group = Delivery(moto_endpoint), new_name()
    now = time.time()
    delivery.logs.put(LogGroup(REGION, group, is_own=True), now, ["second", "third"])
    delivery.logs.put(LogGroup(REGION, group, is_own=True), now - 1, ["first"])
    await delivery.close()
    assert messages(moto_endpoint, group) == ["first", "second", "third"]
    assert delivery.notices == []


async def test_group_that_is_there_is_used(moto_endpoint: str) -> None:
    group = new_name()
    client("logs", moto_endpoint).create_log_group(logGroupName=group)
    for is_own in (True, False):
        delivery = Delivery(moto_endpoint)
        delivery.logs.put(LogGroup(REGION, group, is_own=is_own), time.time(), ["line"])
        await delivery.close()
        assert delivery.notices == []
    assert messages(moto_endpoint, group) == ["line", "line"]


async def test_many_lines_are_put_in_batches(moto_endpoint: str) -> None:
    delivery, group = Delivery(moto_endpoint), new_name()
    lines = [str(number) for number in range(1_450)]
    delivery.logs.put(LogGroup(REGION, group, is_own=True), time.time(), lines)
    await delivery.close()
    assert messages(moto_endpoint, group) == lines


async def test_no_batch_is_larger_than_cloudwatch_takes() -> None:
    events: list[dict[str, object]] = [{"message": "\N{EURO SIGN}" * 100_000}] * 7
    batches = list(log_delivery._batches(events))
    assert [len(batch) for batch in batches] == [3, 3, 1]


async def test_stream_may_be_named_and_lines_put_in_the_name_of_a_role(
    moto_endpoint: str,
) -> None:
    asked: list[LogGroup] = []

    async def credentials(group: LogGroup) -> Credentials:
        asked.append(group)
        return ROOT

    http, group = HttpClient(), LogGroup(REGION, new_name(), is_own=True, stream="mine")
    client_of_logs = AwsClient(http, endpoint_url=moto_endpoint)
    logs = LogDelivery(client_of_logs, pytest.fail, credentials)
    logs.put(group, time.time(), ["line"])
    await logs.close()
    await http.close()
    found = client("logs", moto_endpoint).get_log_events(
        logGroupName=group.name, logStreamName="mine"
    )
    assert [each["message"] for each in found["events"]] == ["line"]
    assert set(asked) == {group}


async def test_group_of_the_user_is_not_made_and_its_loss_is_told_once(
    moto_endpoint: str,
) -> None:
    delivery, group = Delivery(moto_endpoint), LogGroup(REGION, "missing", is_own=False)
    for _ in range(2):
        delivery.logs.put(group, time.time(), ["line"])
        await delivery.logs._deliver()
    await delivery.close()
    (notice,) = delivery.notices
    assert notice.startswith(
        "Lines for the log group missing are lost: logs:PutLogEvents was refused with"
    )


async def test_group_that_is_made_anew_gets_its_lines(moto_endpoint: str) -> None:
    delivery, group = Delivery(moto_endpoint), LogGroup(REGION, new_name(), is_own=True)
    logs = client("logs", moto_endpoint)
    for line in ("one", "lost", "three"):
        delivery.logs.put(group, time.time(), [line])
        await delivery.logs._deliver()
        if line == "one":
            logs.delete_log_group(logGroupName=group.name)
    await delivery.close()
    assert messages(moto_endpoint, group.name) == ["three"]


async def test_lines_that_nobody_takes_do_not_fill_the_memory() -> None:
    delivery, group = Delivery("http://127.0.0.1:1"), LogGroup(REGION, "group", is_own=True)
    delivery.logs.put(group, time.time(), ["x"] * log_delivery._MAXIMUM_WAITING)
    delivery.logs.put(group, time.time(), ["x"])
    assert "more than 20000 lines are waiting" in delivery.notices[0]
    await delivery.close()
    assert len(delivery.notices) == 1
