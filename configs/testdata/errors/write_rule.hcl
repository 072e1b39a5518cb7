remote_write "a" {
  url = "http://store/api/v1/write"

  write_relabel_config { # ERROR: Bad relabeling rule
    regex = "a"
  }
  write_relabel_config {
    source_labels = ["instance"]
    regex         = "([^:]+):.*"
    target_label  = "instance"
    replacement   = "${1}:9100" # ERROR: Capture group in a template
  }
  write_relabel_config {
    action = "labelmapp" # ERROR: Unknown relabeling action
    regex  = "(.*)"
  }
  write_relabel_config {
    source_labels = ["__name__"]
    regex         = "go_(" # ERROR: Bad regular expression
    action        = "drop"
  }
  write_relabel_configs { # ERROR: Unknown block name
    action = "drop"
  }
}

job "app" {
  targets = ["localhost:8000"]
}
