remote_write "a" {
  url     = "http://store/api/v1/write"
  timeout = "0s" # ERROR: Not a positive duration

  queue {
    capacity             = 1000 # ERROR: Capacity below one request
    max_samples_per_send = 2000
    batch_send_deadline  = "0s" # ERROR: Not a positive duration
    min_backoff          = "2s"
    max_backoff          = "1s" # ERROR: Longest wait below the first
    max_shards           = 4    # ERROR: Unknown attribute name
  }
  queue { # ERROR: Block given twice
  }
}
remote_write "b" {
  url = "http://store/api/v1/write"

  queue {
    capacity             = 0   # ERROR: Number out of range
    max_samples_per_send = 0.5 # ERROR: Number out of range
  }
  retry { # ERROR: Unknown block name
    min_backoff = "1s"
  }
}

job "app" {
  targets = ["localhost:8000"]
}
