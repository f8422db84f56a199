from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from jwt_authorizer import logs

if TYPE_CHECKING:
    from collections.abc import Callable


def test_record_is_one_line_of_json_with_its_extra(
    log_lines: Callable[[], list[dict[str, Any]]],
) -> None:
    logs.configure()
    logging.getLogger("jwt_authorizer").info("keys\ndownloaded", extra={"ignoredKeys": ("key 1",)})
    (line,) = log_lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "level": "INFO",
        "message": "keys\ndownloaded",
        "logger": "jwt_authorizer",
        "ignoredKeys": ["key 1"],
    }


def test_lines_of_less_than_info_are_left_out(
    log_lines: Callable[[], list[dict[str, Any]]],
) -> None:
    logs.configure()
    logging.getLogger("jwt_authorizer").debug("detail")
    assert log_lines() == []


def test_handler_of_lambda_gives_way(root_logger: logging.Logger) -> None:
    root_logger.addHandler(logging.NullHandler())
    logs.configure()
    (handler,) = root_logger.handlers
    assert isinstance(handler.formatter, logs.JsonFormatter)
