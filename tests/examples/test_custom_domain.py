from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from tests.examples.given import example

DOMAIN = "ws.example.com"
MAPPING = "module.websocket.aws_apigatewayv2_api_mapping.domain[0]"


@pytest.mark.examples
def test_custom_domain_is_the_only_way_in(tmp_path: Path) -> None:
    with example("custom_domain", tmp_path) as domain:
        assert domain.stack.outputs["websocket_url"] == f"wss://{DOMAIN}/chat"
        assert domain.stack.outputs["name_servers"]
        assert domain.exchange("hello", url=f"ws://{DOMAIN}/chat") == ["hello"]

        (address,) = domain.stack.addresses
        assert address.websocket_url.endswith("/chat")
        default_address = address.websocket_url.replace("/chat", "/prod")
        for elsewhere in (default_address, f"ws://{DOMAIN}/mail"):
            with pytest.raises(InvalidStatus, match="HTTP 403"):
                domain.connect(elsewhere)

        # Another path is another mapping of the same domain, certificate and API.
        domain.edit("main.tf", '= "chat"', '= "talk"')
        actions = domain.apply()
        assert actions.pop(MAPPING) == "update"
        assert set(actions.values()) == {"update"}
        assert not any("aws_apigatewayv2" in address or "acm" in address for address in actions)
        assert domain.exchange("hello", url=f"ws://{DOMAIN}/talk") == ["hello"]
