# One host for two readers: a Pushgateway, which has the newest values, and a
# store of remote_write, which has all of them, with their times.
global {
  scrape_interval = "15s"
  instance        = hostname()
}

gateway "pushgateway" {
  url = "http://pushgateway.example.net:9091"
}

remote_write "mimir" {
  url = "https://mimir.example.net/api/v1/push"

  http_header "X-Scope-OrgID" {
    values = ["edge"]
  }
  basic_auth {
    username = "edge"
    password = env("MIMIR_PASSWORD")
  }

  # An outage of the store loses nothing until this is full.
  spool {
    directory = "/var/lib/promferry/mimir"
    max_size  = "512MB"
  }

  # What costs room there and is not looked at.
  write_relabel_config {
    source_labels = ["__name__"]
    regex         = "go_(gc|memstats)_.*"
    action        = "drop"
  }
}

# It names none in "gateways", so it goes to both.
job "node" {
  targets = ["localhost:9100"]
}

# Only the store can keep each of its samples with the time it brings.
job "meters" {
  gateways        = ["mimir"]
  targets         = ["localhost:9200"]
  scrape_interval = "1m"
}

builtin "self" {
  gateways = ["mimir"]
}
