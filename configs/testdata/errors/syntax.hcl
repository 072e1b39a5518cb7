job "node" {
  targets = ["localhost:9100"
  instance = 3 # ERROR: Missing item separator
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
