# */5 * * * * promferry once --config.file=/etc/promferry/cron.hcl
global {
  instance = hostname()
  labels   = { every = "5m" } # as the crontab says, for the alert CronStale
}

gateway "default" {
  url = "http://pushgateway.example.net:9091"
}

# What jobs have written, as for node_exporter's textfile collector. A file that
# nobody has renewed for a day fails the scrape: up is 0.
job "textfile" {
  files   = ["/var/lib/promferry/*.prom"]
  max_age = "1d"
}

# What a job that still runs offers on a socket.
job "backup" {
  targets = ["unix:///run/backup/metrics.sock"]
}
