builtin "network" {
  device_include = "eth\.0" # ERROR: Invalid escape sequence
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
  relabel_config {
    regex  = "a\.b" # ERROR: Invalid escape sequence
    action = "labeldrop"
  }
}
