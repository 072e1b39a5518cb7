job "node" {
  target_limit = 1
  targets = [
    "a:9100",
    "b:9100", # ERROR: Too many targets
  ]
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
