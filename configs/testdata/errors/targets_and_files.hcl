job "both" {
  targets = ["localhost:9100"]
  files   = ["/var/lib/*.prom"] # ERROR: Targets and files together
}
job "static" {
  files = ["/var/lib/*.prom"] # ERROR: Targets and files together
  static_config {
    targets = ["localhost:9100"]
  }
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
