job "node" {
  targets  = ["localhost:9100"]
  gateways = ["defalt"] # ERROR: Unknown gateway name
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
