gateway "default" { # ERROR: No job to scrape
  url = "http://localhost:9091"
}
