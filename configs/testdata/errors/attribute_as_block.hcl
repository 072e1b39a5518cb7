job "node" {
  targets = ["localhost:9100"]
  labels { # ERROR: Unknown block name
    site = "fra1"
  }
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
