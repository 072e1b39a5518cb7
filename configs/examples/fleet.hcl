# Targets that come and go, relabeling, a second gateway, and one in shards.
global {
  scrape_interval = "30s"
  labels          = { cluster = env("CLUSTER", "dev") }
}

# A job goes to every gateway unless it names some in "gateways".
gateway "dc1" {
  url = "https://push-a.dc1.example.net"

  authorization {
    credentials_file = "/run/secrets/push-dc1"
  }
}

# One gateway too small for all groups: each grouping key lives on one of these.
gateway "edge" {
  urls = ["http://push-0.internal:9091", "http://push-1.internal:9091"]
}

job "apps" {
  gateways     = ["dc1"]
  scheme       = "https"
  honor_labels = true
  sample_limit = 20000

  file_sd_config {
    files = ["/etc/promferry/targets/*.json", "/etc/promferry/targets/*.yml"]
  }
  http_sd_config {
    url = "https://sd.example.net/apps"
  }

  # instance without the port
  relabel_config {
    source_labels = ["__address__"]
    regex         = "([^:]+)(:[0-9]+)?"
    target_label  = "instance"
    replacement   = "$1"
  }
  relabel_config {
    source_labels = ["env"]
    regex         = "test|ci"
    action        = "drop"
  }
  metric_relabel_config {
    source_labels = ["__name__"]
    regex         = "go_(gc|memstats)_.*"
    action        = "drop"
  }
}

# The blackbox exporter: each target is a parameter of the exporter's.
job "probes" {
  targets      = ["https://example.net", "https://example.org/health"]
  metrics_path = "/probe"
  params       = { module = ["http_2xx"] }

  relabel_config {
    source_labels = ["__address__"]
    target_label  = "__param_target"
  }
  relabel_config {
    source_labels = ["__param_target"]
    target_label  = "instance"
  }
  relabel_config {
    target_label = "__address__"
    replacement  = "localhost:9115"
  }
}

job "racks" {
  gateways = ["edge"]

  static_config {
    targets = ["10.0.0.11:9100", "10.0.0.12:9100"]
    labels  = { rack = "r1" }
  }
  dns_sd_config {
    names = ["_node._tcp.example.net"]
  }
}
