job "none" { # ERROR: Job without targets
}
job "empty" { # ERROR: Job without targets
  targets = []
}
job "files" {
  files = [] # ERROR: No files named
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
