"""Errors of API Gateway V2 that moto has no class for."""

from moto.apigatewayv2.exceptions import APIGatewayV2Error


class ConflictError(APIGatewayV2Error):
    """The call contradicts the present state of the API."""

    code = 409

    def __init__(self, message: str) -> None:
        super().__init__("ConflictException", message)


class NotFoundError(APIGatewayV2Error):
    """Something that the call names is not there."""

    code = 404

    def __init__(self, message: str) -> None:
        super().__init__("NotFoundException", message)
