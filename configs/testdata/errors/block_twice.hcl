global {}
global {} # ERROR: Block given twice

job "node" {
  targets = ["localhost:9100"]
  basic_auth {
    username = "a"
  }
  basic_auth { # ERROR: Block given twice
    username = "b"
  }
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
