job "app" {
  targets          = ["localhost:8000"]
  scrape_protocols = ["PrometheusProto", "PrometheusText", "PrometheusProto"] # ERROR: Not one of the choices # ERROR: Scrape protocol given twice
}
job "none" {
  targets          = ["localhost:8001"]
  scrape_protocols = [] # ERROR: Empty list of scrape_protocols
}

gateway "default" {
  url = "http://localhost:9091"
}
