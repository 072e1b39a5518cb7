# The configuration of this host's promferry. After a change:
#
#   promferry check config /etc/promferry/promferry.hcl
#   systemctl reload promferry
#
# As it stands, nothing leaves this host: there is one gateway, here, and what is
# built in. http://127.0.0.1:9097/ shows how it goes. All settings are in
# /usr/share/doc/promferry/examples/full.hcl.

gateway "default" {
  url = env("PUSHGATEWAY_URL", "http://localhost:9091") # or in /etc/default/promferry
}

# What each exporter of this host serves.
#
# job "node" {
#   targets = ["localhost:9100"]
# }

builtin "network" {} # NIC traffic, without an exporter
builtin "self" {}    # promferry's own metrics
