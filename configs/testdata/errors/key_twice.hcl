job "node" {
  targets = ["localhost:9100"]
  labels = {
    a = "1"
    a = "2" # ERROR: Key set twice
  }
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
