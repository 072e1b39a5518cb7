job "urls" {
  targets = ["http://h:8100/one", "https://i:8100/two"]
  relabel_config {
    source_labels = ["__metrics_path__"] # WARN: Rule misses the URL's part
    target_label  = "path"
  }
  relabel_config {
    target_label = "__scheme__" # WARN: Rule misses the URL's part
    replacement  = "https"
  }
}
job "other" {
  targets = ["http://h:8100/one", "h:8200"]
  relabel_config {
    source_labels = ["__metrics_path__"] # counts for the second target
    target_label  = "path"
  }
}
job "no_path" {
  targets = ["http://h:8300"]
  relabel_config {
    target_label = "__metrics_path__" # the URL has none
    replacement  = "/probe"
  }
}
job "blackbox" {
  targets = ["https://h/page"]
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
    replacement  = "exporter:9115"
  }
  relabel_config {
    target_label = "__metrics_path__" # of the exporter
    replacement  = "/probe"
  }
}

gateway "default" {
  url = "http://localhost:9091"
}
