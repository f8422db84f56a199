# What package may not be, and beside it the nearest that it may. For what is no more than looked for, any file is a zip.

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

run "package_path_rejects_missing_file_but_not_present_one" {
  command = plan

  variables {
    package_path = "sources.tf"
  }
}

run "package_path_rejects_source_dir_beside_it" {
  command = plan

  variables {
    package_path = "sources.tf"
    source_dir   = "../lambda_src"
  }

  expect_failures = [var.package_path]
}

run "package_path_rejects_source_dir_beside_it_but_not_alone" {
  command = plan

  variables {
    package_path = "sources.tf"
  }
}

run "source_dir_rejects_missing_folder" {
  command = plan

  variables {
    source_dir = "missing"
  }

  expect_failures = [var.source_dir]
}

run "source_dir_rejects_missing_folder_but_not_present_one" {
  command = plan

  variables {
    source_dir = "../lambda_src"
  }
}

run "source_dir_rejects_folder_without_python" {
  command = plan

  variables {
    source_dir = "tests"
  }

  expect_failures = [var.source_dir]
}

run "source_dir_rejects_folder_without_python_but_not_with_it" {
  command = plan

  variables {
    source_dir = "../scripts"
  }
}

run "package_s3_rejects_source_dir_beside_it" {
  command = plan

  variables {
    package_s3 = { bucket = "builds", key = "lambda.zip" }
    source_dir = "../scripts"
  }

  expect_failures = [var.package_s3]
}

run "package_s3_rejects_source_dir_beside_it_but_not_alone" {
  command = plan

  variables {
    package_s3 = { bucket = "builds", key = "lambda.zip" }
  }
}

run "requirements_rejects_missing_file" {
  command = plan

  variables {
    requirements = "missing.txt"
  }

  expect_failures = [var.requirements]
}

run "requirements_rejects_missing_file_but_not_present_one" {
  command = plan

  variables {
    requirements = "tests/packages/requirements.txt"
  }
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

run "requirements_reject_two_architectures_but_not_one" {
  command = plan

  variables {
    requirements = "tests/packages/requirements.txt"
    functions = {
      connect = { handler = "handlers.connect.handler" }
      default = { handler = "handlers.default.handler", architecture = "arm64" }
    }
    routes = { "$connect" = { function = "connect" }, "$default" = { function = "default" } }
  }
}

run "handler_rejects_module_that_nothing_brings" {
  command = plan

  variables {
    functions = { connect = { handler = "handlers.conect.handler" } }
    routes    = { "$connect" = { function = "connect" } }
  }

  expect_failures = [var.functions]
}

run "handler_rejects_module_that_nothing_brings_but_not_of_the_module" {
  command = plan

  variables {
    functions = { connect = { handler = "handlers.connect.handler" } }
    routes    = { "$connect" = { function = "connect" } }
  }
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

run "handler_rejects_module_beside_source_dir_but_not_in_it" {
  command = plan

  variables {
    source_dir = "../scripts"
    functions  = { connect = { handler = "package.main" } }
    routes     = { "$connect" = { function = "connect" } }
  }
}
