remote_write "one" {
  url = "http://store/api/v1/write"
}
gateway "one" { # ERROR: Name used twice
  url = "http://localhost:9091"
}
remote_write "one" { # ERROR: Name used twice
  url = "http://store2/api/v1/write"
}
gateway "mimi" {
  url = "http://localhost:9092"
}
remote_write "mimir" {
  url = "http://mimir/api/v1/push"
}
remote_write { # ERROR: Missing block label
  url = "http://store3/api/v1/write"
}

job "app" {
  targets  = ["localhost:8000"]
  gateways = ["mimir", "mimi", "mimir"] # ERROR: Gateway named twice
}
job "other" {
  targets  = ["localhost:8001"]
  gateways = ["mimor"] # ERROR: Unknown gateway name
}
job "mimir" { # jobs have names of their own
  targets          = ["localhost:8002"]
  honor_timestamps = "perhaps" # ERROR: Wrong type of value
}
