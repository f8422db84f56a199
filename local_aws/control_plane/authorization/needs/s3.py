"""S3: buckets and objects, whose ARNs have neither Region nor account."""

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import unquote

from moto.utilities.utils import get_partition

from local_aws.control_plane.authorization.call import Call
from local_aws.control_plane.authorization.needs.need import EVERYTHING, Need

# "Required permissions for Amazon S3 API operations", where action and operation differ.
_ACTIONS: Final[Mapping[str, str]] = {
    "CompleteMultipartUpload": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
    "GetBucketCors": "GetBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetObjectAttributes": "GetObject",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListParts": "ListMultipartUploadParts",
    "PutBucketCors": "PutBucketCORS",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "UploadPart": "PutObject",
}
_WITH_VERSIONS: Final = frozenset({"DeleteObject", "GetObject"})


def needs(call: Call) -> Iterator[Need]:
    """Yield what a call needs; a copy needs to read its source too."""
    parameters = call.parameters
    bucket, key = parameters.get("Bucket"), parameters.get("Key")
    if call.operation == "DeleteObjects":
        for deleted in (parameters.get("Delete") or {}).get("Objects") or []:
            yield _of_object(call, "DeleteObject", f"{bucket}/{deleted['Key']}", deleted)
        return
    if call.operation in {"CopyObject", "UploadPartCopy"}:
        source, _, version = unquote(parameters.get("CopySource", "")).partition("?versionId=")
        yield _of_object(call, "GetObject", source.removeprefix("/"), {"VersionId": version})
        yield _of_object(call, "PutObject", f"{bucket}/{key}", {})
        return
    action = _ACTIONS.get(call.operation, call.operation)
    if key:
        yield _of_object(call, action, f"{bucket}/{key}", parameters)
    else:
        yield Need(f"s3:{action}", _arn(call, bucket) if bucket else EVERYTHING)


def _of_object(call: Call, action: str, path: str, parameters: Mapping[str, object]) -> Need:
    has_version = parameters.get("VersionId") and action in _WITH_VERSIONS
    return Need(f"s3:{action}{'Version' if has_version else ''}", _arn(call, path))


def _arn(call: Call, path: str) -> str:
    return f"arn:{get_partition(call.region)}:s3:::{path}"
