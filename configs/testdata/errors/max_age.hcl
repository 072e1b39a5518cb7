job "node" {
  targets = ["localhost:9100"]
  max_age = "1h" # ERROR: max_age without files
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
