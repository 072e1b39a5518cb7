gateway "a" {
  url = "https://host:9091"
  basic_auth {
    username_file = "/nonexistent/user" # WARN: File does not exist
    password_file = "/nonexistent/password" # WARN: File does not exist
  }
  http_header "X-A" {
    files = ["/nonexistent/header"] # WARN: File does not exist
  }
}
job "files" {
  files = [
    "/nonexistent/*.prom",
    "/nonexistent/a.prom", # WARN: File does not exist
  ]
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
