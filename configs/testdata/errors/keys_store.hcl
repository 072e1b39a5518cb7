gateway "edge" {
  url = "http://localhost:9091"
}
remote_write "mimir" {
  url = "https://mimir.example.net/api/v1/push"
}

job "one" {
  gateways = ["edge"]
  static_config {
    targets = ["a:9100"]
    labels  = { job = "app" }
  }
}
job "two" {
  gateways = ["mimir"]
  static_config {
    targets = ["a:9100"] # goes nowhere where the first one goes
    labels  = { job = "app" }
  }
}
job "three" {
  gateways = ["mimir"]
  static_config {
    targets = ["a:9100"] # ERROR: Two targets with one key
    labels  = { job = "app" }
  }
}
