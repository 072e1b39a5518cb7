global {
  scrape_interval = "15"   # ERROR: Not a positive duration
  scrape_timeout  = "0s"   # ERROR: Not a positive duration
}
gateway "other" {
  url     = "http://localhost:9092"
  timeout = "-5s" # ERROR: Not a positive duration
}
job "node" {
  targets         = ["localhost:9100"]
  scrape_interval = 15 # ERROR: Not a positive duration
  scrape_timeout  = "1h" # no second error: nothing is known of the interval
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
