global {
  max_pending_bytes = 0      # ERROR: Not a size in bytes
  body_size_limit   = "32XB" # ERROR: Not a size in bytes
}
job "node" {
  targets         = ["localhost:9100"]
  body_size_limit = "-1MB" # ERROR: Not a size in bytes
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
