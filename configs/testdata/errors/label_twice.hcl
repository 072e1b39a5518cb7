global {
  instance = "a"
  labels   = { instance = "b" } # ERROR: Label set twice
}
job "node" {
  targets = ["localhost:9100"]
  labels  = { job = "other" } # ERROR: Label set twice
}
builtin "self" {
  job    = "a"
  labels = { job = "b" } # ERROR: Label set twice
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
