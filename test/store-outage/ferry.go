//go:build unix

package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/promferry/promferry/test/proc"
)

// A ferry is promferry under test.
type ferry struct {
	*proc.Process
	url, file string
}

func (o options) start(config string) (*ferry, error) {
	address, err := proc.FreeAddress()
	if err != nil {
		return nil, err
	}
	f := &ferry{url: "http://" + address, file: filepath.Join(o.dir, "promferry.hcl")}
	if err := os.WriteFile(f.file, []byte(config), 0o600); err != nil {
		return nil, err
	}
	cmd := exec.Command(o.binary, "run", "--config.file="+f.file, "--web.listen-address="+address, "--shutdown.timeout=15s")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}
	if o.log != "" {
		log, err := os.Create(o.log)
		if err != nil {
			return nil, err
		}
		defer log.Close() // the process has its own
		cmd.Stderr = log
	}
	f.Process, err = proc.Start(cmd)
	return f, err
}

// reload returns when the new configuration runs.
func (f *ferry) reload(config string) error {
	const loaded = "promferry_config_last_reload_success_timestamp_seconds"
	before, err := f.sum(loaded)
	if err != nil {
		return err
	}
	if err := os.WriteFile(f.file+".new", []byte(config), 0o600); err != nil {
		return err
	}
	if err := os.Rename(f.file+".new", f.file); err != nil {
		return err
	}
	if err := f.Signal(syscall.SIGHUP); err != nil {
		return err
	}
	return f.Await("reload", 10*time.Second, func() bool {
		now, err := f.sum(loaded)
		return err == nil && now > before
	})
}

// sum adds all series of one of its own metrics. None is 0.
func (f *ferry) sum(name string) (sum float64, err error) {
	client := http.Client{Timeout: 10 * time.Second}
	resp, err := client.Get(f.url + "/metrics")
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(resp.Body)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", f.url, err)
	}
	for _, m := range families[name].GetMetric() {
		sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
	}
	return sum, nil
}

// config has all targets but those that come late, in an interval.
func (o options) config(s *store, t *targets, interval time.Duration, jobs ...string) string {
	return fmt.Sprintf(`
global {
	scrape_interval = "%dms"
	on_shutdown     = "keep"
}
remote_write "store" {
	url = "http://%s/api/v1/write"
	queue { batch_send_deadline = "%v" }
	spool {
		directory = %q
		max_size  = %q
	}
}
%s`, interval.Milliseconds(), s.address, sendDeadline, o.spool(), o.maxSize, strings.Join(jobs, "\n"))
}

func (o options) spool() string { return filepath.Join(o.dir, "spool") }
