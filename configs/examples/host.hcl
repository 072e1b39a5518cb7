# /etc/promferry/promferry.hcl: one host, two exporters, and what is built in.
global {
  scrape_interval = "15s"
  scrape_timeout  = "5s"
  instance        = hostname()
  labels          = { site = "fra1" } # target labels: they become part of the grouping key
}

gateway "default" {
  url = "http://pushgateway.example.net:9091"
}

job "node" {
  targets = ["127.0.0.1:9100"]
}

job "flask" {
  targets         = ["127.0.0.1:5000"]
  scrape_interval = "30s"
  labels          = { app = "orders" }

  # A view that answers text/html instead of a Prometheus content type.
  fallback_scrape_protocol = "PrometheusText0.0.4"
}

# Built in: no exporter process is needed for these two.
builtin "network" {}
builtin "self" {}
