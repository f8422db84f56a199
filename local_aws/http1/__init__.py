"""A small HTTP/1.1 server for loopback, on which the WebSocket port and the Lambda APIs stand.

Message syntax follows RFC 9112, parsed by llhttp. `parser` turns bytes into requests and knows no
socket; `server` puts it on connections and a port; `messages` is what both speak of.
"""

from local_aws.http1.messages import CONTINUE, Headers, Limits, Request, Response, serialize
from local_aws.http1.parser import Parsed, RequestParser
from local_aws.http1.server import Handle, HttpServer, HttpServerProtocol

__all__ = [
    "CONTINUE",
    "Handle",
    "Headers",
    "HttpServer",
    "HttpServerProtocol",
    "Limits",
    "Parsed",
    "Request",
    "RequestParser",
    "Response",
    "serialize",
]
