gateway { # ERROR: Missing block label
  url = "http://localhost:9092"
}
builtin {} # ERROR: Missing block label

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
