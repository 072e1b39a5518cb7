global {
  scrape_intervall = "5s" # ERROR: Unknown attribute name
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
