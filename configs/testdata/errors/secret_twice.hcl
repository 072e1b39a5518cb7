gateway "a" {
  url = "https://host:9091"
  basic_auth {
    username      = "a"
    username_file = "/run/secrets/user" # ERROR: Two attributes for one
    password      = env("PASSWORD")
    password_file = "/run/secrets/password" # ERROR: Two attributes for one
  }
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
