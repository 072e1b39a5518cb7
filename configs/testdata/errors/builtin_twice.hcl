builtin "self" {}
builtin "self" {} # ERROR: Builtin given twice

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
