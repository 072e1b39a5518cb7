builtin "network" {
  device_include = "eth(" # ERROR: Bad regular expression
}

builtin "self" {}
job "quoted" {
  targets = ["localhost:8001"]
  relabel_config {
    regex  = "\\Qabc" # ERROR: Bad regular expression
    action = "labeldrop"
  }
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
