import json
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from local_aws.lambda_service.platforms import machine_in_lambdas_terms
from tests.examples.given import EXAMPLES, example


@pytest.mark.examples
def test_jwt_auth_greets_whoever_shows_a_token_in_any_of_three_ways(tmp_path: Path) -> None:
    keys = tmp_path / "keys"

    def token(*options: str) -> str:
        make = [sys.executable, str(EXAMPLES / "jwt_auth" / "make_token.py")]
        command = [*make, "--user", "alice", "--keys", str(keys), *options]
        return subprocess.check_output(command, text=True).strip()

    alice = token()
    assert (keys / "private.pem").stat().st_mode & 0o077 == 0
    repository = tmp_path / "repository"
    repository.mkdir()
    variables = {
        "keys_file": str(keys / "public.json"),
        "architecture": machine_in_lambdas_terms(platform.machine()),
    }
    with example("jwt_auth", repository, **variables) as greeter:
        url = greeter.stack.addresses[0].websocket_url

        def greeting(**options: Any) -> Any:
            (answer,) = greeter.exchange("hello", **options)
            return json.loads(answer)

        def status(**options: Any) -> tuple[int, str]:
            with pytest.raises(InvalidStatus) as caught, greeter.connect(**options):
                pass
            refusal = caught.value.response
            return refusal.status_code, json.loads(refusal.body)["message"]

        def bearer(token: str) -> dict[str, dict[str, str]]:
            return {"additional_headers": {"Authorization": f"Bearer {token}"}}

        greeted = {"greeting": "Hello, alice.", "subprotocol": None}
        assert greeting(**bearer(alice)) == greeted
        assert greeting(url=f"{url}?token={alice}") == greeted
        offered = [Subprotocol("bearer"), Subprotocol(alice)]
        assert greeting(subprotocols=offered) == {**greeted, "subprotocol": "bearer"}
        with greeter.connect(subprotocols=offered) as client:
            assert client.subprotocol == "bearer"

        assert status() == (401, "Unauthorized")
        assert status(**bearer(token("--minutes=-5"))) == (403, "Forbidden")
        assert status(**bearer(token("--audience", "mail"))) == (403, "Forbidden")
        assert status(**bearer(f"{alice[:-8]}AAAAAAAA")) == (403, "Forbidden")
