remote_write "mimir" { # ERROR: Block not supported yet
  url = "https://mimir.example.net/api/v1/push"
}

gateway "edge" {
  url = "http://a:9091"
}

job "apps" {
  gateways         = ["mimir"]
  targets          = ["localhost:9100"]
  honor_timestamps = true # ERROR: Attribute not supported yet
}
