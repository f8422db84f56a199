locals {
  # The zips that are built: that of the functions, unless a ready one is given, and that of a JWT authorizer.
  # Wheels are for one architecture and one Python; without them a zip is the same for all.
  package_builds = merge(
    {
      for key in ["functions"] : key => {
        authorizer     = false
        source         = var.source_dir
        requirements   = var.requirements
        architecture   = var.requirements == null ? null : one(toset([for function in local.packaged_functions : function.architecture]))
        python_version = var.requirements == null ? null : one(toset([for function in local.packaged_functions : trimprefix(function.runtime, "python")]))
        files          = local.package_files
      } if var.package_path == null && var.package_s3 == null && length(local.packaged_functions) > 0
    },
    {
      for key, jwt in local.jwt_authorizers : key => {
        authorizer     = true
        source         = null
        requirements   = local.authorizer_requirements
        architecture   = jwt.architecture
        python_version = trimprefix(jwt.runtime, "python")
        files = {
          "jwt_authorizer/" = {
            for file in fileset("${local.own_sources}/jwt_authorizer", "**") : file => filesha256("${local.own_sources}/jwt_authorizer/${file}")
            if !can(regex(local.package_excluded, file))
          }
        }
      } if jwt.package_path == null
    },
  )

  package_sources = {
    for key, build in local.package_builds : key => jsonencode({
      script = local.package_script_hashes
      files  = build.files
      wheels = build.requirements == null ? null : {
        architecture   = build.architecture
        python_version = build.python_version
        requirements   = filesha256(build.requirements)
      }
    })
  }

  # The path holds the hash of the sources: copies of this module that share a root can build side by side,
  # and no zip of other sources is ever taken for this one.
  built_packages = {
    for key, sources in local.package_sources : key => {
      path = "${path.root}/.terraform/websocket/${sha256(sources)}.zip"
      s3   = null
      hash = base64sha256(sources)
    }
  }

  ready_packages = merge(
    { for location in var.package_s3[*] : "functions" => { path = null, s3 = location, hash = base64sha256(jsonencode(location)) } },
    { for path in var.package_path[*] : "functions" => { path = path, s3 = null, hash = filebase64sha256(path) } },
    {
      for key, jwt in local.jwt_authorizers : key => { path = jwt.package_path, s3 = null, hash = filebase64sha256(jwt.package_path) }
      if jwt.package_path != null
    },
  )

  packages = merge(local.built_packages, local.ready_packages)
}

# Builds a zip at apply, each time that the provider is about to upload one.
resource "terraform_data" "package" {
  for_each = { for key, build in local.package_builds : key => build if var.create }

  # Besides other sources, a function that is new, renamed or moved to another architecture has its code uploaded.
  triggers_replace = [
    local.packages[each.key].path,
    {
      for key, function in local.functions : local.function_names[key] => function.architecture
      if local.function_packages[key] == each.key
    },
  ]

  # Values travel in the environment, so that no path can be taken for a piece of the script.
  # python3 is run rather than looked for: what PATH offers under that name does not always work.
  provisioner "local-exec" {
    quiet = true

    environment = {
      PACKAGE_SCRIPT       = local.package_script
      PACKAGE_AUTHORIZER   = each.value.authorizer ? "yes" : null
      PACKAGE_SOURCE       = each.value.source
      PACKAGE_REQUIREMENTS = each.value.authorizer ? null : each.value.requirements
      PACKAGE_ARCHITECTURE = each.value.architecture
      PACKAGE_PYTHON       = each.value.python_version
      PACKAGE_OUTPUT       = local.packages[each.key].path
    }

    command = <<-EOT
      python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))' || {
        echo 'Building the zip needs python3, 3.9 or later, on PATH. Install it, or set package_path to a ready zip.' >&2
        exit 1
      }
      set -- --output "$PACKAGE_OUTPUT"
      [ -z "$PACKAGE_AUTHORIZER" ] || set -- "$@" --authorizer
      [ -z "$PACKAGE_SOURCE" ] || set -- "$@" --source "$PACKAGE_SOURCE"
      [ -z "$PACKAGE_REQUIREMENTS" ] || set -- "$@" --requirements "$PACKAGE_REQUIREMENTS"
      [ -z "$PACKAGE_ARCHITECTURE" ] || set -- "$@" --architecture "$PACKAGE_ARCHITECTURE" --python-version "$PACKAGE_PYTHON"
      exec python3 "$PACKAGE_SCRIPT" "$@"
    EOT
  }
}
