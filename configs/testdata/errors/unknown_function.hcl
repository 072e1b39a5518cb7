job "node" {
  targets  = ["localhost:9100"]
  instance = hostnam() # ERROR: Call to unknown function
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
