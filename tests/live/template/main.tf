# A workspace that is nothing but itself: it needs no infrastructure, and has no agent.
terraform {
  required_providers {
    coder = { source = "coder/coder" }
  }
}

data "coder_workspace" "me" {}

data "coder_parameter" "size" {
  name    = "size"
  type    = "number"
  default = "1"
  mutable = true
  validation {
    min = 1
    max = 3
  }
}

resource "terraform_data" "workspace" {
  count = data.coder_workspace.me.start_count
  input = data.coder_parameter.size.value
}
