package test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/promferry/promferry/test/oracle"
	"github.com/promferry/promferry/test/proc"
)

// kills is how often promferry dies in TestKilledAtAnyMoment, one half of it in
// each lane: it mostly waits for the next moment.
const kills = 200

// TestKilledAtAnyMoment kills promferry again and again at a random moment of
// its life, with a state file, and starts it at once, each time with one of two
// configurations. Every start is clean; nothing but whole scrapes, the newest
// last, comes to the gateway; and in the end no group is left of the
// configuration that does not run.
func TestKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	for _, lane := range []string{"one", "other"} {
		t.Run(lane, func(t *testing.T) {
			t.Parallel()
			newMortal(t).diesOften(t, kills/2)
		})
	}
}

// diesOften kills it that many times, and checks what the last start makes of it.
func (w *mortal) diesOften(t *testing.T, times int) {
	t.Helper()
	random := rand.New(rand.NewPCG(w.seed, 0))
	for i := range times {
		p := w.start(t, random.IntN(2))
		life := time.Duration(random.IntN(250)) * time.Millisecond
		if i%10 == 0 {
			w.mustBeReady(t, p)
		}
		select {
		case <-p.ended:
			t.Fatalf("seed %d: start %d ended by itself: %s\n%s", w.seed, i, p.cmd.ProcessState, &p.stderr)
		case <-time.After(life):
		}
		p.signal(t, os.Kill)
		<-p.ended
		w.checkLog(t, p)
	}

	p := w.start(t, 0)
	w.mustBeReady(t, p)
	began := time.Now()
	eventually(t, "all groups fresh, and those of the other configuration gone", func() error {
		if stale := w.gateway.Stale(began); len(stale) > 0 {
			return fmt.Errorf("not so: %v", stale)
		}
		return nil
	})
	p.terminate(t)
	w.checkLog(t, p)
	if found, total := w.judge.Violations(); total > 0 {
		t.Errorf("seed %d: %d violations: %v", w.seed, total, found)
	}
}

// A mortal is a promferry that will be killed, and what is around it.
type mortal struct {
	seed      uint64
	judge     oracle.Judge
	targets   []*oracle.Target
	gateway   *oracle.Gateway
	fewer     int       // targets of the first configuration; the second has all
	files     [2]string // configurations
	stateFile string
	address   string // of the web server
}

func newMortal(t *testing.T) *mortal {
	t.Helper()
	w := &mortal{seed: rand.Uint64N(1e6), fewer: 3}
	gw, err := oracle.NewGateway("default", "1.11.3", 4, &w.judge)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(gw.Close)
	w.gateway = gw
	for i := range 5 {
		target, err := oracle.NewTarget(fmt.Sprintf("t%d", i), oracle.Shape{Series: 50, Changing: i%2 == 0})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(target.Close)
		gw.Expect(target, pathOf(target))
		w.targets = append(w.targets, target)
	}
	w.files = [2]string{w.config(t, w.fewer), w.config(t, len(w.targets))}
	w.address = proc.Address(t)
	w.stateFile = filepath.Join(t.TempDir(), "promferry.state")
	return w
}

func pathOf(target *oracle.Target) string { return "/metrics/job/app/instance/" + target.Name }

func (w *mortal) config(t *testing.T, targets int) string {
	t.Helper()
	var jobs strings.Builder
	for _, target := range w.targets[:targets] {
		fmt.Fprintf(&jobs, "static_config {\n targets = [%q]\n labels = { instance = %q }\n}\n", target.Address(), target.Name)
	}
	return config(t, `
		global { scrape_interval = "100ms" }
		gateway "default" { url = %q }
		job "app" {
			%s
		}
	`, w.gateway.URL(), jobs.String())
}

// start runs the configuration of that number.
func (w *mortal) start(t *testing.T, number int) *process {
	t.Helper()
	for _, target := range w.targets[w.fewer:] {
		change := []func(string){w.gateway.Remove, w.gateway.Return}[number]
		change(pathOf(target))
	}
	cmd := exec.Command(binary, "run", "--config.file="+w.files[number], "--web.listen-address="+w.address, "--state.file="+w.stateFile)
	cmd.Env, cmd.Dir = environment(), t.TempDir()
	return start(t, cmd)
}

// mustBeReady waits for the end of a start.
func (w *mortal) mustBeReady(t *testing.T, p *process) {
	t.Helper()
	if err := p.answers("http://" + w.address + "/-/ready"); err != nil {
		t.Fatalf("seed %d: not ready: %v\n%s", w.seed, err, &p.stderr)
	}
}

// busy are the complaints of a promferry whose machine is too busy for a short
// interval.
var busy = regexp.MustCompile(`msg="(scrape failed".* reason=timeout |gateway does not keep up")`)

// checkLog: a start finds the state file as it should be, and no lock.
func (w *mortal) checkLog(t *testing.T, p *process) {
	t.Helper()
	for _, bad := range []string{"level=ERROR", "level=WARN", "panic", "DATA RACE", "lock"} {
		lines := slices.DeleteFunc(linesWith(p.stderr.String(), bad), busy.MatchString)
		if len(lines) > 0 {
			t.Fatalf("seed %d: %s", w.seed, lines)
		}
	}
	files, err := filepath.Glob(w.stateFile + "*")
	if err != nil {
		t.Fatal(err)
	}
	odd := slices.DeleteFunc(files, func(name string) bool { return name == w.stateFile || name == w.stateFile+".lock" })
	if len(odd) > 1 || len(odd) == 1 && !strings.HasPrefix(odd[0], w.stateFile+".tmp-") { // of a write that was cut
		t.Fatalf("seed %d: beside the state file are %v", w.seed, odd)
	}
}
