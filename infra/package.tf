locals {
  builds_package = var.package_path == null && var.package_s3 == null
  package_script = "${path.module}/../scripts/package.py"

  # Folders of the zip, by where package.py puts them in it.
  package_folders = merge(
    {
      "handlers/"      = "${path.module}/../lambda_src/handlers"
      "websocket_api/" = "${path.module}/../lambda_src/websocket_api"
    },
    { for folder in var.source_dir[*] : "" => folder },
  )

  # What package.py leaves out, so that neither a cache nor a test uploads the code again.
  package_excluded = "(^|/)(${join("|", [
    "\\..*",
    "(__pycache__|tests|node_modules|venv|[^/]*\\.egg-info)/.*",
    "[^/]*\\.py[co]",
    "test_[^/]*\\.py",
    "[^/]*_test\\.py",
    "conftest\\.py",
    "[^/]*~",
    "#[^/]*#",
    "Thumbs\\.db",
  ])})$"

  package_files = {
    for prefix, folder in local.package_folders : prefix => {
      for file in fileset(folder, "**") : file => filesha256("${folder}/${file}")
      if !can(regex(local.package_excluded, file))
    }
  }

  # Wheels are for one architecture and one Python; without them the zip is the same for all.
  package_wheels = var.requirements == null ? null : {
    architecture   = one(toset([for function in var.functions : function.architecture]))
    python_version = one(toset([for function in var.functions : trimprefix(function.runtime, "python")]))
    requirements   = filesha256(var.requirements)
  }

  # A plan reads the sources and never the zip: it runs no program, and it stays clean on a machine
  # where nothing was built.
  package_sources = !local.builds_package ? "" : jsonencode({
    script = filesha256(local.package_script)
    files  = local.package_files
    wheels = local.package_wheels
  })

  # The path holds the hash of the sources: copies of this module that share a root can build side by side,
  # and no zip of other sources is ever taken for this one.
  package = {
    path = var.package_s3 != null ? null : coalesce(var.package_path, "${path.root}/.terraform/websocket/${sha256(local.package_sources)}.zip")
    hash = (
      var.package_s3 != null ? base64sha256(jsonencode(var.package_s3)) :
      var.package_path != null ? filebase64sha256(var.package_path) :
      base64sha256(local.package_sources)
    )
  }
}

# Builds the zip at apply, each time that the provider is about to upload one.
resource "terraform_data" "package" {
  count = var.create && local.builds_package ? 1 : 0

  # Besides other sources, a function that is new, renamed or moved to another architecture has its code uploaded.
  triggers_replace = [
    local.package.path,
    { for key, function in local.functions : local.function_names[key] => function.architecture },
  ]

  # Values travel in the environment, so that no path can be taken for a piece of the script.
  # python3 is run rather than looked for: what PATH offers under that name does not always work.
  provisioner "local-exec" {
    quiet = true

    environment = {
      PACKAGE_SCRIPT       = local.package_script
      PACKAGE_SOURCE       = var.source_dir
      PACKAGE_REQUIREMENTS = var.requirements
      PACKAGE_ARCHITECTURE = try(local.package_wheels.architecture, null)
      PACKAGE_PYTHON       = try(local.package_wheels.python_version, null)
      PACKAGE_OUTPUT       = local.package.path
    }

    command = <<-EOT
      python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))' || {
        echo 'Building the zip needs python3, 3.9 or later, on PATH. Install it, or set package_path to a ready zip.' >&2
        exit 1
      }
      set -- --output "$PACKAGE_OUTPUT"
      [ -z "$PACKAGE_SOURCE" ] || set -- "$@" --source "$PACKAGE_SOURCE"
      [ -z "$PACKAGE_REQUIREMENTS" ] || set -- "$@" --requirements "$PACKAGE_REQUIREMENTS" \
        --architecture "$PACKAGE_ARCHITECTURE" --python-version "$PACKAGE_PYTHON"
      exec python3 "$PACKAGE_SCRIPT" "$@"
    EOT
  }
}
