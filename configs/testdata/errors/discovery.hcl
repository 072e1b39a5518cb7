job "files" {
  file_sd_config {
    files = ["/etc/targets/*.json", "/etc/targets/[.yml", "/etc/targets"] # ERROR: Bad file pattern # ERROR: Bad file pattern
  }
  file_sd_config {
    files            = [] # ERROR: Empty list of files
    refresh_interval = 30 # ERROR: Not a positive duration
  }
  file_sd_config {} # ERROR: Missing required attribute
}
job "http" {
  http_sd_config {
    url = "https://user:canary@sd.example.net/targets" # ERROR: Credentials in an address
  }
  http_sd_config {
    url = "ftp://sd.example.net/targets?key=canary" # ERROR: Bad discovery URL
  }
  http_sd_config {
    url = "http://sd.example.net/targets?key=canary" # WARN: Credentials without TLS
    basic_auth {
      username = "a"
      password = env("PASSWORD")
    }
  }
}
job "dns" {
  dns_sd_config { # ERROR: DNS records without a port
    names = ["a.example.net"]
    type  = "A"
  }
  dns_sd_config {
    names = ["a.example.net", "", "a.example.net"] # ERROR: Empty DNS name # ERROR: DNS name given twice
    type  = "MX"                                   # ERROR: Not one of the choices
  }
  dns_sd_config {
    names = ["a.example.net"]
    type  = "AAAA"
    port  = 70000 # ERROR: Number out of range
  }
}
job "plain" { # WARN: Credentials without TLS
  file_sd_config {
    files = ["/etc/targets/*.json"]
  }
  basic_auth {
    username = "a"
    password = env("PASSWORD")
  }
}
job "textfile" {
  files = ["/var/lib/*.prom"] # ERROR: Targets and files together
  file_sd_config {
    files = ["/etc/targets/*.json"]
  }
}

gateway "default" {
  url = "http://localhost:9091"
}
