import pytest

from local_aws.control_plane.awslambda.qualified_function import split_reference


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("echo", ("echo", None)),
        ("echo-1:live", ("echo-1", "live")),
        ("echo:$LATEST", ("echo", "$LATEST")),
        ("function:7", ("function", "7")),
        ("123456789012:function:echo", ("echo", None)),
        ("arn:aws:lambda:us-east-1:123456789012:function:echo", ("echo", None)),
        ("arn:aws:lambda:us-east-1:123456789012:function:echo:live", ("echo", "live")),
        ("arn:aws:s3:::echo", ("arn:aws:s3:::echo", None)),
    ],
)
def test_function_is_named_by_name_or_arn(reference: str, expected: tuple[str, str | None]) -> None:
    assert split_reference(reference) == expected
