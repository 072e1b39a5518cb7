global {
  workers         = "many" # ERROR: Wrong type of value
  scrape_interval = ["5s"] # ERROR: Wrong type of value
  labels          = "a=b"  # ERROR: Wrong type of value
}
job "node" {
  targets      = "localhost:9100" # ERROR: Wrong type of value
  honor_labels = "perhaps"        # ERROR: Wrong type of value
  params       = { a = "b" }      # ERROR: Wrong type of value
  labels       = { a = ["b"] }    # ERROR: Wrong type of value
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
