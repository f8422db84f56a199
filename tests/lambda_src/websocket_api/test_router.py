from __future__ import annotations

import pytest

from websocket_api.outcomes import Accept, Reply
from websocket_api.parameters import InvalidHandler
from websocket_api.router import Router


def connect() -> Accept:
    return Accept()


def say() -> Reply:
    return Reply("said")


def failed(error: LookupError) -> Reply:
    return Reply(str(error))


def test_decorators_leave_functions_as_they_are() -> None:
    router = Router()
    assert router.on_connect(connect) is connect
    assert router.on_disconnect(connect) is connect
    assert router.on_default(say) is say
    assert router.on_message("say")(say) is say
    assert router.on_subscribe(say) is say
    assert router.on_publish(say) is say
    assert router.on_error(LookupError)(failed) is failed


def test_handlers_are_found_by_what_they_are_registered_for() -> None:
    router = Router()
    router.on_connect(connect)
    router.on_message("say")(say)
    router.on_message("shout")(connect)
    assert router.route_keys == {"say", "shout"}
    registered = router.registered("on_message", "say")
    assert registered is not None
    assert registered.function is say
    assert router.registered("on_message", "whisper") is None
    assert router.registered("on_disconnect") is None


def test_second_handler_of_the_same_thing_is_an_error_that_names_both() -> None:
    router = Router()
    router.on_message("say")(say)
    with pytest.raises(
        InvalidHandler, match=r"on_message\('say'\) is given twice: to .*\.say and to .*\.connect\."
    ):
        router.on_message("say")(connect)
    router.on_connect(connect)
    with pytest.raises(InvalidHandler, match="on_connect is given twice"):
        router.on_connect(connect)


def test_handler_of_the_closest_class_takes_over_after_an_error() -> None:
    def any_failed(error: Exception) -> Reply:
        return Reply(str(error))

    router = Router()
    router.on_error(LookupError)(failed)
    assert router.error_handler(ValueError()) is None
    router.on_error(Exception)(any_failed)
    closest = router.error_handler(KeyError())
    assert closest is not None
    assert closest.function is failed
    other = router.error_handler(ValueError())
    assert other is not None
    assert other.function is any_failed


def test_included_handlers_are_taken_over() -> None:
    chat, router = Router(), Router()
    chat.on_message("say")(say)
    chat.on_error(LookupError)(failed)
    router.on_connect(connect)
    router.include(chat)
    assert router.route_keys == {"say"}
    assert router.error_handler(KeyError()) is not None
    assert router.registered("on_connect") is not None
    assert chat.registered("on_connect") is None


def test_including_what_is_there_already_is_an_error() -> None:
    chat, router = Router(), Router()
    chat.on_message("say")(say)
    router.on_message("say")(connect)
    with pytest.raises(InvalidHandler, match="is given twice"):
        router.include(chat)


def test_including_the_same_twice_changes_nothing() -> None:
    chat, router = Router(), Router()
    chat.on_message("say")(say)
    router.include(chat)
    router.include(chat)
    assert router.route_keys == {"say"}
