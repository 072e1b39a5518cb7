// Command once-vs-curl measures `promferry once` beside what it replaces,
// `curl | curl --data-binary @-`: one target of 1,000 series and a gateway that
// takes everything, both in this process, the two in turn. It prints for each
// the time from the start to the push received, the time to the end and the
// CPU time of its processes, and the ratios of the pairs.
//
//	go run ./test/once-vs-curl [-runs 15] [-series 1000] [-binary ./promferry]
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/promferry/promferry/test/proc"
)

func main() {
	runs := flag.Int("runs", 15, "pairs that count, after one that does not")
	series := flag.Int("series", 1000, "series of the target")
	binary := flag.String("binary", "", "promferry to measure; built here if empty")
	flag.Parse()
	if err := measure(*runs, *series, *binary); err != nil {
		fmt.Fprintln(os.Stderr, "once-vs-curl:", err)
		os.Exit(1)
	}
}

func measure(runs, series int, binary string) error {
	dir, err := os.MkdirTemp("", "once-vs-curl")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if binary == "" {
		if binary, err = proc.Build(dir); err != nil {
			return err
		}
	}
	b := newBench(series)
	defer b.close()
	once := func() *exec.Cmd {
		return exec.Command(binary, "once", "--target="+b.target.URL+"/metrics", "--gateway="+b.gateway.URL, "--job=bench")
	}
	curl := func() *exec.Cmd {
		return exec.Command("sh", "-c", fmt.Sprintf("curl -s %s/metrics | curl -s --data-binary @- -X PUT %s/metrics/job/bench/instance/a", b.target.URL, b.gateway.URL))
	}
	var a, c []sample
	for i := range runs + 1 {
		x, err := b.run(once())
		if err != nil {
			return fmt.Errorf("promferry once: %w", err)
		}
		y, err := b.run(curl())
		if err != nil {
			return fmt.Errorf("curl | curl: %w", err)
		}
		if i > 0 { // the first pair warms the caches
			a, c = append(a, x), append(c, y)
		}
	}
	return report(a, c, binary)
}

// bench is the target and the gateway.
type bench struct {
	target, gateway *httptest.Server
	received        chan time.Time // when a push's body was whole
}

func newBench(series int) *bench {
	b := &bench{received: make(chan time.Time, 1)}
	body := exposition(series)
	b.target = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		_, _ = w.Write(body)
	}))
	b.gateway = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		if err == nil && bytes.Count(text, []byte("\nbench_")) >= series {
			b.received <- time.Now()
		}
	}))
	return b
}

func (b *bench) close() {
	b.target.Close()
	b.gateway.Close()
}

// exposition is gauges of a few labels each, in families of ten.
func exposition(series int) []byte {
	var text strings.Builder
	for i := range series {
		if i%10 == 0 {
			fmt.Fprintf(&text, "# HELP bench_metric_%d A gauge.\n# TYPE bench_metric_%d gauge\n", i/10, i/10)
		}
		fmt.Fprintf(&text, "bench_metric_%d{device=\"eth%d\",mode=\"idle\",path=\"/var/lib/%d\"} %d.5\n", i/10, i%10, i, i*7)
	}
	return []byte(text.String())
}

// A sample is one run, in milliseconds.
type sample struct{ received, wall, cpu float64 }

func (b *bench) run(cmd *exec.Cmd) (sample, error) {
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return sample{}, fmt.Errorf("%w: %s", err, stderr.String())
	}
	end := time.Now()
	select {
	case at := <-b.received:
		state := cmd.ProcessState
		return sample{ms(at.Sub(start)), ms(end.Sub(start)), ms(state.UserTime() + state.SystemTime())}, nil
	default:
		return sample{}, errors.New("the gateway did not get all series")
	}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func report(once, curl []sample, binary string) error {
	info, err := os.Stat(binary)
	if err != nil {
		return err
	}
	fmt.Printf("medians of %d pairs; binary %.1f MB\n", len(once), float64(info.Size())/1e6)
	fmt.Printf("%-28s %10s %10s %10s\n", "", "once", "curl|curl", "ratio")
	row("start to push received, ms", once, curl, func(s sample) float64 { return s.received })
	row("start to end, ms", once, curl, func(s sample) float64 { return s.wall })
	row("CPU, ms", once, curl, func(s sample) float64 { return s.cpu })
	return nil
}

func row(name string, once, curl []sample, of func(sample) float64) {
	var a, b, ratios []float64
	for i := range once {
		a, b = append(a, of(once[i])), append(b, of(curl[i]))
		ratios = append(ratios, a[i]/b[i])
	}
	fmt.Printf("%-28s %10.1f %10.1f %10.2f\n", name, median(a), median(b), median(ratios))
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
