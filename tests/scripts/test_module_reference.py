from pathlib import Path

import pytest

from scripts.module_reference import BEGIN, END, main, reference

STAGE = """
variable "stage" {
  description = <<-EOT
    The stage.
    - name: letters and digits.
    - throttle: for each route.
      - rate_limit: requests a second.
    - keys: the keys | by name.
      - enabled: whether one is *accepted*.
  EOT
  type = object({
    name     = string
    throttle = optional(object({ rate_limit = optional(number, 100) }), {})
    keys     = optional(map(object({ enabled = optional(bool, true) })))
  })
}
"""


@pytest.fixture
def module(tmp_path: Path) -> Path:
    (tmp_path / "README.md").write_text(f"# Mine\n\n{BEGIN}\nold\n{END}\n\nBelow.\n")
    return tmp_path


def write(module: Path, text: str, name: str = "variables.tf") -> None:
    (module / name).write_text(text, encoding="utf-8")


def test_input_is_a_row_with_type_default_and_description(module: Path) -> None:
    write(
        module,
        """
        variable "name" {
          description = "Name of \\"it\\", as in $${path.module}."
          type        = string
          default     = "websocket"
        }
        variable "count" {
          description = "How many."
          type        = number
        }
        variable "tags" {
          description = "Tags."
          type        = map(string)
          default     = null
        }
        variable "flag" {
          description = "Whether."
          default     = true
        }
        """,
    )

    assert [line for line in reference(module).splitlines() if line.startswith("| `")] == [
        '| `name` | string | `"websocket"` | Name of "it", as in ${path.module}. |',
        "| `count` | number | required | How many. |",
        "| `tags` | map(string) | `null` | Tags. |",
        "| `flag` | any | `true` | Whether. |",
    ]


def test_object_has_a_section_with_a_row_for_each_field(module: Path) -> None:
    write(module, STAGE)

    text = reference(module)

    assert "| [`stage`](#stage) | object | required | The stage. |" in text
    assert text[text.index("### `stage`") :].splitlines()[:10] == [
        "### `stage`",
        "",
        "The stage.",
        "",
        "| field | type | default | what it is |",
        "|---|---|---|---|",
        "| `name` | string | required | letters and digits. |",
        "| `throttle` | object | `{}` | for each route. |",
        "| `throttle.rate_limit` | number | `100` | requests a second. |",
        "| `keys` | map of objects | `null` | the keys &#124; by name. |",
    ]
    assert r"| `keys.enabled` | bool | `true` | whether one is \*accepted\*. |" in text


def test_long_default_stands_below_the_table(module: Path) -> None:
    write(
        module,
        """
        variable "routes" {
          description = "The routes."
          type        = map(any)
          default = {
            "$connect" = { function = "connect", limits = [1, 2.5], of = upper("a") }
            "join"     = {}
          }
        }
        """,
    )

    text = reference(module)

    assert "| [`routes`](#routes) | map(any) | below | The routes. |" in text
    assert text[text.index("```hcl") :].splitlines()[:5] == [
        "```hcl",
        "{",
        '  "$connect" = { function = "connect", limits = [1, 2.5], of = upper("a") }',
        '  "join"     = {}',
        "}",
    ]


def test_long_list_stands_below_the_table_in_one_line(module: Path) -> None:
    names = ", ".join(f'"name-{number}"' for number in range(9))
    write(module, f'variable "names" {{\n  description = "Names."\n  default = [{names}]\n}}\n')

    assert f"```hcl\n[{names}]\n```" in reference(module)


def test_comma_and_bracket_in_a_default_are_no_end_of_it(module: Path) -> None:
    write(
        module,
        """
        variable "access" {
          description = <<-EOT
            Access.
            - format: the line.
            - ports: the ports.
          EOT
          type = object({
            format = optional(string, "a, \\"b) {")
            ports  = optional(list(number), [1, 2])
          })
          default = {}
        }
        """,
    )

    text = reference(module)

    assert '| `format` | string | `"a, \\"b) {"` | the line. |' in text
    assert "| `ports` | list(number) | `[1, 2]` | the ports. |" in text


