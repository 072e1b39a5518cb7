job "a" {
  targets      = ["a"]
  metrics_path = "metrics" # ERROR: Not an absolute path
}
job "b" {
  targets      = ["b"]
  metrics_path = "/metrics?key=canary" # ERROR: Query in a path
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
