from local_aws.api_gateway.access_log import Notice, printable


def test_words_of_a_client_do_not_steer_the_terminal() -> None:
    assert printable("a\x1b[2J\nb") == "a?[2J?b"


def test_notice_is_its_text() -> None:
    assert str(Notice("deploy again")) == "deploy again"
