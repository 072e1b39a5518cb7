package test

import (
	"fmt"
	"net"
	"os/exec"
	"testing"
)

// A store takes remote_write, and is asked as Prometheus is.
type store struct {
	prometheus
	name  string
	write string // the URL that takes it
}

// startReceiver returns a Prometheus that runs the configuration and takes
// remote_write.
func startReceiver(t testing.TB, config string, flags ...string) store {
	t.Helper()
	prom := startPrometheus(t, config, append([]string{"--web.enable-remote-write-receiver"}, flags...)...)
	return store{prom, "prometheus", prom.url + "/api/v1/write"}
}

// startVictoriaMetrics returns an empty one.
func startVictoriaMetrics(t testing.TB) store {
	t.Helper()
	url := "http://" + startPart(t, "/health", victoriaMetricsCommand(t))
	return store{prometheus{url: url}, "victoria-metrics", url + "/api/v1/write"}
}

// victoriaMetricsCommand starts one with a directory of its own. Each command of
// one result has the same.
func victoriaMetricsCommand(t testing.TB) func(host, port string) *exec.Cmd {
	t.Helper()
	program, dir := part(t, "victoria-metrics"), t.TempDir()
	return func(host, port string) *exec.Cmd {
		return exec.Command(program, "-storageDataPath="+dir, "-httpListenAddr="+net.JoinHostPort(host, port), "-memory.allowedBytes=64MB",
			"-search.latencyOffset=1s") // else range queries show nothing of the last half minute
	}
}

// indexed waits until so many series can be found. It asks in other words each
// time: VictoriaMetrics remembers for ten seconds what it did not find.
func (s store) indexed(t testing.TB, series int) {
	t.Helper()
	asked := 0
	eventually(t, "series at "+s.name, func() error {
		asked++
		found, err := s.query(fmt.Sprintf(`{__name__!="",asked!="%d"}`, asked))
		if err == nil && len(found) < series {
			err = fmt.Errorf("%d, want %d", len(found), series)
		}
		return err
	})
}

// eachStore runs a test with each kind of store.
func eachStore(t *testing.T, do func(t *testing.T, s store)) {
	t.Helper()
	for name, start := range map[string]func(testing.TB) store{
		"prometheus":       func(t testing.TB) store { return startReceiver(t, "scrape_configs: []\n") },
		"victoria-metrics": startVictoriaMetrics,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			do(t, start(t))
		})
	}
}
