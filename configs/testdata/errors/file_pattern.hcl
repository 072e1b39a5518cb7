job "files" {
  files = ["/var/lib/[*.prom"] # ERROR: Bad file pattern
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
