# What relabeling makes of a target is checked like what is written.
job "app" {
  targets = [
    "scheme:80",   # ERROR: Bad target scheme
    "interval:80", # ERROR: Not a positive duration
    "timeout:80",  # ERROR: Timeout exceeds interval
    "label:80",    # ERROR: Bad target label
    "job:80",      # ERROR: Empty job label
    "none:80",     # ERROR: Target without an address
    "query:80",    # ERROR: Query in an address
    "password:80", # ERROR: Credentials in an address
    "socket:80",   # ERROR: Bad unix socket path
    "twice:80",
    "again:80", # ERROR: Two targets with one key
    "dropped:80",
    "dropped:80", # no second owner of anything
  ]
  relabel_config {
    source_labels = ["__address__"]
    regex         = "scheme:80"
    target_label  = "__scheme__"
    replacement   = "ftp"
  }
  relabel_config {
    source_labels = ["__address__"]
    regex         = "interval:80"
    target_label  = "__scrape_interval__"
    replacement   = "soon"
  }
  relabel_config {
    source_labels = ["__address__"]
    regex         = "timeout:80"
    target_label  = "__scrape_timeout__"
    replacement   = "1m"
  }
  relabel_config {
    source_labels = ["__address__"]
    regex         = "label:80"
    target_label  = "quantile"
    replacement   = "1"
  }
  relabel_config {
    source_labels = ["__address__"]
    regex         = "job:80"
    target_label  = "job"
    replacement   = ""
  }
  relabel_config {
    source_labels = ["__address__"]
    regex         = "query:80"
    target_label  = "__address__"
    replacement   = "http://a/?b=canary"
  }
  relabel_config {
    source_labels = ["__address__"]
    regex         = "password:80"
    target_label  = "__address__"
    replacement   = "http://a:canary@b/"
  }
  relabel_config {
    source_labels = ["__address__"]
    regex         = "socket:80"
    target_label  = "__unix_socket__"
    replacement   = "app.sock"
  }
  relabel_config {
    source_labels = ["__address__"]
    regex         = "none:80"
    target_label  = "__address__"
    replacement   = ""
  }
  relabel_config {
    source_labels = ["__address__"]
    regex         = "(twice|again):80"
    target_label  = "instance"
    replacement   = "one"
  }
  relabel_config {
    source_labels = ["__address__"]
    regex         = "dropped:80"
    action        = "drop"
  }
}

gateway "default" {
  url = "http://localhost:9091"
}
