# What each pod pushes. The variables are those of ../sidecar/sidecar.yaml.
gateway "default" {
  url = "https://pushgateway.example.net"

  authorization {
    credentials_file = "/etc/promferry/token" # of the Secret; read again when it changes
  }
}

global {
  instance    = env("POD_NAME", hostname())
  on_shutdown = "delete" # pods come and go: leave nothing behind
  labels = {
    namespace = env("NAMESPACE", "")
    node      = env("NODE_NAME", "")
  }
}

job "shop" {
  targets = ["localhost:8000"]
}
