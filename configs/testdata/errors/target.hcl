job "node" {
  targets = [
    "",                               # ERROR: Target without an address
    "host:0",                         # ERROR: Bad target address
    "host:http",                      # ERROR: Bad target address
    "host:9100/metrics",              # ERROR: Bad target address
    "a b:9100",                       # ERROR: Bad target address
    "a:9100,b:9100",                  # ERROR: Bad target address
    "::1",                            # ERROR: Bad target address
    "[::1",                           # ERROR: Bad target address
    "[host]:9100",                    # ERROR: Bad target address
    "ftp://host",                     # ERROR: Bad target address
    "http://",                        # ERROR: Bad target address
    "unix://run/app.sock",            # ERROR: Bad target address
    "user:canary@host:9100",          # ERROR: Credentials in an address
    "http://user:canary@host",        # ERROR: Credentials in an address
    "http://user:can/ary@host",       # ERROR: Credentials in an address
    "http://host/metrics?key=canary", # ERROR: Query in an address
    "host:9100",
  ]
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
