"""New code for functions that are deployed, as Terraform would bring it, but without Terraform."""

import asyncio
import base64
import json
from collections.abc import Iterable
from typing import Any, Final

from local_aws.aws_client import AwsClient, put_call
from local_aws.credentials import ROOT
from local_aws.deployed import Deployed
from local_aws.lambda_service.function_reference import LATEST, parse_function_reference
from local_aws.lambda_service.service import LambdaService
from local_aws.publication import Alias, Function

_FUNCTIONS: Final = "/2015-03-31/functions"


class CodeDeployment:
    """Updates functions at the Lambda API of this machine."""

    def __init__(self, client: AwsClient, deployed: Deployed, functions: LambdaService) -> None:
        """Prepare.

        Args:
            client: Calls the Lambda API.
            deployed: Tells what is deployed.
            functions: Runs what is deployed.
        """
        self._client = client
        self._deployed = deployed
        self._functions = functions

    async def update(self, functions: Iterable[Function], package: bytes) -> str:
        """Give functions another zip, and wait until what comes next is handled by it.

        An alias of the newest version is pointed at the version that is published of the new code,
        as it is when a root does so.

        Returns:
            The digest by which Lambda knows the zip.

        Raises:
            AwsClientError: Lambda refused it.
        """
        updated = tuple(functions)
        answers = [await self._update(function, package) for function in updated]
        digest = str(answers[0]["CodeSha256"])
        await self._deployed.until(lambda: self._all_have(updated, digest))
        return digest

    async def start(self, functions: Iterable[Function]) -> None:
        """Have those functions that routes name ready for events.

        Raises:
            LambdaServiceError: One of them cannot be started.
        """
        started = tuple(functions)
        starting = [
            self._functions.initialize(arn)
            for arn in self._deployed.routed_functions()
            if (reference := parse_function_reference(arn)) and any(map(reference.names, started))
        ]
        for result in await asyncio.gather(*starting, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result

    async def _update(self, function: Function, package: bytes) -> Any:
        aliases = self._aliases_of_newest(function)
        answer = await self._put(
            function,
            "UpdateFunctionCode",
            "code",
            {"ZipFile": base64.b64encode(package).decode(), "Publish": bool(aliases)},
        )
        for alias in aliases:
            document = {"FunctionVersion": answer["Version"]}
            await self._put(function, "UpdateAlias", f"aliases/{alias.name}", document)
        return answer

    async def _put(
        self, function: Function, action: str, path: str, document: dict[str, Any]
    ) -> Any:
        call = put_call(
            "lambda",
            region=function.arn.split(":")[3],
            action=action,
            path=f"{_FUNCTIONS}/{function.name}/{path}",
            document=document,
        )
        response = await self._client.send(call, ROOT)
        return json.loads(response.body)

    def _aliases_of_newest(self, function: Function) -> list[Alias]:
        """Return the aliases to be moved; one that shares events out is a rollout of its own."""
        versions = [
            int(each.version)
            for each in self._deployed.functions
            if each.arn == function.arn and each.version != LATEST
        ]
        return [
            alias
            for alias in self._deployed.aliases
            if alias.function_arn == function.arn
            and not alias.weights
            and alias.version == str(max(versions, default=LATEST))
        ]

    def _all_have(self, functions: tuple[Function, ...], digest: str) -> bool:
        arns = {function.arn for function in functions}
        return arns <= {
            each.arn
            for each in self._deployed.functions
            if each.version == LATEST and each.code_sha256 == digest
        }
