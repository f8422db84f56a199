import pytest

from local_aws.api_gateway.frames import ErrorMessage, bad_request_body_frame, error_frame


@pytest.mark.parametrize(
    ("message", "connection_id", "request_id", "frame"),
    [
        (
            ErrorMessage.INTERNAL_SERVER_ERROR,
            "Qyi07eCbtjMCJKw=",
            "Qyi3UG41tjMFlUg=",
            (
                b'{"message": "Internal server error", "connectionId":"Qyi07eCbtjMCJKw=",'
                b' "requestId":"Qyi3UG41tjMFlUg="}'
            ),
        ),
        (
            ErrorMessage.FORBIDDEN,
            "XDmENcnwIE0CFEQ=",
            "XDmGEE2RoE0FRdQ=",
            (
                b'{"message": "Forbidden", "connectionId":"XDmENcnwIE0CFEQ=",'
                b' "requestId":"XDmGEE2RoE0FRdQ="}'
            ),
        ),
        (
            ErrorMessage.ENDPOINT_REQUEST_TIMED_OUT,
            "Llf4ceE2NjMCF7w=",
            "Llf7PFSNNjMFZeA=",
            (
                b'{"message": "Endpoint request timed out", "connectionId":"Llf4ceE2NjMCF7w=",'
                b' "requestId":"Llf7PFSNNjMFZeA="}'
            ),
        ),
    ],
)
def test_error_frame_is_that_of_aws_byte_for_byte(
    message: ErrorMessage, connection_id: str, request_id: str, frame: bytes
) -> None:
    assert error_frame(message, connection_id=connection_id, request_id=request_id) == frame


def test_frame_of_a_bad_request_body_is_that_of_aws_byte_for_byte() -> None:
    frame = bad_request_body_frame(connection_id="R1kmxc2VNjMCFIA=", message_id="R1knPc2ntjMCFIA=")
    assert frame == (
        b'{"message" : "Bad request body", "connectionId": "R1kmxc2VNjMCFIA=",'
        b' "messageId": "R1knPc2ntjMCFIA="}'
    )
