gateway "a" {
  url = "http://host:9091" # WARN: Credentials without TLS
  basic_auth {
    username = "a"
    password = env("PASSWORD")
  }
}
gateway "b" {
  url = "http://127.0.0.2:9091"
  basic_auth {
    username = "a"
    password = env("PASSWORD")
  }
}
job "node" {
  targets = ["localhost:9100", "unix:///run/a.sock", "https://c", "host:9100", "other:9100"] # WARN: Credentials without TLS
  basic_auth {
    username = "a"
    password = env("PASSWORD")
  }
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
