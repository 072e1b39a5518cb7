package push

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/promferry/promferry/convert"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(ledgerChild); path != "" {
		writeLedger(path)
	}
	code := m.Run()
	theRealGateway.process.stop()
	if err := leaks(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// leaks looks for goroutines that do not end; each look waits for half a second.
func leaks() (err error) {
	for range 20 {
		if err = goleak.Find(); err == nil {
			return nil
		}
	}
	return err
}

const realGatewayBinary = "/usr/bin/prometheus-pushgateway"

// theRealGateway is started once for the package, by the first test that needs
// it: its types are global, so tests have family names of their own.
var theRealGateway struct {
	once    sync.Once
	process gatewayProcess
	err     error
}

// realGateway returns the URL of Debian's Pushgateway.
func realGateway(t testing.TB) *url.URL {
	t.Helper()
	needRealGateway(t)
	g := &theRealGateway
	g.once.Do(func() { g.err = g.process.start() })
	if g.err != nil {
		t.Fatal(g.err)
	}
	return g.process.url
}

// ownGateway returns the URL of a Pushgateway that no other test uses.
func ownGateway(t testing.TB, flags ...string) *url.URL {
	t.Helper()
	needRealGateway(t)
	var g gatewayProcess
	err := g.start(flags...)
	t.Cleanup(g.stop)
	if err != nil {
		t.Fatal(err)
	}
	return g.url
}

func needRealGateway(t testing.TB) {
	t.Helper()
	if _, err := os.Stat(realGatewayBinary); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the real Pushgateway is missing: %v", err)
		}
		t.Skipf("SKIPPED, NOT TESTED: the real Pushgateway is missing (apt-get install prometheus-pushgateway): %v", err)
	}
}

// A gatewayProcess is a Pushgateway that runs.
type gatewayProcess struct {
	cmd *exec.Cmd
	log sync.WaitGroup
	url *url.URL
}

var listeningOn = regexp.MustCompile(`msg="Listening on".* address=(\S+)`)

func (g *gatewayProcess) start(flags ...string) error {
	g.cmd = exec.Command(realGatewayBinary, append(flags, "--persistence.file=", "--web.listen-address=127.0.0.1:0")...)
	out, err := g.cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := g.cmd.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if found := listeningOn.FindStringSubmatch(lines.Text()); found != nil {
			g.log.Go(func() { _, _ = io.Copy(io.Discard, out) })
			g.url = &url.URL{Scheme: "http", Host: found[1]}
			return nil
		}
	}
	return fmt.Errorf("%s says no address: %v", realGatewayBinary, lines.Err())
}

func (g *gatewayProcess) stop() {
	if g.cmd == nil || g.cmd.Process == nil {
		return
	}
	_ = g.cmd.Process.Kill()
	g.log.Wait()
	_ = g.cmd.Wait()
}

// eventually waits for what a gateway does after its answer: it deletes from a
// queue (contract C3).
func eventually(t testing.TB, what string, done func() bool) {
	t.Helper()
	for range 3000 {
		if done() {
			return
		}
		<-time.After(10 * time.Millisecond)
	}
	t.Errorf("%s: not within 30 s", what)
}

// A storedGroup is a group as /api/v1/metrics has it.
type storedGroup struct {
	labels   convert.Labels
	families map[string]storedFamily
}

type storedFamily struct {
	Type    string
	Metrics []struct {
		Labels             map[string]string
		Value              string
		Count, Sum         string
		Buckets, Quantiles map[string]string
	}
}

// storedGroups reads what a real gateway has, by the groups' keys.
func storedGroups(t testing.TB, gateway *url.URL) map[string]storedGroup {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Minute}
	resp, err := client.Get(gateway.JoinPath("/api/v1/metrics").String())
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct{ Data []map[string]json.RawMessage }
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	groups := make(map[string]storedGroup)
	for _, fields := range answer.Data {
		g := storedGroup{families: make(map[string]storedFamily)}
		for name, raw := range fields {
			switch name {
			case "labels":
				var labels map[string]string
				decodeJSON(t, raw, &labels)
				g.labels = convert.LabelsOf(labels)
			case "last_push_successful":
			default:
				var f storedFamily
				decodeJSON(t, raw, &f)
				g.families[name] = f
			}
		}
		groups[g.labels.Key()] = g
	}
	return groups
}

func decodeJSON(t testing.TB, raw []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatal(err)
	}
}
