gateway "a" {
  url = "https://host:9091"
  basic_auth {
    username_file = "/public/user"
    password_file = "/public/password" # WARN: Secret is readable by everyone
  }
  tls_config {
    ca_file   = "/public/ca.pem"
    cert_file = "/public/cert.pem"
    key_file  = "/public/key.pem" # WARN: Secret is readable by everyone
  }
  http_header "X-A" {
    files = ["/public/header"] # WARN: Secret is readable by everyone
  }
}
gateway "b" {
  url = "https://host:9091"
  authorization {
    credentials_file = "/public/token" # WARN: Secret is readable by everyone
  }
}
gateway "c" {
  url = "https://host:9091"
  oauth2 {
    client_id          = "a"
    client_secret_file = "/public/secret" # WARN: Secret is readable by everyone
    token_url          = "https://id.example.net/token"
  }
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
