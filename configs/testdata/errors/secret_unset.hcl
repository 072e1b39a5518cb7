gateway "a" {
  url = "https://host:9091"
  basic_auth {
    username = "a"
    password = env("NOT_SET") # ERROR: Environment variable not set
  }
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
