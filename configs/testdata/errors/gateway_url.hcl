gateway "a" {
  url = "pushgateway:9091" # ERROR: Bad gateway URL
}
gateway "b" {
  url = "ftp://pushgateway" # ERROR: Bad gateway URL
}
gateway "c" {
  url = "http://" # ERROR: Bad gateway URL
}
gateway "d" {
  url = "http://host:99999" # ERROR: Bad gateway URL
}
gateway "e" {
  url = "http://user:canary@host:9091" # ERROR: Credentials in an address
}
gateway "f" {
  url = "http://host:9091/?token=canary" # ERROR: Query in an address
}
gateway "g" {
  url = "http://host:9091/#top" # ERROR: Query in an address
}
gateway "i" {
  url = "http://host:9091/metrics" # ERROR: Bad gateway URL
}
gateway "j" {
  url = "http://host:9091/prefix/metrics/job/foo" # ERROR: Bad gateway URL
}
gateway "h" {
  url = "http://host:%zz" # ERROR: Bad gateway URL
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
