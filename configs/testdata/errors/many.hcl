global {
  scrape_interval = "soon" # ERROR: Not a positive duration
}
gateway "other" {
  url = "other" # ERROR: Bad gateway URL
}
job "node" {
  targets  = ["localhost:nine"] # ERROR: Bad target address
  instance = env("NOT_SET")     # ERROR: Environment variable not set
  gateways = ["othr"]           # ERROR: Unknown gateway name
  colour   = "blue"             # ERROR: Unknown attribute name
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
