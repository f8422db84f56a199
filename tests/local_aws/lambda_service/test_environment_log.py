import re
from pathlib import Path

from local_aws.lambda_service.invocation import InvocationOptions
from tests.local_aws.lambda_service.given import function_of, running


async def test_log_has_the_lines_that_lambda_writes(tmp_path: Path) -> None:
    source = """
        import logging
        print("loading")

        def handler(event, context):
            print("one")
            logging.warning("two")
    """
    async with running(tmp_path, function_of(tmp_path, source)) as serving:
        await serving.call()
        await serving.call()
        first, second = serving.output.text().split("\nSTART", 2)[1:]
        assert serving.output.lines[0] == ("greeter", "loading")
        request = r"RequestId: [0-9a-f-]{36}"
        assert re.fullmatch(
            rf" {request} Version: \$LATEST\none\n"
            rf"\[WARNING\]\t\S+Z\t[0-9a-f-]{{36}}\ttwo\nEND {request}\nREPORT {request}"
            r"\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 256 MB"
            r"(\tMax Memory Used: \d+ MB)?\tInit Duration: [\d.]+ ms",
            first,
        )
        assert "Init Duration" not in second


async def test_platform_lines_can_be_hidden(tmp_path: Path) -> None:
    function = function_of(tmp_path, "def handler(event, context): print('said')")
    async with running(tmp_path, function, shows_platform_lines=False) as serving:
        result = await serving.call(options=InvocationOptions(wants_log_tail=True))
        assert serving.output.lines == [("greeter", "said")]
        assert re.match(rb"START .*\nsaid\nEND .*\nREPORT .*\n$", result.log_tail)


async def test_binary_output_harms_nothing(tmp_path: Path) -> None:
    source = """
        import os

        def handler(event, context):
            os.write(1, bytes(range(256)) * 4096)
            return "well"
    """
    async with running(tmp_path, function_of(tmp_path, source)) as serving:
        assert await serving.value() == "well"
        assert "\x1b" not in serving.output.text()
