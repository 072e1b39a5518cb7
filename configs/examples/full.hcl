# Every block and attribute. The values of global and gateway "default" are the
# defaults, but for instance, labels, url, authentication, TLS files and proxies.
global {
  scrape_interval = "15s"
  scrape_timeout  = "10s" # the smaller of this and the interval
  workers         = 16    # scrapes at work at once; waiting for a silent target is no work

  # Target labels become the grouping key. Of a label, static_config wins over the
  # job, and the job over global.
  instance = hostname()
  labels   = { site = "fra1" }

  max_pending_bytes = "64MB" # encoded bodies that wait for gateways
  body_size_limit   = "32MB" # after decompression; 0 is no limit, here and below

  sample_limit             = 0
  label_limit              = 0
  label_name_length_limit  = 0
  label_value_length_limit = 0
  target_limit             = 0
  group_limit              = 100 # groups of one scrape with honor_labels, at a gateway

  # What becomes of a group at a gateway. A store of remote_write has a history,
  # so that there a failed scrape ends all series, with up 0, whatever stands here;
  # at the end of promferry mark_down does the same, delete ends up as well, and
  # keep ends nothing.
  on_scrape_failure = "mark_down" # or keep
  on_shutdown       = "mark_down" # or delete, keep
}

gateway "default" {
  url                   = "https://push.example.net/prefix"
  encoding              = "auto" # or protobuf, text; auto goes by the gateway's version
  compression           = "auto" # or none, gzip, snappy; auto is none to a loopback host
  timeout               = "10s"  # of one request
  max_concurrent_pushes = 4
  enable_http2          = true

  # A push that got no answer, or an error of the gateway's, is tried again until
  # the target's next one takes its place.
  retry {
    min_backoff = "500ms" # the first wait, which doubles with each failure
    max_backoff = "10s"   # the longest, as long as the interval is not shorter
  }

  # Of basic_auth, authorization and oauth2 one at most.
  basic_auth {
    username = "relay"
    password = env("PUSHGATEWAY_PASSWORD") # a secret: only env(), or password_file
  }

  # Files are read again when they change. Without the block the CAs of the
  # system, and of SSL_CERT_FILE, are trusted.
  tls_config {
    ca_file              = "/etc/promferry/ca.pem"     # or ca = env("CA"), PEM text
    cert_file            = "/etc/promferry/client.pem" # or cert = env("CLIENT_CERT")
    key_file             = "/run/secrets/client-key"   # or key = env("CLIENT_KEY")
    server_name          = "push.example.net"          # the host of the URL without it
    insecure_skip_verify = false
    min_version          = "TLS12" # or TLS10, TLS11, TLS13
    max_version          = "TLS13" # no limit without it
  }

  # Or socks5://. Without it there is none, whatever the environment says.
  proxy_url = "http://proxy.example.net:3128"
  no_proxy  = "localhost,10.0.0.0/8" # where proxy_url is not used
  proxy_connect_header "Proxy-Authorization" {
    values = [env("PUSHGATEWAY_PASSWORD")]
  }
}

gateway "second" {
  # Shards instead of one url: each group is at one of them, by its key.
  urls = ["https://push1.example.org", "https://push2.example.org"]

  basic_auth {
    username_file = "/run/secrets/push-user"
    password_file = "/run/secrets/push-password"
  }
  http_header "X-Scope-OrgID" {
    values = ["edge"]
    files  = ["/run/secrets/tenant"]
  }
}

gateway "third" {
  url                    = "https://push.example.com"
  proxy_from_environment = true # HTTP_PROXY, HTTPS_PROXY, NO_PROXY; false without it

  authorization {
    type        = "Bearer"
    credentials = env("PUSHGATEWAY_PASSWORD") # or credentials_file
  }
}

gateway "fourth" {
  url = "https://push.example.edu"

  oauth2 {
    client_id       = "relay"
    client_secret   = env("PUSHGATEWAY_PASSWORD") # or client_secret_file
    token_url       = "https://id.example.edu/token"
    scopes          = ["push"]
    endpoint_params = { audience = "push" }

    # Its own tls_config and proxies: the gateway's are not for the token_url.
    proxy_url = "http://proxy.example.net:3128"
    no_proxy  = "localhost,10.0.0.0/8"
    proxy_connect_header "X-Tenant" {
      values = ["edge"]
    }
    tls_config {
      ca_file = "/etc/promferry/ca.pem"
    }
  }
}

gateway "fifth" {
  url = "https://push.example.info"

  authorization {
    credentials_file = "/run/secrets/token"
  }
}

gateway "sixth" {
  url = "https://push.example.biz"

  oauth2 {
    client_id              = "relay"
    client_secret_file     = "/run/secrets/client"
    token_url              = "https://id.example.biz/token"
    proxy_from_environment = true
  }
}

# All samples go to it with the time of their scrape, or their own, and a mark
# where a series ends. Its values are the defaults, but for url, authentication,
# headers, spool and rules.
remote_write "store" {
  url          = "https://mimir.example.net/api/v1/push" # a query is never shown
  timeout      = "30s"                                   # of one request
  enable_http2 = true

  queue {
    capacity             = 10000  # samples that wait in memory
    max_samples_per_send = 2000   # in one request
    batch_send_deadline  = "5s"   # how long one waits until it is full
    min_backoff          = "30ms" # the first wait after no answer, 5xx or 429, which doubles with each failure
    max_backoff          = "5s"   # the longest
  }

  # What waits is on disk, and survives an outage and a restart. Without the
  # block it is in memory alone. The directory is for this remote_write only.
  spool {
    directory = "/var/lib/promferry/store"
    max_size  = "1GB" # at least 16MB; what is over it, the oldest, is dropped and counted
    max_age   = "6h"  # no limit without it
  }

  # Which series go there, by all of their labels: those of the target, too.
  write_relabel_config {
    source_labels = ["__name__", "site"]
    separator     = ";"
    regex         = "go_(gc|memstats)_.*;.*"
    action        = "drop"
  }
  write_relabel_config {
    target_label = "replica"
    replacement  = "a"
  }
  write_relabel_config {
    source_labels = ["path"]
    modulus       = 16
    target_label  = "path_shard"
    action        = "hashmod"
  }

  # All that a gateway has for authentication, TLS and proxies.
  basic_auth {
    username = "edge"
    password = env("MIMIR_PASSWORD") # or password_file
  }
  http_header "X-Scope-OrgID" {
    values = ["edge"]
  }
}

