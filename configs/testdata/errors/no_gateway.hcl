job "app" { # ERROR: No gateway to push to
  targets = ["localhost:8000"]
}
