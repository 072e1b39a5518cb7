job "node" {
  targets = ["localhost:9100"]
  static_configs { # ERROR: Unknown block name
    targets = ["localhost:9101"]
  }
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
