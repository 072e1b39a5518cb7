remote_write "a" {
  url = "http://store/api/v1/write"

  spool {
    directory = "/var/lib/promferry/a"
    max_size  = "15MB" # ERROR: Not a size in bytes
    max_age   = "0s"   # ERROR: Not a positive duration
  }
}
remote_write "b" {
  url = "http://store/api/v1/write"

  spool {
    directory = "/var/lib/promferry/../promferry/a/" # ERROR: Spool directory used twice
  }
}
remote_write "c" {
  url = "http://store/api/v1/write"

  spool { # ERROR: Missing required attribute
    max_size = "16MB"
  }
}
remote_write "d" {
  url = "http://store/api/v1/write"

  spool {
    directory = "" # ERROR: Empty directory name
  }
  spool { # ERROR: Block given twice
    directory = "d"
  }
}

job "app" {
  targets = ["localhost:8000"]
}
