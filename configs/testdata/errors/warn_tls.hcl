gateway "a" {
  url = "https://host:9091"
  tls_config {
    insecure_skip_verify = true # WARN: Server certificate is not checked
  }
}
job "old" {
  targets = ["https://host"]
  tls_config {
    ca_file     = "/nonexistent/ca.pem" # WARN: File does not exist
    cert_file   = "/nonexistent/cert.pem" # WARN: File does not exist
    key_file    = "/nonexistent/key.pem" # WARN: File does not exist
    min_version = "TLS10" # WARN: Old version of TLS
    max_version = "TLS11" # WARN: Old version of TLS
  }
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
