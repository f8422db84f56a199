"""GetModels, and UpdateModel and DeleteModel with AWS's rules."""

from moto.apigatewayv2.models import Model

from local_aws.control_plane.apigatewayv2.operations.request import (
    Answer,
    Request,
    answer,
    empty_answer,
)


class Models(Request):
    """Operations on models."""

    def get_models(self) -> Answer:
        """Return all models of an API on one page."""
        return answer({"items": [model.to_json() for model in self.api.models.values()]})

    def update_model(self) -> Answer:
        """Change what the document names of a model."""
        self._model()
        return super().update_model()

    def delete_model(self) -> Answer:
        """Delete a model."""
        self.api.delete_model(self._model().id)
        return empty_answer()

    def _model(self) -> Model:
        return self.api.get_model(self.path_parameter("modelId"))
