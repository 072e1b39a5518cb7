package configs

import "time"

// The defaults of attributes and blocks that a configuration leaves out.
const (
	defaultScrapeInterval = 15 * time.Second
	defaultScrapeTimeout  = 10 * time.Second // or the interval, if that is smaller

	defaultWorkers         = 16
	defaultMaxPendingBytes = 64 << 20
	defaultBodySizeLimit   = 32 << 20
	defaultGroupLimit      = 100

	defaultOnScrapeFailure = MarkDown
	defaultOnShutdown      = MarkDown

	defaultEncoding            = EncodingAuto
	defaultCompression         = CompressionAuto
	defaultGatewayTimeout      = 10 * time.Second
	defaultMaxConcurrentPushes = 4
	defaultMinBackoff          = 500 * time.Millisecond
	defaultMaxBackoff          = 10 * time.Second

	defaultRemoteWriteTimeout    = 30 * time.Second // this and the queue's as in Prometheus
	defaultQueueCapacity         = 10000
	defaultMaxSamplesPerSend     = 2000
	defaultBatchSendDeadline     = 5 * time.Second
	defaultRemoteWriteMinBackoff = 30 * time.Millisecond
	defaultRemoteWriteMaxBackoff = 5 * time.Second
	defaultSpoolMaxSize          = 1 << 30

	defaultAuthorizationType = "Bearer"
	defaultMinVersion        = "TLS12"

	defaultFileSDRefresh = 5 * time.Minute
	defaultHTTPSDRefresh = time.Minute
	defaultDNSSDRefresh  = 30 * time.Second

	defaultScheme      = "http"
	defaultMetricsPath = "/metrics"

	defaultNetworkJob     = "network_traffic"
	defaultSelfJob        = "promferry"
	defaultDeviceExclude  = "lo|veth.*|docker.*|br-.*|ifb.*|cali.*|virbr.*"
	defaultRequireAddress = AddressAny

	defaultFlagsJob         = "app"
	defaultFlagsGateway     = "default"
	defaultFlagsRemoteWrite = "store"
)
