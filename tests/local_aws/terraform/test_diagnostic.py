from local_aws.terraform.diagnostic import Diagnostic


def test_whole_diagnostic_reads_as_terraform_shows_it() -> None:
    diagnostic = Diagnostic.from_json(
        {
            "severity": "error",
            "summary": "Invalid value for variable",
            "detail": "stage must be a name.\n\nIt is empty.\n",
            "address": "aws_apigatewayv2_stage.main",
            "range": {"filename": "stage.tf", "start": {"line": 7, "column": 1}},
            "snippet": {"context": 'variable "stage"', "code": 'variable "stage" {'},
        }
    )

    assert str(diagnostic) == (
        "Error: Invalid value for variable\n"
        "  with aws_apigatewayv2_stage.main\n"
        '  on stage.tf line 7, in variable "stage"\n'
        "\n"
        "  stage must be a name.\n"
        "\n"
        "  It is empty."
    )


def test_summary_alone_is_enough() -> None:
    assert str(Diagnostic.from_json({"severity": "warning", "summary": "Careful"})) == (
        "Warning: Careful"
    )


def test_place_without_a_snippet_is_shown() -> None:
    document = {
        "severity": "error",
        "summary": "Oops",
        "range": {"filename": "main.tf", "start": {"line": 3}},
        "snippet": None,
    }

    assert Diagnostic.from_json(document).location == "main.tf line 3"
