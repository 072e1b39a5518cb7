job "app" { # ERROR: No gateway and no remote_write
  targets = ["localhost:8000"]
}
