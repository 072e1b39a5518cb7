gateway "a" {
  url = "https://host:9091"
  basic_auth {
    username = "a"
    password = env("PASSWORD")
  }
  authorization { # ERROR: Two kinds of authentication
    credentials = env("PASSWORD")
  }
}
job "node" {
  targets = ["https://host"]
  oauth2 {
    client_id = "a"
    token_url = "https://id.example.net/token"
  }
  basic_auth { # ERROR: Two kinds of authentication
    username = "a"
  }
}
job "twice" {
  targets = ["https://twice"]
  authorization {
    credentials = env("PASSWORD")
  }
  authorization { # ERROR: Block given twice
    credentials_file = "/run/token"
  }
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
