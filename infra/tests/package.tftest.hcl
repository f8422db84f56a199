# Where the code of the functions comes from.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "one_zip_serves_all_functions" {
  command = plan

  assert {
    condition     = length(distinct([for function in aws_lambda_function.functions : function.filename])) == 1 && length(distinct([for function in aws_lambda_function.functions : function.source_code_hash])) == 1
    error_message = "All functions must run from the same zip."
  }

  assert {
    condition     = strcontains(aws_lambda_function.functions["connect"].filename, "/.terraform/websocket/") && length(terraform_data.package) == 1
    error_message = "The zip must be built into the root's .terraform folder."
  }
}

run "package_path_replaces_the_build" {
  command = plan

  variables {
    package_path = "outputs.tf"
  }

  assert {
    condition     = length(terraform_data.package) == 0
    error_message = "A ready zip must not be built."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.functions : function.filename == "outputs.tf" && function.source_code_hash == filebase64sha256("outputs.tf")])
    error_message = "The functions must run from the ready zip and follow its content."
  }
}

run "source_dir_comes_to_the_top_of_the_zip" {
  command = plan

  variables {
    source_dir = "../scripts"
    functions  = { connect = { handler = "handlers.connect.handler" }, tool = { handler = "package.main" } }
    routes     = { "$connect" = { function = "connect" } }
  }

  assert {
    condition     = aws_lambda_function.functions["connect"].source_code_hash == base64sha256(local.package_sources.functions) && contains(keys(jsondecode(local.package_sources.functions).files[""]), "package.py") && aws_lambda_function.functions["tool"].handler == "package.main"
    error_message = "The files of source_dir must count as code, at the top of the zip, where a handler may be."
  }
}

run "zip_is_built_for_a_new_function" {
  command = plan

  variables {
    functions = {
      app = { handler = "handlers.default.handler", architecture = "x86_64" }
    }
    routes = { "$default" = { function = "app" } }
  }

  assert {
    condition     = terraform_data.package["functions"].triggers_replace[1] == { websocket-app = "x86_64" }
    error_message = "A function that is new, renamed or moved to another architecture uploads the code, so the zip must be there."
  }
}

run "without_functions_there_is_no_zip" {
  command = plan

  variables {
    functions    = {}
    integrations = { pong = { mock = true, request_templates = { "$default" = "{\"statusCode\": 200}" } } }
    routes       = { "$default" = { integration = "pong" } }
  }

  assert {
    condition     = length(terraform_data.package) == 0 && length(aws_lambda_function.functions) == 0
    error_message = "Nothing may be built, nor python3 be needed, where nothing runs it."
  }
}

run "zip_in_s3_is_used_as_it_is" {
  command = plan

  variables {
    package_s3 = { bucket = "builds", key = "lambda.zip", object_version = "1" }
  }

  assert {
    condition     = aws_lambda_function.functions["connect"].s3_bucket == "builds" && aws_lambda_function.functions["connect"].s3_key == "lambda.zip" && aws_lambda_function.functions["connect"].s3_object_version == "1" && aws_lambda_function.functions["connect"].filename == null && length(terraform_data.package) == 0
    error_message = "Nothing may be built."
  }
}

run "requirements_enter_the_hash_with_what_wheels_are_for" {
  command = plan

  variables {
    requirements = "tests/packages/requirements.txt"
  }

  assert {
    condition     = jsondecode(local.package_sources.functions).wheels == { architecture = "arm64", python_version = "3.13", requirements = filesha256("tests/packages/requirements.txt") }
    error_message = "Other wheels must make another zip."
  }
}
