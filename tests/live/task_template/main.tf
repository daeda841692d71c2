# A task that nobody works on: its agent is described, and never started.
terraform {
  required_providers {
    coder = { source = "coder/coder" }
  }
}

data "coder_workspace" "me" {}

resource "coder_agent" "main" {
  os   = "linux"
  arch = "amd64"
}

resource "coder_app" "chat" {
  agent_id     = coder_agent.main.id
  slug         = "chat"
  display_name = "Chat"
  url          = "http://localhost:3284"
}

resource "coder_ai_task" "main" {
  count  = data.coder_workspace.me.start_count
  app_id = coder_app.chat.id
}

resource "terraform_data" "workspace" {
  count = data.coder_workspace.me.start_count
  input = coder_agent.main.id
}
