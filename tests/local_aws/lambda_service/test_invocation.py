import asyncio
import re

from local_aws.lambda_service.invocation import Invocation, InvocationResult, new_trace_id


def invocation(*, log: bytearray | None = None) -> Invocation:
    return Invocation("arn", b"{}", asyncio.get_running_loop().create_future(), log=log)


async def test_log_tail_is_the_last_four_kilobytes() -> None:
    invoked = invocation(log=bytearray())
    for number in range(1000):
        invoked.add_log_line(f"line {number}")
    invoked.succeed(b"null", version="$LATEST")
    tail = invoked.result.result().log_tail
    assert len(tail) == 4096
    assert tail.endswith(b"line 998\nline 999\n")


async def test_log_is_kept_only_if_asked_for() -> None:
    invoked = invocation()
    invoked.add_log_line("line")
    invoked.fail(b"{}", version="3")
    assert invoked.result.result() == InvocationResult(
        b"{}", "Unhandled", "3", b"", invoked.request_id
    )


async def test_result_that_nobody_waits_for_is_dropped() -> None:
    invoked = invocation()
    invoked.result.cancel()
    invoked.succeed(b"null", version="$LATEST")
    invoked.refuse(RuntimeError())
    assert invoked.result.cancelled()


async def test_each_invocation_has_identifiers_of_its_own() -> None:
    first, second = invocation(), invocation()
    assert first.request_id != second.request_id
    assert first.trace_id != second.trace_id
    pattern = r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0"
    assert re.fullmatch(pattern, new_trace_id())
