job "node" {
  targets = ["localhost:9100"]

  http_header "Host" { # ERROR: Reserved header name
    values = ["canary"]
  }
  http_header "X Y" { # ERROR: Not a header name
    values = ["canary"]
  }
  http_header "X-A" {
    values = ["canary"]
  }
  http_header "x-a" { # ERROR: Header given twice
    values = ["canary"]
  }
  http_header "X-B" {} # ERROR: Header without a value
  http_header "X-C" {
    values = ["canary\n"] # ERROR: Not a header value
  }
  http_header "X-D" {
    values = "canary" # ERROR: Wrong type of value
  }
  http_header "X-E" {
    secrets = ["canary"] # ERROR: Unknown attribute name
    values  = [env("NOT_SET")] # ERROR: Environment variable not set
  }
  http_header { # ERROR: Missing block label
    values = ["canary"]
  }
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
