gateway "other" { # ERROR: Missing required attribute
  timeout = "5s"
}
gateway "null" { # ERROR: Missing required attribute
  url = null
}

job "node" {
  static_config { # ERROR: Missing required attribute
    labels = { a = "b" }
  }
  basic_auth {} # ERROR: Missing required attribute
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
