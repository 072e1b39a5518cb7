global {
  on_scrape_failure = "markdown" # ERROR: Not one of the choices
  on_shutdown       = "remove"   # ERROR: Not one of the choices
}
job "node" {
  targets                  = ["localhost:9100"]
  scheme                   = "htps"                # ERROR: Not one of the choices
  on_scrape_failure        = "delete"              # ERROR: Not one of the choices
  fallback_scrape_protocol = "PrometheusText0.0.5" # ERROR: Not one of the choices
}
job "proto" {
  targets                  = ["localhost:9101"]
  fallback_scrape_protocol = "PrometheusProto1.0.0" # ERROR: Not one of the choices
}
builtin "network" {
  require_address = "ipv6" # ERROR: Not one of the choices
}

gateway "edge" {
  url         = "http://edge:9091"
  encoding    = "protobuff" # ERROR: Not one of the choices
  compression = "zstd"      # ERROR: Not one of the choices
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
