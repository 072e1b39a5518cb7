job "node" {
  targets  = ["localhost:9100"]
  instance = file("/nonexistent/instance") # ERROR: File cannot be read
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
