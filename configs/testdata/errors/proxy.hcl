gateway "a" {
  url       = "https://host:9091"
  proxy_url = "http://user:canary@proxy:3128" # ERROR: Credentials in an address
}
gateway "b" {
  url       = "https://host:9091"
  proxy_url = "proxy:3128" # ERROR: Not a good URL
}
gateway "c" {
  url       = "https://host:9091"
  proxy_url = "http://proxy:3128/?token=canary" # ERROR: Query in an address
}
gateway "d" {
  url                    = "https://host:9091"
  proxy_url              = "http://proxy:3128" # ERROR: Two attributes for one
  no_proxy               = "a" # ERROR: Two attributes for one
  proxy_from_environment = true
}
gateway "e" {
  url      = "https://host:9091"
  no_proxy = "a" # ERROR: no_proxy without proxy_url
  proxy_connect_header "X-A" { # ERROR: Proxy header without a proxy
    values = ["canary"]
  }
}
job "f" {
  targets   = ["https://host"]
  proxy_url = "socks5://proxy:1080"
  proxy_connect_header "Authorization" { # ERROR: Reserved header name
    values = ["canary"]
  }
  proxy_connect_header "X-B" {} # ERROR: Header without a value
  proxy_connect_header "X-C" {
    files = ["/run/canary"] # ERROR: Unknown attribute name
  }
  proxy_connect_header "X-D" {
    values = ["canary\n"] # ERROR: Not a header value
  }
}
job "g" {
  targets                = ["https://g"]
  proxy_from_environment = "never" # ERROR: Wrong type of value
  enable_http2           = "never" # ERROR: Wrong type of value
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
