// docs:start provider
terraform {
  required_providers {
    inferencekey = {
      source = "inferencekey/inferencekey"
    }
  }
}

provider "inferencekey" {
  base_url = "https://inference.example.com"
  project  = "acme"
}
// docs:end provider

// docs:start workload
resource "inferencekey_workload" "support_bot" {
  name    = "Support bot"
  slug    = "support-bot"
  backend = "llamacpp"
  model   = "qwen3-8b"
  config = jsonencode({
    command = "llama-server -m qwen3-8b.gguf -c 8192 --parallel 4"
  })
}
// docs:end workload

// docs:start readiness
data "inferencekey_readiness" "support_bot" {
  workload_id = inferencekey_workload.support_bot.id
  timeout     = "10m"
  depends_on  = [inferencekey_workload.support_bot]
}
// docs:end readiness

// docs:start file
locals {
  declared = [for text in split("\n---\n", file("${path.module}/workload.yaml")) : yamldecode(text)]
}

resource "inferencekey_workload" "declared" {
  for_each = { for workload in local.declared : workload.slug => workload }

  name    = each.value.name
  slug    = each.key
  backend = each.value.backend
  model   = each.value.model
  config  = can(each.value.config) ? jsonencode(each.value.config) : null
}
// docs:end file
