job "node" {
  targets    = ["localhost:9100"]
  basic_auth = { username = "a" } # ERROR: Unknown attribute name
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
