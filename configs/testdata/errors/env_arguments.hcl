job "node" {
  targets  = ["localhost:9100"]
  instance = env("NOT_SET", "a", "b") # ERROR: Too many function arguments
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
