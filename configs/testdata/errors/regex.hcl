builtin "network" {
  device_include = "eth(" # ERROR: Bad regular expression
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
