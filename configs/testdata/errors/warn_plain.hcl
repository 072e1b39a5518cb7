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
gateway "c" {
  url = "http://host:9091" # WARN: Credentials without TLS
  authorization {
    credentials = env("PASSWORD")
  }
}
gateway "d" {
  url = "http://host:9091" # WARN: Credentials without TLS
  oauth2 {
    client_id = "a"
    token_url = "http://localhost:8080/token"
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
