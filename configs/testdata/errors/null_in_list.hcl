job "node" {
  targets  = [null]                     # ERROR: Null in a list
  gateways = jsondecode("[null, \"default\"]") # ERROR: Null in a list
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
