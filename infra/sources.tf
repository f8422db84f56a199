# What the zips are made of. A plan reads the sources and never a zip: it runs no program, and it stays
# clean on a machine where nothing was built.
locals {
  package_script          = "${path.module}/../scripts/package.py"
  own_sources             = "${path.module}/../lambda_src"
  authorizer_requirements = "${path.module}/../requirements-jwt-authorizer.txt"

  # What the bytes of a zip depend on besides what goes into it.
  package_script_hashes = merge([
    for pattern in ["package.py", "packaging/*.py"] : {
      for file in fileset("${path.module}/../scripts", pattern) : file => filesha256("${path.module}/../scripts/${file}")
    }
  ]...)

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

  # A folder handlers of one's own replaces this project's.
  replaces_handlers = anytrue(flatten([
    for folder in var.source_dir[*] : [
      for file in fileset(folder, "handlers/**") : !can(regex(local.package_excluded, file))
    ]
  ]))

  # Folders of the functions' zip, by where package.py puts them in it.
  package_folders = merge(
    { "websocket_api/" = "${local.own_sources}/websocket_api" },
    { for folder in var.source_dir[*] : "" => folder },
    { for prefix in ["handlers/"] : prefix => "${local.own_sources}/handlers" if !local.replaces_handlers },
  )

  package_files = {
    for prefix, folder in local.package_folders : prefix => {
      for file in fileset(folder, "**") : file => filesha256("${folder}/${file}")
      if !can(regex(local.package_excluded, file)) && !startswith("${prefix}${file}", "websocket_api/testing/")
    }
  }

  # What a handler string can name, with slashes for dots.
  package_modules = flatten([
    for prefix, files in local.package_files : [
      for file in keys(files) : trimsuffix(trimsuffix("${prefix}${file}", ".py"), "/__init__")
      if endswith(file, ".py")
    ]
  ])
}
