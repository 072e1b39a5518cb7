package proc

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
)

// A Ferry is `promferry run` with a configuration file and a web server.
type Ferry struct {
	*Process
	url  string // of its web server
	file string // its configuration
}

// StartFerry runs a configuration, for which it makes a file in the directory. The
// log goes to another file, unless its name is empty: then its end is kept for
// errors.
func StartFerry(binary, dir, config, logFile string, flags ...string) (*Ferry, error) {
	address, err := FreeAddress()
	if err != nil {
		return nil, err
	}
	f := &Ferry{url: "http://" + address, file: filepath.Join(dir, "promferry.hcl")}
	if err := os.WriteFile(f.file, []byte(config), 0o600); err != nil {
		return nil, err
	}
	cmd := exec.Command(binary, append([]string{"run", "--config.file=" + f.file, "--web.listen-address=" + address}, flags...)...)
	// A race ends it, where it is built to find one.
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "GORACE=halt_on_error=1"}
	if logFile != "" {
		log, err := os.Create(logFile)
		if err != nil {
			return nil, err
		}
		defer log.Close() // the process has its own
		cmd.Stderr = log
	}
	f.Process, err = Start(cmd)
	return f, err
}

// Reload returns when the new configuration runs.
func (f *Ferry) Reload(config string) error {
	const loaded = "promferry_config_last_reload_success_timestamp_seconds"
	before, err := f.Metrics()
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
		m, err := f.Metrics()
		return err == nil && m[loaded] > before[loaded]
	})
}

// Metrics are the counters and gauges that a program shows of itself, written as
// name,label=value, the labels as it sorts them.
type Metrics map[string]float64

var client = &http.Client{Timeout: time.Minute}

// Metrics returns its own.
func (f *Ferry) Metrics() (Metrics, error) {
	resp, err := client.Get(f.url + "/metrics")
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("%s/metrics: %w", f.url, err)
	}
	m := make(Metrics)
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

// Sum adds the series of a name that have all of the labels, as in gateway=a. None
// is 0.
func (m Metrics) Sum(name string, labels ...string) (sum float64) {
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
