# The demo's configuration: promferry demo
global {
  scrape_interval = "5s"
}

gateway "demo" {
  url = env("GATEWAY")
}

builtin "network" {}
builtin "self" {}
