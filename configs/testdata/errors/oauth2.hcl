gateway "a" {
  url = "https://host:9091"
  oauth2 { # ERROR: Missing required attribute # ERROR: Missing required attribute
    client_secret = "canary" # ERROR: Secret in the configuration
  }
}
gateway "b" {
  url = "https://host:9091"
  oauth2 {
    client_id          = "a"
    client_secret      = env("PASSWORD")
    client_secret_file = "/run/secret" # ERROR: Two attributes for one
    token_url          = "https://a:canary@id.example.net/token" # ERROR: Credentials in an address
  }
}
gateway "c" {
  url = "https://host:9091"
  oauth2 {
    client_id       = "a"
    token_url       = "https://id.example.net/token?secret=canary" # ERROR: Query in an address
    scopes          = ["push"]
    endpoint_params = { scope = "canary", audience = "a" } # ERROR: Two attributes for one
  }
}
gateway "d" {
  url = "https://host:9091"
  oauth2 {
    client_id       = "a"
    token_url       = "id.example.net/token" # ERROR: Not a good URL
    endpoint_params = { password = ["canary"] } # ERROR: Wrong type of value
    no_proxy        = "a" # ERROR: no_proxy without proxy_url
    basic_auth {} # ERROR: Unknown block name
    proxy_connect_header "X-A" { # ERROR: Proxy header without a proxy
      values = ["canary"]
    }
    tls_config { # ERROR: Key without a certificate
      key_file = "/run/key"
    }
  }
}
gateway "e" {
  url = "https://host:9091"
  oauth2 {
    client_id = "a"
    token_url = "http://id.example.net/token" # WARN: Credentials without TLS
  }
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
