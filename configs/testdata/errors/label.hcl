global {
  labels = {
    "a-b" = "c" # ERROR: Bad target label
    job   = "d" # ERROR: Job label in global
  }
}
job "node" {
  targets = ["localhost:9100"]
  labels = {
    le       = "1" # ERROR: Bad target label
    quantile = "1" # ERROR: Bad target label
    __a      = "1" # ERROR: Bad target label
  }
  static_config {
    targets = ["localhost:9101"]
    labels  = { "" = "c" } # ERROR: Bad target label
  }
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
