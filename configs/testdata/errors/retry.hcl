gateway "default" {
  url = "http://localhost:9091"

  retry {
    min_backoff = "2s"
    max_backoff = "1s" # ERROR: Longest wait below the first
  }
}
gateway "zero" {
  url = "http://localhost:9092"

  retry {
    min_backoff = "0s" # ERROR: Not a positive duration
    max_backoff = "1s"
    attempts    = 3 # ERROR: Unknown attribute name
  }
}
gateway "twice" {
  url = "http://localhost:9093"

  retry {
    min_backoff = "1m"
  }
  retry { # ERROR: Block given twice
    max_backoff = "1m"
  }
}

job "app" {
  targets = ["localhost:8000"]
}
