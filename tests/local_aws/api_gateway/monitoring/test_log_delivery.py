import time

from local_aws.api_gateway.monitoring import log_delivery
from local_aws.api_gateway.monitoring.aws_client import AwsClient
from local_aws.api_gateway.monitoring.log_delivery import LogDelivery, LogGroup
from local_aws.http1.client import HttpClient
from tests.local_aws.api_gateway.monitoring.given import REGION, client, messages, new_name


class Delivery:
    """A delivery that delivers as it is closed."""

    def __init__(self, endpoint_url: str) -> None:
        self.notices: list[str] = []
        self._http = HttpClient()
        self.logs = LogDelivery(AwsClient(endpoint_url, self._http), self.notices.append)

    async def close(self) -> None:
        await self.logs.close()
        await self._http.close()


async def test_lines_are_put_in_the_order_of_their_times(aws_endpoint_url: str) -> None:
    delivery, group = Delivery(aws_endpoint_url), new_name()
    now = time.time()
    delivery.logs.put(LogGroup(REGION, group, is_own=True), now, ["second", "third"])
    delivery.logs.put(LogGroup(REGION, group, is_own=True), now - 1, ["first"])
    await delivery.close()
    assert messages(aws_endpoint_url, group) == ["first", "second", "third"]
    assert delivery.notices == []


async def test_group_that_is_there_is_used(aws_endpoint_url: str) -> None:
    group = new_name()
    client("logs", aws_endpoint_url).create_log_group(logGroupName=group)
    for is_own in (True, False):
        delivery = Delivery(aws_endpoint_url)
        delivery.logs.put(LogGroup(REGION, group, is_own=is_own), time.time(), ["line"])
        await delivery.close()
        assert delivery.notices == []
    assert messages(aws_endpoint_url, group) == ["line", "line"]


async def test_many_lines_are_put_in_batches(aws_endpoint_url: str) -> None:
    delivery, group = Delivery(aws_endpoint_url), new_name()
    lines = [str(number) for number in range(450)]
    delivery.logs.put(LogGroup(REGION, group, is_own=True), time.time(), lines)
    await delivery.close()
    assert messages(aws_endpoint_url, group) == lines


async def test_group_of_the_user_is_not_made_and_its_loss_is_told_once(
    aws_endpoint_url: str,
) -> None:
    delivery, group = Delivery(aws_endpoint_url), LogGroup(REGION, "missing", is_own=False)
    for _ in range(2):
        delivery.logs.put(group, time.time(), ["line"])
        await delivery.logs._deliver()
    await delivery.close()
    (notice,) = delivery.notices
    assert notice.startswith("Lines for the log group missing are lost: CreateLogStream answered")


async def test_group_that_is_made_anew_gets_its_lines(aws_endpoint_url: str) -> None:
    delivery, group = Delivery(aws_endpoint_url), LogGroup(REGION, new_name(), is_own=True)
    logs = client("logs", aws_endpoint_url)
    for line in ("one", "lost", "three"):
        delivery.logs.put(group, time.time(), [line])
        await delivery.logs._deliver()
        if line == "one":
            logs.delete_log_group(logGroupName=group.name)
    await delivery.close()
    assert messages(aws_endpoint_url, group.name) == ["three"]


async def test_lines_that_nobody_takes_do_not_fill_the_memory() -> None:
    delivery, group = Delivery("http://127.0.0.1:1"), LogGroup(REGION, "group", is_own=True)
    delivery.logs.put(group, time.time(), ["x"] * log_delivery._MAXIMUM_WAITING)
    delivery.logs.put(group, time.time(), ["x"])
    assert "more than 20000 lines are waiting" in delivery.notices[0]
    await delivery.close()
    assert len(delivery.notices) == 1
