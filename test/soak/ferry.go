//go:build unix

package main

import (
	"errors"
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
	url     string
	file    string // its configuration
	logFile string
}

func startFerry(o options, config string) (*ferry, error) {
	address, err := proc.FreeAddress()
	if err != nil {
		return nil, err
	}
	f := &ferry{url: "http://" + address, file: filepath.Join(o.dir, "promferry.hcl"), logFile: o.log}
	if err := os.WriteFile(f.file, []byte(config), 0o600); err != nil {
		return nil, err
	}
	log, err := os.Create(f.logFile)
	if err != nil {
		return nil, err
	}
	defer log.Close() // the process has its own
	cmd := exec.Command(o.binary, "run", "--config.file="+f.file, "--web.listen-address="+address, "--state.file="+filepath.Join(o.dir, "state"))
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "GORACE=halt_on_error=1"}
	cmd.Stderr = log
	f.Process, err = proc.Start(cmd)
	return f, err
}

// reload returns when the new configuration runs.
func (f *ferry) reload(config string) error {
	const loaded = "promferry_config_last_reload_success_timestamp_seconds"
	before, err := f.metrics()
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
	return f.Await("reload", 5*time.Second, func() bool {
		m, err := f.metrics()
		return err == nil && m[loaded] > before[loaded]
	})
}

// kill ends it if it runs still.
func (f *ferry) kill() error {
	if err := f.Signal(syscall.SIGKILL); !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}

// log is the end of what it wrote.
func (f *ferry) log() string {
	text, _ := os.ReadFile(f.logFile)
	return string(text[max(0, len(text)-4000):])
}

// metrics are its own, written as name{label="value"}, the labels as it sorts
// them.
type metrics map[string]float64

var client = &http.Client{Timeout: 5 * time.Second}

func (f *ferry) metrics() (metrics, error) {
	resp, err := client.Get(f.url + "/metrics")
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(resp.Body)
	if err != nil {
		return nil, err
	}
	m := make(metrics)
	for name, family := range families {
		for _, one := range family.GetMetric() {
			var labels strings.Builder
			for _, l := range one.GetLabel() {
				labels.WriteString("," + l.GetName() + "=" + l.GetValue())
			}
			m[name+labels.String()] = one.GetCounter().GetValue() + one.GetGauge().GetValue()
		}
	}
	return m, nil
}

// sum adds the series of a name that have all of the labels, as in gateway=a.
func (m metrics) sum(name string, labels ...string) (sum float64) {
	for series, value := range m {
		of, rest, _ := strings.Cut(series+",", ",")
		has := of == name
		for _, l := range labels {
			has = has && strings.Contains(","+rest, ","+l+",")
		}
		if has {
			sum += value
		}
	}
	return sum
}
