"""The environment in which Terraform sees an AWS on loopback and nothing of a real account."""

import os
from collections.abc import Mapping

from local_aws.credentials import ROOT

LOOPBACK = ("127.0.0.1", "localhost")


def local_environment(
    environment: Mapping[str, str], *, aws_endpoint: str, region: str
) -> dict[str, str]:
    """Return `environment` turned towards `aws_endpoint`, with every trace of an account removed.

    All `AWS_*` and `TF_AWS_*` variables of the caller go: credentials, profile, endpoints,
    configuration files. So do `TF_CLI_ARGS*`, which could name the user's real state.
    `region` holds where the root's own provider block names none.

    The precedence of these variables over configuration files is that of "Service-specific
    endpoints" in the AWS SDKs and Tools Reference Guide.
    """
    kept = {
        name: value
        for name, value in environment.items()
        if not name.startswith(("AWS_", "TF_AWS_", "TF_CLI_ARGS"))
    }
    proxied_never = kept.get("NO_PROXY") or kept.get("no_proxy")
    no_proxy = ",".join(filter(None, (proxied_never, *LOOPBACK)))
    return kept | {
        "AWS_ENDPOINT_URL": aws_endpoint,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": ROOT.access_key_id,
        "AWS_SECRET_ACCESS_KEY": ROOT.secret_access_key,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
    }
