global {
  scrape_timeout = "20s" # ERROR: Timeout exceeds interval
}
job "node" {
  targets         = ["localhost:9100"]
  scrape_interval = "5s"
  scrape_timeout  = "6s" # ERROR: Timeout exceeds interval
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
