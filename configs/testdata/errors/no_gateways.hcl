job "node" {
  targets  = ["localhost:9100"]
  gateways = [] # ERROR: Empty list of gateways
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
