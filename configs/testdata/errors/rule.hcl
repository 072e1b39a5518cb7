job "app" {
  targets = ["localhost:8000"]

  relabel_config { # ERROR: Bad relabeling rule
    regex = "a"
  }
  relabel_config {
    source_labels = ["__address__"]
    regex         = "([^:]+):.*"
    target_label  = "instance"
    replacement   = "${1}:9100" # ERROR: Capture group in a template
  }
  relabel_config {
    source_labels = ["__address__"]
    regex         = "(.*)"
    target_label  = "${1}"    # ERROR: Capture group in a template
    replacement   = "${name}" # ERROR: Capture group in a template
  }
  relabel_config {
    source_labels = ["__address__"]
    target_label  = "a"
    replacement   = join("", ["${1}", upper(":a")]) # ERROR: Capture group in a template
  }
  relabel_config {
    action = "labelmapp" # ERROR: Unknown relabeling action
    regex  = "(.*)"
  }
  relabel_config { # ERROR: Bad relabeling rule
    action        = "hashmod"
    source_labels = ["a"]
    target_label  = "b"
  }
  relabel_config { # ERROR: Bad relabeling rule
    action        = "labeldrop"
    regex         = "a"
    source_labels = ["a"]
  }
  metric_relabel_config {
    source_labels = ["__name__", ""] # ERROR: Bad label name
    regex         = "a("             # ERROR: Bad regular expression
    modulus       = 0                # ERROR: Number out of range
    action        = "drop"
  }
  metric_relabel_config {
    source_label = ["path"] # ERROR: Unknown attribute name
    action       = "lowercase"
    target_label = "path"
  }
}

gateway "default" {
  url = "http://localhost:9091"
}
