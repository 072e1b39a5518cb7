gateway "a" {
  url = "https://host:9091"
  tls_config {
    ca        = "canary" # ERROR: No certificate in text
    ca_file   = "/run/ca.pem" # ERROR: Two attributes for one
    cert      = env("CERT")
    cert_file = "/run/cert.pem" # ERROR: Two attributes for one
    key       = "canary" # ERROR: Secret in the configuration
    key_file  = "/run/key.pem" # ERROR: Two attributes for one
  }
}
gateway "b" {
  url = "https://host:9091"
  tls_config { # ERROR: Certificate without a key
    cert_file = "/run/cert.pem"
  }
}
gateway "c" {
  url = "https://host:9091"
  tls_config {
    cert = env("CERT")
    key  = env("PASSWORD") # ERROR: Key and certificate differ
  }
}
gateway "d" {
  url = "https://host:9091"
  tls_config {
    server_name          = ["a"] # ERROR: Wrong type of value
    insecure_skip_verify = "maybe" # ERROR: Wrong type of value
    min_version          = "1.3" # ERROR: Not one of the choices
    max_version          = "TLS14" # ERROR: Not one of the choices
    private_key          = "canary" # ERROR: Unknown attribute name
  }
}
gateway "e" {
  url = "https://host:9091"
  tls_config {
    min_version = "TLS13"
    max_version = "TLS12" # ERROR: No TLS version left
  }
}
gateway "f" {
  url = "https://host:9091"
  tls_config {
    max_version = "TLS11" # WARN: Old version of TLS # ERROR: No TLS version left
  }
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