job "node" {
  targets = ["https://node2:9100/metrics"] # scheme and path of its own

  static_config {
    targets = ["10.0.0.11:9100"]
    labels  = { rack = "r1", instance = "10.0.0.11" }
  }
  static_config {
    targets = ["unix:///run/app.sock:/metrics"]
    labels  = { rack = "r2" }
  }

  labels       = { team = "infra" }
  gateways     = ["default", "store"] # gateways and remote_writes; all without it
  scheme       = "https"              # http without it
  metrics_path = "/metrics"
  params       = { module = ["http_2xx"] }

  scrape_interval = "1m30s"
  scrape_timeout  = "10s"
  honor_labels    = false

  # Samples that bring a time of their own keep it in a remote_write; the time of
  # the scrape without. A Pushgateway takes none.
  honor_timestamps = true

  # What targets are asked for, the best one first. This is the default; with
  # "PrometheusProto" in front native histograms come, too.
  scrape_protocols = ["OpenMetricsText1.0.0", "OpenMetricsText0.0.1", "PrometheusText1.0.0", "PrometheusText0.0.4"]

  # Without it, an answer without a known Content-Type fails the scrape. Or
  # PrometheusText1.0.0, OpenMetricsText0.0.1, OpenMetricsText1.0.0, PrometheusProto.
  fallback_scrape_protocol = "PrometheusText0.0.4"
  enable_compression       = true
  follow_redirects         = true
  enable_http2             = true

  body_size_limit          = "32MB"
  sample_limit             = 20000
  label_limit              = 60
  label_name_length_limit  = 200
  label_value_length_limit = 1000
  target_limit             = 10
  group_limit              = 100

  on_scrape_failure = "keep"
  on_shutdown       = "delete"

  # All that a gateway has for authentication, TLS and proxies.
  basic_auth {
    username      = "scraper"
    password_file = "/run/secrets/node"
  }
  tls_config {
    ca_file = "/etc/promferry/ca.pem"
  }
  http_header "X-Tenant" {
    values = ["edge"]
  }
}

job "found" {
  # JSON and YAML as for Prometheus, looked at each second; a bad file keeps its last good content.
  file_sd_config {
    files            = ["/etc/promferry/targets/*.json", "/etc/promferry/targets/*.yml"]
    refresh_interval = "5m"
  }
  http_sd_config {
    url              = "https://sd.example.net/targets"
    refresh_interval = "1m"
    follow_redirects = true

    # All that a gateway has for authentication, TLS and proxies.
    authorization {
      credentials_file = "/run/secrets/sd"
    }
  }
  dns_sd_config {
    names            = ["node.example.net"]
    type             = "A" # SRV without it; or AAAA
    port             = 9100
    refresh_interval = "30s"
  }

  # Which targets, and their labels: labels __meta_… say how a target was found,
  # __address__, __scheme__, __metrics_path__, __param_<name>, __scrape_interval__,
  # __scrape_timeout__ and __unix_socket__ how it is scraped.
  relabel_config {
    source_labels = ["__meta_filepath", "env"]
    separator     = ";"
    regex         = ".*;(test|ci)"
    action        = "drop"
  }
  relabel_config {
    source_labels = ["__address__"]
    regex         = "([^:]+)(:[0-9]+)?"
    target_label  = "instance"
    replacement   = "$1" # a group before letters or digits is $${1}
    action        = "replace"
  }
  relabel_config {
    source_labels = ["__address__"]
    modulus       = 4
    target_label  = "__tmp_shard"
    action        = "hashmod"
  }
  relabel_config {
    source_labels = ["__tmp_shard"]
    regex         = "0"
    action        = "keep"
  }

  # Which of their series, and the labels of those.
  metric_relabel_config {
    source_labels = ["__name__"]
    separator     = ";"
    regex         = "go_(gc|memstats)_.*"
    action        = "drop"
  }
  metric_relabel_config {
    source_labels = ["path"]
    regex         = "/user/[0-9]+"
    target_label  = "path"
    replacement   = "/user/:id"
  }
  metric_relabel_config {
    source_labels = ["path"]
    modulus       = 16
    target_label  = "path_shard"
    action        = "hashmod"
  }
}

job "textfile" {
  files    = ["/var/lib/promferry/*.prom"]
  max_age  = "1d" # no limit without it
  instance = "cron"
}

builtin "network" {
  job             = "network_traffic"
  instance        = fqdn()
  labels          = { site = "fra1" }
  gateways        = ["default", "second"]
  scrape_interval = "15s"
  on_shutdown     = "mark_down"

  # device_include = "eth.*" # instead of device_exclude
  device_exclude  = "lo|veth.*|docker.*|br-.*|ifb.*|cali.*|virbr.*"
  require_address = "any" # or ipv4, none
}

builtin "self" {
  job             = "promferry"
  instance        = hostname()
  labels          = {}
  gateways        = ["default"]
  scrape_interval = "15s"
  on_shutdown     = "mark_down"
}
