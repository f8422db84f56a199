import json
import time
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from tests.end_to_end.given import eventually
from tests.examples.given import example


@pytest.mark.examples
def test_direct_dynamodb_keeps_connections_with_no_function_at_all(tmp_path: Path) -> None:
    with example("direct_dynamodb", tmp_path) as direct:
        assert direct.client("lambda").list_functions()["Functions"] == []

        with direct.connect() as client:
            (row,) = direct.rows()
            assert row["source_ip"] == {"S": "127.0.0.1"}
            # Seconds: the same number in milliseconds would be tens of thousands of years away.
            assert 0 < int(row["ttl"]["N"]) - time.time() < 7501

            for message, answer in {"one": 1, '{"action": "two"}': 2}.items():
                client.send(message)
                assert json.loads(client.recv(timeout=10)) == {"messages": answer}
            client.send('{"action": "ping"}')
            assert set(json.loads(client.recv(timeout=10))) == {"pong"}
            assert direct.rows()[0]["messages"] == {"N": "2"}
        assert eventually(lambda: direct.rows() == [])

        # Another template changes the integration, and is deployed.
        direct.edit("templates.tf", "+ 7500)", "+ 8000)")
        integration = 'module.websocket.aws_apigatewayv2_integration.websocket["connection_opens"]'
        assert direct.apply() == {
            integration: "update",
            "module.websocket.aws_apigatewayv2_deployment.websocket[0]": "replace",
            "module.websocket.aws_apigatewayv2_stage.websocket[0]": "update",
        }
        with direct.connect():
            (row,) = direct.rows()
            assert int(row["ttl"]["N"]) - time.time() > 7501

        # What the role does not allow is not done, and the client that asked for it is refused.
        direct.edit("main.tf", 'table_actions = ["PutItem"]', 'table_actions = ["GetItem"]')
        role = 'module.websocket.aws_iam_role_policy.integrations["connection_opens"]'
        assert direct.apply() == {role: "update"}
        with pytest.raises(InvalidStatus, match="HTTP 500"):
            direct.connect()
