from pathlib import Path

import pytest

from tests.examples.given import example


@pytest.mark.examples
def test_minimal_echoes_and_is_tagged_in_place(tmp_path: Path) -> None:
    with example("minimal", tmp_path) as minimal:
        assert minimal.exchange("hello") == ["hello"]

        minimal.edit("main.tf", '"../../infra"\n', '"../../infra"\n  tags = { team = "chat" }\n')
        actions = minimal.apply()

        assert set(actions.values()) == {"update"}
        assert "module.websocket.aws_apigatewayv2_api.websocket[0]" in actions
        assert "module.websocket.aws_dynamodb_table.connections[0]" in actions
        assert 'module.websocket.aws_lambda_function.functions["default"]' in actions
        (api,) = minimal.client("apigatewayv2").get_apis()["Items"]
        assert api["Tags"] == {"team": "chat"}
        assert minimal.exchange("hello") == ["hello"]
