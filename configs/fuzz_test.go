package configs

import (
	"io"
	"os"
	"slices"
	"testing"
)

// FuzzLoad: whatever the text, there is a configuration or an error, and both can
// be shown.
func FuzzLoad(f *testing.F) {
	for _, name := range slices.Concat(glob(f, "testdata/errors/*.hcl"), glob(f, "examples/*.hcl")) {
		src, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		l := testLoader()
		config, diags := l.LoadBytes("fuzz.hcl", src)
		if (config == nil) != diags.HasErrors() {
			t.Errorf("got config %v with diagnostics %v", config, diags)
		}
		if err := l.WriteDiagnostics(io.Discard, diags); err != nil {
			t.Error(err)
		}
		if config != nil {
			checkWhole(t, config)
		}
	})
}

// checkWhole holds a configuration to what its comments promise.
func checkWhole(t *testing.T, c *Config) {
	t.Helper()
	if c.Workers < 1 || c.MaxPendingBytes < 1 || len(c.Gateways)+len(c.RemoteWrites) == 0 || len(c.Jobs) == 0 {
		t.Errorf("got a configuration that can do nothing: %+v", c)
	}
	for _, g := range c.Gateways {
		if len(g.URLs) == 0 || g.Name == "" {
			t.Errorf("got gateway %+v", g)
		}
		for _, u := range g.URLs {
			if u == nil || u.User != nil || u.RawQuery != "" {
				t.Errorf("got URL %v of gateway %q", u, g.Name)
			}
		}
	}
	for _, w := range c.RemoteWrites {
		q := w.Queue
		if w.Name == "" || w.URL == nil || w.URL.User != nil || q.MaxSamplesPerSend < 1 || q.Capacity < q.MaxSamplesPerSend || q.MinBackoff <= 0 || q.MaxBackoff < q.MinBackoff {
			t.Errorf("got remote_write %+v", w)
		}
		if w.Spool != nil && (w.Spool.Directory == "" || w.Spool.MaxSize < minSpoolSize) {
			t.Errorf("got spool %+v of %q", w.Spool, w.Name)
		}
	}
	for _, j := range c.Jobs {
		if len(j.Targets)+len(j.Dropped)+len(j.Discovery) == 0 || len(j.Gateways) == 0 || j.ScrapeTimeout <= 0 || j.ScrapeTimeout > j.ScrapeInterval {
			t.Errorf("got job %+v", j)
		}
		for _, target := range j.Targets {
			if !target.Labels.Has("job") || !target.Labels.Has("instance") {
				t.Errorf("got target %+v", target)
			}
		}
	}
}
