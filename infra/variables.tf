variable "create" {
  description = "Whether there is anything at all. With false, nothing is made, and every output is null or empty."
  type        = bool
  default     = true
  nullable    = false
}

variable "name" {
  description = "Name of the API, and the first part of the name of everything else: functions are NAME-KEY, the table is NAME-connections. Two copies in one account and region need two names."
  type        = string
  default     = "websocket"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9_-]{0,62}$", var.name))
    error_message = "name must begin with a letter, hold only letters, digits, '-' and '_', and have at most 63 characters; it is \"${var.name}\"."
  }
}

variable "tags" {
  description = "Tags of every resource that can carry them."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key in keys(var.tags) : !startswith(lower(key), "aws:")])
    error_message = "tags must not begin with \"aws:\", which AWS keeps for itself; rename ${join(", ", [for key in keys(var.tags) : key if startswith(lower(key), "aws:")])}."
  }
}

variable "route_selection_expression" {
  description = "What picks the route of a message. The default takes the key \"action\" of a JSON body; a message without it goes to the route $default."
  type        = string
  default     = "$request.body.action"
  nullable    = false

  validation {
    condition     = trimspace(var.route_selection_expression) != ""
    error_message = "route_selection_expression must not be empty; the usual one is \"$request.body.action\"."
  }
}

variable "source_dir" {
  description = "Folder of your own code. What is in it comes to the top of the zip, beside websocket_api, so its chat.py holds the handler \"chat.handler\"; a folder handlers in it replaces this project's own."
  type        = string
  default     = null

  validation {
    condition     = var.source_dir == null ? true : length(fileset(var.source_dir, "**/*.py")) > 0
    error_message = "source_dir must be a folder with Python files in it; there is none in \"${coalesce(var.source_dir, "null")}\". Write it from the root module, as in \"$${path.module}/handlers\"."
  }
}

variable "requirements" {
  description = "File of pinned Python packages for the zip, as wheels for the functions' architecture and Python. Building then needs pip and a package index."
  type        = string
  default     = null

  validation {
    condition     = var.requirements == null ? true : fileexists(var.requirements)
    error_message = "requirements names no file: \"${coalesce(var.requirements, "null")}\". Write it from the root module, as in \"$${path.module}/requirements.txt\"."
  }
}

variable "package_path" {
  description = "A ready zip for all functions. Without it the zip is built at apply, which needs python3 and a POSIX shell."
  type        = string
  default     = null

  validation {
    condition     = var.package_path == null ? true : fileexists(var.package_path)
    error_message = "package_path names no file: \"${coalesce(var.package_path, "null")}\". Build the zip first, or leave package_path out and the zip is built at apply."
  }

  validation {
    condition     = var.package_path == null || var.source_dir == null && var.requirements == null
    error_message = "package_path excludes source_dir and requirements: a ready zip already holds its handlers and packages. Remove one."
  }
}

variable "package_s3" {
  description = <<-EOT
    A ready zip for all functions that lies in S3, in the API's region.
    - bucket: its bucket.
    - key: its key.
    - object_version: its version; without one, change the key with the content, or no change is seen.
  EOT
  type = object({
    bucket         = string
    key            = string
    object_version = optional(string)
  })
  default = null

  validation {
    condition     = var.package_s3 == null || var.package_path == null && var.source_dir == null && var.requirements == null
    error_message = "package_s3 excludes package_path, source_dir and requirements: it already holds handlers and packages. Remove one."
  }

  validation {
    condition     = var.package_path != null || var.package_s3 != null || fileexists("${path.module}/../scripts/package.py")
    error_message = "The zip cannot be built: there is no scripts/package.py in ${abspath("${path.module}/..")}. Import this module with \"//infra\" after the repository's address, so that the whole repository comes along, or set package_path."
  }
}
