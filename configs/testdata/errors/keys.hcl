job "node" {
  targets = [
    "localhost:9100",
    "127.0.0.1:9100", # ERROR: Two targets with one key
  ]
}
job "named" {
  instance = "a"
  targets = [
    "b:9100",
    "c:9100", # ERROR: Two targets with one key
  ]
}
job "other" {
  targets = ["d:9100"]
  static_config {
    targets = ["e:9100"] # of the same key: named by the error above
    labels  = { job = "named", instance = "a" }
  }
}
builtin "self" {
  job      = "app"
  instance = "myhost:8000"
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"] # ERROR: Two targets with one key
}
