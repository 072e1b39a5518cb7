builtin "self" {
  device_include = "eth0" # ERROR: Unknown attribute name
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
