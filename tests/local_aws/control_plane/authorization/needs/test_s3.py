from typing import Any

import pytest

from tests.local_aws.control_plane.authorization.needs.given import needed

BUCKET = "arn:aws:s3:::bucket"


@pytest.mark.parametrize(
    ("operation", "parameters", "expected"),
    [
        ("ListBuckets", {}, [("s3:ListAllMyBuckets", "*")]),
        ("ListObjectsV2", {"Bucket": "bucket"}, [("s3:ListBucket", BUCKET)]),
        ("HeadObject", {"Bucket": "bucket", "Key": "a/b"}, [("s3:GetObject", f"{BUCKET}/a/b")]),
        (
            "GetObject",
            {"Bucket": "bucket", "Key": "a", "VersionId": "1"},
            [("s3:GetObjectVersion", f"{BUCKET}/a")],
        ),
        (
            "DeleteObjects",
            {"Bucket": "bucket", "Delete": {"Objects": [{"Key": "a"}, {"Key": "b"}]}},
            [("s3:DeleteObject", f"{BUCKET}/a"), ("s3:DeleteObject", f"{BUCKET}/b")],
        ),
        (
            "CopyObject",
            {"Bucket": "bucket", "Key": "b", "CopySource": "/other/a%20b?versionId=1"},
            [
                ("s3:GetObjectVersion", "arn:aws:s3:::other/a b"),
                ("s3:PutObject", f"{BUCKET}/b"),
            ],
        ),
    ],
)
def test_call_needs_its_bucket_or_objects(
    operation: str, parameters: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert needed("s3", operation, **parameters) == expected
