package prometheusyaml

import (
	"errors"
	"io"
	"net/url"
	"strings"
	"testing"
)

// FuzzImport: whatever the file, what comes out is formatted HCL, and nothing
// panics.
func FuzzImport(f *testing.F) {
	for _, archive := range archives(f) {
		f.Add([]byte(fileOf(archive, "prometheus.yml")), false, true)
	}
	f.Add([]byte("scrape_configs: &a\n- job_name: x\n  <<: *a\n  static_configs: *a"), true, false)
	f.Add([]byte("a: &a {<<: *a}\nscrape_configs: [*a]"), true, false)
	f.Add([]byte("a: &a {<<: ["+strings.Repeat("*a, ", 50)+"*a]}\nscrape_configs: [*a]"), true, false)
	f.Add([]byte("scrape_configs: [{job_name: '${x}%{y}\"\\', static_configs: [{targets: ['${x}']}]}]"), true, true)
	gateway := &url.URL{Scheme: "http", Host: "localhost:9091"}
	f.Fuzz(func(t *testing.T, text []byte, local, keep bool) {
		result, err := Import("prometheus.yml", text, Options{
			Gateway: gateway.String(), KeepRemoteWrite: keep, LocalOnly: local, Hostname: "web1", Dir: "/etc/prometheus",
			ReadFile: func(string) ([]byte, error) { return text, nil },
			Glob:     func(pattern string) ([]string, error) { return []string{pattern}, nil },
		})
		if reported := result.WriteReport(io.Discard, gateway); reported != nil {
			t.Fatal(reported)
		}
		if err == nil {
			checkHCL(t, result.HCL)
		} else if len(result.HCL) > 0 {
			t.Errorf("HCL beside %v", errors.Unwrap(err))
		}
	})
}
