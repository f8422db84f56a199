# Former addresses, so that an upgrade renames instead of making anew.
# Resources that are counted since `create` came move by Terraform's own rule.

moved {
  from = terraform_data.package[0]
  to   = terraform_data.package["functions"]
}