def test_outputs_say_when_they_are_sensitive(module: Path) -> None:
    write(
        module,
        """
        output "keys" {
          description = "The keys."
          value       = 1
          sensitive   = true
        }
        output "name" {
          description = "The name."
          value       = 2
        }
        """,
        "outputs.tf",
    )

    assert reference(module).endswith("| `keys` | The keys. Sensitive. |\n| `name` | The name. |\n")


def test_files_come_in_the_order_of_their_names(module: Path) -> None:
    write(module, 'variable "later" {\n  description = "Later."\n}\n', "variables.stage.tf")
    write(module, 'variable "first" {\n  description = "First."\n}\n', "variables.tf")

    text = reference(module)

    assert text.index("`first`") < text.index("`later`")


def test_only_what_is_between_the_markers_is_replaced(module: Path) -> None:
    write(module, STAGE)

    assert main([str(module)]) == 0
    text = (module / "README.md").read_text()

    assert text.startswith(f"# Mine\n\n{BEGIN}\n\n## Inputs\n")
    assert text.endswith(f"\n\n{END}\n\nBelow.\n")
    assert "old" not in text


def test_check_fails_until_the_readme_is_written(
    module: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(module, STAGE)
    before = (module / "README.md").read_text()

    assert main(["--check", str(module)]) == 1
    assert capsys.readouterr().err == (
        f"{module / 'README.md'} is older than the .tf files beside it. Run `make fmt`.\n"
    )
    assert (module / "README.md").read_text() == before

    assert main([str(module)]) == 0
    assert main(["--check", str(module)]) == 0
    assert capsys.readouterr() == ("", "")


def test_every_module_is_written_although_one_is_wrong(
    module: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(module, STAGE)

    assert main([str(tmp_path / "absent"), str(module)]) == 1
    assert "## Inputs" in (module / "README.md").read_text()
    assert f"There is no {tmp_path / 'absent/README.md'}. Write it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            STAGE.replace("      - rate_limit: requests a second.\n", ""),
            "stage.throttle.rate_limit is in no line of the description of stage. "
            'Add "- rate_limit: …" there.',
            id="field without a line",
        ),
        pytest.param(
            STAGE.replace("      - rate", "    - rate"),
            "stage.throttle.rate_limit is in no line",
            id="line of another depth",
        ),
        pytest.param(
            STAGE.replace("    - keys", "    - burst: at once.\n    - keys"),
            "the description of stage has a line for burst, which its type has not.",
            id="line without a field",
        ),
        pytest.param(
            STAGE.replace("      - rate", "        - rate"),
            "stage: this line of the description is none of a field: '- rate_limit: requests",
            id="line too deep",
        ),
        pytest.param(
            STAGE.replace("    - keys: the keys | by name.", "    And so on."),
            "stage: this line of the description is none of a field: 'And so on.'",
            id="line of text",
        ),
        pytest.param(
            'variable "name" {\n  type = string\n}\n',
            "name has no description. Write one.",
            id="no description",
        ),
        pytest.param('variable "name" {\n', "is not HCL", id="no HCL"),
    ],
)
def test_module_without_a_reference_is_refused(
    module: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    write(module, text)

    assert main([str(module)]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"{module / 'variables.tf'}")
    assert message in error


def test_folder_without_terraform_is_refused(
    module: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(module)]) == 1
    assert "holds no .tf file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("readme", "message"),
    [
        ("# Mine\n", "must hold these two lines once"),
        (f"{BEGIN}\n{END}\n{BEGIN}\n{END}\n", "must hold these two lines once"),
        (f"{END}\n{BEGIN}\n", "must come after the line"),
    ],
)
def test_readme_without_its_place_is_refused(
    module: Path, capsys: pytest.CaptureFixture[str], readme: str, message: str
) -> None:
    write(module, STAGE)
    (module / "README.md").write_text(readme)

    assert main([str(module)]) == 1
    assert message in capsys.readouterr().err
    assert (module / "README.md").read_text() == readme
