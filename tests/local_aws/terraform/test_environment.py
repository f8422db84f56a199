from local_aws.terraform.environment import local_environment

ENDPOINT = "http://127.0.0.1:4566"


def test_nothing_of_the_callers_account_is_left() -> None:
    caller = {
        "AWS_ACCESS_KEY_ID": "AKIAREAL",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_SESSION_TOKEN": "real",
        "AWS_PROFILE": "production",
        "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/production",
        "AWS_WEB_IDENTITY_TOKEN_FILE": "/run/token",
        "AWS_CONFIG_FILE": "/of/the/caller/config",
        "AWS_ENDPOINT_URL_LAMBDA": "https://lambda.eu-west-1.amazonaws.com",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "AWS_REGION": "eu-west-1",
        "TF_AWS_STS_ENDPOINT": "https://sts.amazonaws.com",
    }

    environment = local_environment(caller, aws_endpoint=ENDPOINT, region="us-east-1")

    assert {name: value for name, value in environment.items() if "AWS" in name} == {
        "AWS_ENDPOINT_URL": ENDPOINT,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }


def test_arguments_that_could_name_the_real_state_are_dropped() -> None:
    caller = {"TF_CLI_ARGS": "-no-color", "TF_CLI_ARGS_apply": "-state=real.tfstate"}

    environment = local_environment(caller, aws_endpoint=ENDPOINT, region="us-east-1")

    assert not caller.keys() & environment.keys()


def test_everything_else_stays() -> None:
    caller = {"PATH": "/bin", "TF_VAR_name": "chat", "TF_CLI_CONFIG_FILE": "/etc/terraform.tfrc"}

    environment = local_environment(caller, aws_endpoint=ENDPOINT, region="us-east-1")

    assert caller.items() <= environment.items()


def test_loopback_is_never_reached_through_a_proxy() -> None:
    for name in ("NO_PROXY", "no_proxy"):
        environment = local_environment(
            {name: "intranet.example"}, aws_endpoint=ENDPOINT, region="us-east-1"
        )
        assert environment["NO_PROXY"] == "intranet.example,127.0.0.1,localhost"
        assert environment["no_proxy"] == environment["NO_PROXY"]
