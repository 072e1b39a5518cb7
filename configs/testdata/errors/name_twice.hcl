gateway "default" {
  url = "http://localhost:9092"
}
gateway "default" { # ERROR: Name used twice
  url = "http://localhost:9091"
}
job "app" {
  targets = ["localhost:8000"]
}
job "app" { # ERROR: Name used twice
  targets = ["localhost:8000"]
}
