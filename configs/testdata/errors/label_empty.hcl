job "node" {
  targets  = ["localhost:9100"]
  instance = "" # ERROR: Empty instance label
  static_config {
    targets = ["localhost:9101"]
    labels  = { job = "", instance = "a" } # ERROR: Empty job label
  }
}
builtin "self" {
  job = "" # ERROR: Empty job label
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
