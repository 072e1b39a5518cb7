gateway "a" {
  url  = "http://a:9091"
  urls = ["http://b:9091"] # ERROR: url and urls together
}
gateway "b" {
  urls = [] # ERROR: Empty list of urls
}
gateway "c" {
  urls = [
    "http://a",
    "http://A:80/", # ERROR: Gateway URL given twice
    "http://a/prefix",
    "b:9091",                        # ERROR: Bad gateway URL
    "http://user:canary@host:9091",  # ERROR: Credentials in an address
    "http://host:9091/?token=canary", # ERROR: Query in an address
    "http://host:9091/metrics",      # ERROR: Bad gateway URL
  ]
}
gateway "d" {
  urls = "http://a:9091" # ERROR: Wrong type of value
}
gateway "e" {
  urls = [null] # ERROR: Null in a list
}
gateway "f" {
  urls = ["http://localhost:9091", "http://host:9091"] # WARN: Credentials without TLS
  basic_auth {
    username      = "relay"
    password_file = "/run/secrets/push-password"
  }
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
