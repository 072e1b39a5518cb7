# A sidecar beside one app. In Kubernetes, POD_NAME comes from the downward API
# (fieldRef metadata.name) and PUSHGATEWAY_PASSWORD from a Secret.
gateway "default" {
  url = env("PUSHGATEWAY_URL", "https://pushgateway.example.net")

  basic_auth {
    username = "relay"
    password = env("PUSHGATEWAY_PASSWORD")
  }
}

job "shop" {
  targets     = ["localhost:8000"]
  instance    = env("POD_NAME", hostname())
  on_shutdown = "delete" # pods come and go: leave nothing behind
}
