# What package may not be.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "package_path_rejects_missing_file" {
  command = plan

  variables {
    package_path = "missing.zip"
  }

  expect_failures = [var.package_path]
}

run "package_path_rejects_source_dir_beside_it" {
  command = plan

  variables {
    package_path = "outputs.tf"
    source_dir   = "../lambda_src"
  }

  expect_failures = [var.package_path]
}

run "source_dir_rejects_missing_folder" {
  command = plan

  variables {
    source_dir = "missing"
  }

  expect_failures = [var.source_dir]
}

run "source_dir_rejects_folder_without_python" {
  command = plan

  variables {
    source_dir = "tests"
  }

  expect_failures = [var.source_dir]
}

run "package_s3_rejects_source_dir_beside_it" {
  command = plan

  variables {
    package_s3 = { bucket = "builds", key = "lambda.zip" }
    source_dir = "../scripts"
  }

  expect_failures = [var.package_s3]
}

run "requirements_rejects_missing_file" {
  command = plan

  variables {
    requirements = "missing.txt"
  }

  expect_failures = [var.requirements]
}

run "requirements_reject_two_architectures" {
  command = plan

  variables {
    requirements = "tests/packages/requirements.txt"
    functions = {
      connect = { handler = "handlers.connect.handler" }
      default = { handler = "handlers.default.handler", architecture = "x86_64" }
    }
    routes = { "$connect" = { function = "connect" }, "$default" = { function = "default" } }
  }

  expect_failures = [var.functions]
}

run "handler_rejects_module_that_nothing_brings" {
  command = plan

  variables {
    functions = { connect = { handler = "handlers.conect.handler" } }
    routes    = { "$connect" = { function = "connect" } }
  }

  expect_failures = [var.functions]
}

run "handler_rejects_module_beside_source_dir" {
  command = plan

  variables {
    source_dir = "../scripts"
    functions  = { connect = { handler = "scripts.package.main" } }
    routes     = { "$connect" = { function = "connect" } }
  }

  expect_failures = [var.functions]
}
