# What makes a new deployment, and what does not.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "every_input_that_a_deployment_freezes_makes_another" {
  command = plan

  module {
    source = "./tests/deployments"
  }

  assert {
    condition     = can(regex("^[0-9a-f]{64}$", output.first))
    error_message = "The hash must be known while planning."
  }

  assert {
    condition     = [for input, hash in output.redeploying : input if hash == output.first] == []
    error_message = "These must make a new deployment: ${join(", ", [for input, hash in output.redeploying : input if hash == output.first])}."
  }

  assert {
    condition     = [for inputs in values(transpose({ for input, hash in output.redeploying : input => [hash] })) : inputs if length(inputs) > 1] == []
    error_message = "Each must be a deployment of its own; these share one: ${jsonencode([for inputs in values(transpose({ for input, hash in output.redeploying : input => [hash] })) : inputs if length(inputs) > 1])}."
  }

  assert {
    condition     = [for input, hash in output.keeping : input if hash != output.first] == []
    error_message = "These must not make a new deployment: ${join(", ", [for input, hash in output.keeping : input if hash != output.first])}."
  }
}
