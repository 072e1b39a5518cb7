remote_write "mimir" { # ERROR: Block not supported yet
  url = "https://mimir.example.net/api/v1/push"
}

gateway "edge" {
  url = "http://a:9091"
}

job "apps" {
  gateways = ["mimir"]

  file_sd_config { # ERROR: Block not supported yet
    files = ["/etc/targets/*.json"]
  }
  relabel_config { # ERROR: Block not supported yet
    regex = "a"
  }
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
