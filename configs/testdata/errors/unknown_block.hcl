gatway "b" { # ERROR: Unknown block name
  url = "http://localhost:9091"
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
