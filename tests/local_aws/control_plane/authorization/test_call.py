import io
from urllib.parse import urlencode

import pytest
from werkzeug.test import EnvironBuilder

from local_aws.control_plane.authorization.call import read_call
from local_aws.control_plane.authorization.signature import Signature

PATH = "/123456789012/work"


@pytest.mark.parametrize(
    ("path", "parameters", "queue_url"),
    [
        (PATH, {}, PATH),
        (PATH, {"QueueUrl": "http://127.0.0.1/111111111111/other"}, None),
        ("/", {"QueueUrl": "http://127.0.0.1/111111111111/other"}, None),
    ],
)
def test_queue_is_named_by_the_address_unless_by_a_parameter(
    path: str, parameters: dict[str, str], queue_url: str | None
) -> None:
    body = urlencode({"Action": "SendMessage", "MessageBody": "hello", **parameters}).encode()
    environ = EnvironBuilder(
        method="POST",
        path=path,
        input_stream=io.BytesIO(body),
        content_type="application/x-www-form-urlencoded",
        content_length=len(body),
    ).get_environ()

    call = read_call(environ, Signature("AKIA", "us-east-1", "sqs"), "123456789012")

    assert call.operation == "SendMessage"
    assert call.parameters["QueueUrl"] == (queue_url or parameters["QueueUrl"])
    assert environ["wsgi.input"].read() == body
