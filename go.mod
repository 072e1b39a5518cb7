module github.com/promferry/promferry

go 1.26.0

require (
	// flags and commands as in the Prometheus family, with environment twins, completion and man page
	github.com/alecthomas/kingpin/v2 v2.4.0
	// offsets of targets: spreads names that are alike, and is the same on each start; checksum of the state file
	github.com/cespare/xxhash/v2 v2.3.0
	// sd_notify: the service manager hears when it is ready, and whether it lives; exporter-toolkit requires it too
	github.com/coreos/go-systemd/v22 v22.7.0
	// the lock files of `once` and of the state file, on all platforms
	github.com/gofrs/flock v0.13.1
	// tests: readable differences
	github.com/google/go-cmp v0.7.0
	// the configuration language, its diagnostics and its formatter
	github.com/hashicorp/hcl/v2 v2.25.0
	// gzip and framed snappy of what is pushed, blocks of snappy for remote_write, deflate for the labels of its series: half the time of the standard library's gzip, which has no snappy
	github.com/klauspost/compress v1.20.3
	// own metrics, promlint; in the demo the checks of a Pushgateway; in tests Prometheus's own reader of /api/v1/targets
	github.com/prometheus/client_golang v1.25.0
	// families of the built-in collectors and of the demo gateway, for expfmt
	github.com/prometheus/client_model v0.6.3
	// HTTP clients (auth, TLS, proxies, *_file), name rules, escaping of UTF-8 names, logging, version; pinned, as v0.73 requires a module that did not resolve
	github.com/prometheus/common v0.72.1
	// TLS and users of the own web server, in the file format that all Prometheus programs share
	github.com/prometheus/exporter-toolkit v0.20.0
	// relabeling and groups of discovered targets as Prometheus has them: of the program only model/relabel, model/labels and discovery/targetgroup; the rest is an oracle of tests (model/textparse); pinned, as v0.316 requires a module that did not resolve
	github.com/prometheus/prometheus v0.315.0
	// tests: testscript and txtar
	github.com/rogpeppe/go-internal v1.16.0
	// NIC counters on all platforms
	github.com/shirou/gopsutil/v3 v3.24.5
	// values and standard functions of HCL
	github.com/zclconf/go-cty v1.19.0
	// the spool of remote_write: records come and go for years in one file that stays within its limit, and a kill at any moment leaves it whole; a log of segments would have to be written, and this one is etcd's and proven
	go.etcd.io/bbolt v1.5.0
	// tests: no goroutine is left behind
	go.uber.org/goleak v1.3.0
	// tests: what Prometheus reads files of targets with
	go.yaml.in/yaml/v2 v2.4.4
	// files of discovered targets, --web.config.file, and prometheus.yml for import: with the lines and comments of all that is in them, which the v2 of Prometheus does not have
	go.yaml.in/yaml/v3 v3.0.6
	// tests: the messages of a name server, and the elements of the status page
	golang.org/x/net v0.61.0
	// tokens of gateways and targets: common/config, which requires it too, lets a token endpoint redirect the client's secret, and waits for it without end
	golang.org/x/oauth2 v0.37.0
	// errgroup and semaphore of the pool
	golang.org/x/sync v0.24.0
	// whether exec has a terminal, which sends its command the signals that are typed; how many files a process may have open, for doctor; tests: addresses that stay free
	golang.org/x/sys v0.49.0
	// whether somebody looks at a terminal, and how wide it is, on all platforms: colours and the line of progress
	golang.org/x/term v0.47.0
	// delimited protobuf with a size limit, in the demo gateway
	google.golang.org/protobuf v1.36.12
)

require (
	github.com/BurntSushi/toml v1.4.1-0.20240526193622-a339e1f7089c // indirect
	github.com/agext/levenshtein v1.2.1 // indirect
	github.com/alecthomas/units v0.0.0-20240927000941-0f3dac36c52b // indirect
	github.com/apparentlymart/go-textseg/v15 v15.0.0 // indirect
	github.com/apparentlymart/go-textseg/v17 v17.0.1 // indirect
	github.com/beorn7/perks v1.0.1 // indirect
	github.com/go-ole/go-ole v1.2.6 // indirect
	github.com/gogo/protobuf v1.3.2 // indirect
	github.com/golang-jwt/jwt/v5 v5.3.1 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/grafana/regexp v0.0.0-20250905093917-f7b3be9d1853 // indirect
	github.com/jpillora/backoff v1.0.0 // indirect
	github.com/json-iterator/go v1.1.12 // indirect
	github.com/mdlayher/socket v0.6.0 // indirect
	github.com/mdlayher/vsock v1.3.0 // indirect
	github.com/mitchellh/go-wordwrap v1.0.1 // indirect
	github.com/modern-go/concurrent v0.0.0-20180306012644-bacd9c7ef1dd // indirect
	github.com/modern-go/reflect2 v1.0.3-0.20250322232337-35a7c28c31ee // indirect
	github.com/munnerz/goautoneg v0.0.0-20191010083416-a7dc8b61c822 // indirect
	github.com/mwitkow/go-conntrack v0.0.0-20190716064945-2f068394615f // indirect
	github.com/power-devops/perfstat v0.0.0-20210106213030-5aafc221ea8c // indirect
	github.com/prometheus/procfs v0.22.0 // indirect
	github.com/xhit/go-str2duration/v2 v2.1.0 // indirect
	github.com/yusufpapurcu/wmi v1.2.4 // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/exp/typeparams v0.0.0-20231108232855-2478ac86f678 // indirect
	golang.org/x/mod v0.41.0 // indirect
	golang.org/x/text v0.43.0 // indirect
	golang.org/x/time v0.15.0 // indirect
	golang.org/x/tools v0.51.0 // indirect
	honnef.co/go/tools v0.8.2 // indirect
)

// make lint
tool honnef.co/go/tools/cmd/staticcheck
