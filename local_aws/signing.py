"""Signatures of calls to AWS services: Signature Version 4."""

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SigningCredentials

from local_aws.credentials import Credentials
from local_aws.http1 import Headers


def sign(
    request: AWSRequest, credentials: Credentials, *, signing_name: str, region: str
) -> Headers:
    """Return the headers of a request with those that its signature adds."""
    signer = S3SigV4Auth if signing_name == "s3" else SigV4Auth
    signer(
        SigningCredentials(
            credentials.access_key_id, credentials.secret_access_key, credentials.session_token
        ),
        signing_name,
        region,
    ).add_auth(request)
    return tuple((name, str(value)) for name, value in request.headers.items())
