gateway "a" {
  url = "https://host:9091"
  basic_auth {
    username      = "a"
    password_file = "" # ERROR: Empty file name
  }
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
