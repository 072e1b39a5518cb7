gateway "other" {
  url = "http://localhost:9092"
}
job "one" {
  targets  = ["a:9100"]
  gateways = ["default"]
}
job "two" {
  gateways = ["other"]
  static_config {
    targets = ["a:9100"]
    labels  = { job = "one" } # no error: the gateways differ
  }
}
job "three" {
  static_config {
    targets = ["a:9100"] # ERROR: Two targets with one key
    labels  = { job = "one" }
  }
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
