job "" { # ERROR: Empty block label
  targets = ["localhost:9100"]
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
