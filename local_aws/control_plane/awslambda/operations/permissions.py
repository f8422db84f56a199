"""AddPermission, RemovePermission and GetPolicy: a policy for each qualifier of a function."""

import json
from typing import Any

from local_aws.control_plane.awslambda.exceptions import (
    ResourceConflictError,
    ResourceNotFoundError,
)
from local_aws.control_plane.awslambda.operations.request import (
    Answer,
    Request,
    answer,
    empty_answer,
)


class Permissions(Request):
    """Operations on the resource policy of a function, a version or an alias."""

    def add_permission(self) -> Any:
        """Add a statement, whose id must be a new one in the policy."""
        function, statement_id = self.function, self.document.get("StatementId")
        if any(each["Sid"] == statement_id for each in self._statements()):
            raise ResourceConflictError(
                f"The statement id ({statement_id}) provided already exists. Please provide a "
                "new statement id, or remove the existing statement."
            )
        qualifier = function.qualifier if function.is_published else None
        statement, _ = function.latest.policy.add_statement(self.body, qualifier)
        return answer({"Statement": json.dumps(statement)}, status=201)

    def remove_permission(self) -> Answer:
        """Remove a statement."""
        policy, statement_id = self.function.latest.policy, str(self.uri_match["StatementId"])
        removed = [each for each in self._statements() if each["Sid"] == statement_id]
        if not removed:
            raise ResourceNotFoundError(
                f"Statement {statement_id} is not found in resource policy."
            )
        policy.statements = [each for each in policy.statements if each not in removed]
        return empty_answer()

    def get_policy(self) -> Any:
        """Return the policy, of which there is none without a statement."""
        statements = self._statements()
        if not statements:
            raise ResourceNotFoundError("The resource you requested does not exist.")
        policy = {"Version": "2012-10-17", "Id": "default", "Statement": statements}
        revision = self.function.latest.policy.revision
        return answer({"Policy": json.dumps(policy), "RevisionId": revision})

    def _statements(self) -> list[dict[str, Any]]:
        """Return the statements of the policy that the call is about."""
        function = self.function
        arn = function.arn if function.is_published else function.latest.function_arn
        return [each for each in function.latest.policy.statements if each["Resource"] == arn]
