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
    targets = ["e:9100"] # ERROR: Two targets with one key
    labels  = { job = "named", instance = "a" } # the target is the guilty one
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
