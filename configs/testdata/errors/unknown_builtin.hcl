builtin "netwrok" {} # ERROR: Unknown builtin name

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
