import json
from pathlib import Path

import pytest

from tests.examples.given import example

COUNT = '{"action": "count"}'
STAGE = "module.websocket.aws_apigatewayv2_stage.websocket[0]"
DEPLOYMENT = "module.websocket.aws_apigatewayv2_deployment.websocket[0]"


@pytest.mark.examples
def test_own_handlers_count_and_change_in_place(tmp_path: Path) -> None:
    with example("own_handlers", tmp_path) as counter:
        answers = [json.loads(answer) for answer in counter.exchange(COUNT, COUNT, "hello")]
        assert answers == [
            {"messages": 1},
            {"messages": 2},
            {"error": 'Send {"action": "count"}.'},
        ]

        # Another limit is a setting of the stage.
        counter.edit("main.tf", "rate_limit = 20", "rate_limit = 30")
        assert counter.apply() == {STAGE: "update"}

        with counter.connect() as client:
            # Other code goes into the same functions; whoever is connected stays so.
            counter.edit("handlers/count.py", '{"messages":', '{"count":')
            assert counter.apply() == {
                'module.websocket.terraform_data.package["functions"]': "replace",
                'module.websocket.aws_lambda_function.functions["count"]': "update",
                'module.websocket.aws_lambda_function.functions["lifecycle"]': "update",
                'module.websocket.aws_lambda_function.functions["other"]': "update",
            }
            client.send(COUNT)
            assert json.loads(client.recv(timeout=10)) == {"count": 1}

            # Another route is another deployment of the same API.
            counter.edit(
                "main.tf",
                '    "$default"    =',
                '    "total"       = { function = "count", two_way = true }\n    "$default"    =',
            )
            assert counter.apply() == {
                'module.websocket.aws_apigatewayv2_route.websocket["total"]': "create",
                'module.websocket.aws_apigatewayv2_route_response.websocket["total"]': "create",
                'module.websocket.aws_lambda_permission.routes["total"]': "create",
                DEPLOYMENT: "replace",
                STAGE: "update",
            }
            client.send('{"action": "total"}')
            assert json.loads(client.recv(timeout=10)) == {"count": 2}
