# What the CronJob pushes: a service of the cluster, as Prometheus would see it.
gateway "default" {
  url = "http://pushgateway.monitoring:9091"
}

job "shop" {
  targets  = ["shop.shop.svc:8000"]
  instance = "shop"
  labels   = { every = "5m" } # as the schedule says, for the alert CronStale
}
