builtin "network" {
  device_include = "eth.*"
  device_exclude = "lo" # ERROR: Two attributes for one
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
