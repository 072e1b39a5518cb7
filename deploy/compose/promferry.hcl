# The promferry of compose.yaml; the names are those of its services.
gateway "default" {
  url = "http://pushgateway:9091"
}

global {
  instance = "compose" # not the container's name, which changes
}

job "node" {
  targets = ["node_exporter:9100"]
}

builtin "network" {} # of this container, not of the host: see node_exporter in compose.yaml
builtin "self" {}
