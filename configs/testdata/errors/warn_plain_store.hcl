remote_write "a" {
  url = "http://store/api/v1/write" # WARN: Credentials without TLS
  basic_auth {
    username = "a"
    password = env("PASSWORD")
  }
}
remote_write "b" {
  url = "http://localhost:9090/api/v1/write"
  basic_auth {
    username = "a"
    password = env("PASSWORD")
  }
}
remote_write "c" {
  url = "https://store/api/v1/write"
  authorization {
    credentials = env("PASSWORD")
  }
}

job "app" {
  targets = ["localhost:8000"]
}
