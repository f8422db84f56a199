locals {
  package_script = "${path.module}/../scripts/package.py"
  package_folders = {
    handlers      = coalesce(var.source_dir, "${path.module}/../lambda_src/handlers")
    websocket_api = "${path.module}/../lambda_src/websocket_api"
  }
  package_excluded = "(^|/)(__pycache__|tests|\\..*)(/|$)|\\.py[co]$"

  # What the zip is made of, as far as package.py puts it in: a plan reads the sources and never the zip,
  # so it runs no program, and it stays clean on a machine where nothing was built.
  package_sources = var.package_path != null ? "" : jsonencode(merge(
    { "package.py" = filesha256(local.package_script) },
    [
      for name, folder in local.package_folders : {
        for file in fileset(folder, "**") : "${name}/${file}" => filesha256("${folder}/${file}")
        if !can(regex(local.package_excluded, file))
      }
    ]...
  ))

  # The path holds the hash of the sources: copies of this module that share a root can build side by side,
  # and no zip of other sources is ever taken for this one.
  package = {
    path = coalesce(var.package_path, "${path.root}/.terraform/websocket/${sha256(local.package_sources)}.zip")
    hash = var.package_path != null ? filebase64sha256(var.package_path) : base64sha256(local.package_sources)
  }
}

# Builds the zip at apply, each time that the provider is about to upload one.
resource "terraform_data" "package" {
  count = var.package_path == null ? 1 : 0

  # Besides other sources, a function that is new, renamed or moved to another architecture has its code uploaded.
  triggers_replace = [
    local.package.path,
    { for key, function in var.functions : local.function_names[key] => function.architecture },
  ]

  # Values travel in the environment, so that no path can be taken for a piece of the script.
  # python3 is run rather than looked for: what PATH offers under that name does not always work.
  provisioner "local-exec" {
    quiet = true

    environment = {
      PACKAGE_SCRIPT = local.package_script
      PACKAGE_SOURCE = var.source_dir
      PACKAGE_OUTPUT = local.package.path
    }

    command = <<-EOT
      python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))' || {
        echo 'Building the zip needs python3, 3.9 or later, on PATH. Install it, or set package_path to a ready zip.' >&2
        exit 1
      }
      exec python3 "$PACKAGE_SCRIPT" $${PACKAGE_SOURCE:+--source "$PACKAGE_SOURCE"} --output "$PACKAGE_OUTPUT"
    EOT
  }
}
