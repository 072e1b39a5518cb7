job "node" {
  targets  = ["localhost:9100"]
  gateways = ["default", "default"] # ERROR: Gateway named twice
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
