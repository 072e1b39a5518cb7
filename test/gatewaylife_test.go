package test

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestGatewayKilled (G1, G2, G16): a real gateway dies, and another one has its
// place, with nothing of what it had answered 200 for. All is there again soon,
// though no value of the target has changed.
func TestGatewayKilled(t *testing.T) {
	t.Parallel()
	host, port := freePort(t)
	gw := gateway{"http://" + net.JoinHostPort(host, port)}
	command := gatewayCommand(t)
	first := start(t, command(host, port))
	if err := first.answers(gw.url + "/-/ready"); err != nil {
		t.Fatal(err)
	}
	target, ferry := relaying(t, gw)
	eventually(t, "first push", gw.groupHolds("app", goodSeries, 1))

	first.signal(t, syscall.SIGKILL)
	<-first.ended
	eventually(t, "failed pushes", func() error {
		return ferry.atLeast(`promferry_push_errors_total{gateway="default",reason="connect"}`, 3)
	})
	scrapes := target.requests.Load()
	eventually(t, "scrapes meanwhile", func() error { return ferry.atLeast(`promferry_scrapes_total{job="app"}`, float64(scrapes+3)) })

	second := start(t, command(host, port))
	if err := second.answers(gw.url + "/-/ready"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "push after the restart", gw.groupHolds("app", goodSeries, 1))
	ferry.terminate(t)
}

// TestGatewayThatCannotPersist (G17): a gateway answers 200 for what it cannot
// write to its disk. Nothing is to be done about that here, and nothing breaks.
func TestGatewayThatCannotPersist(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "gone", "gateway.data")
	if err := os.Mkdir(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	program := part(t, "prometheus-pushgateway")
	gw := gateway{"http://" + startPart(t, "/-/ready", func(host, port string) *exec.Cmd {
		return exec.Command(program, "--persistence.file="+file, "--persistence.interval=100ms", "--web.listen-address="+net.JoinHostPort(host, port))
	})}
	if err := os.RemoveAll(filepath.Dir(file)); err != nil {
		t.Fatal(err)
	}
	_, ferry := relaying(t, gw)
	eventually(t, "pushes", func() error { return ferry.atLeast(`promferry_pushes_total{gateway="default",method="PUT"}`, 4) })
	eventually(t, "group", gw.groupHolds("app", goodSeries, 1))
	ferry.terminate(t)
}

// TestEarlyAnswer (G15): a gateway that answers before it has read the body, or
// says 100 Continue and other preliminaries that nobody asked for, holds nothing
// up.
func TestEarlyAnswer(t *testing.T) {
	t.Parallel()
	large := exposition(manySeries(200_000)) // more than the kernel buffers
	refusal := "HTTP/1.1 400 Bad Request\r\nContent-Length: 5\r\n\r\nearly"
	preliminary := "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		code   int
		says   string
	}{
		"400 before the body":     {raw(refusal), 1, ""}, // the answer may be lost by the reset
		"200 after preliminaries": {readThen(raw(preliminary + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")), 0, ""},
		"only preliminaries":      {readThen(raw(preliminary)), 1, "EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			gw, target := startScripted(t, c.answer), startScripted(t, large)
			r := once(t, config(t, `
				global {
					scrape_interval = "1h"
					scrape_timeout  = "1h"
				}
				gateway "default" {
					url      = %q
					encoding = "text"
					timeout  = "1h"
				}
				job "app" { targets = [%q] }
			`, gw.URL, target.address()), "--timeout=1h")
			if r.code != c.code || !strings.Contains(r.stderr, c.says) {
				t.Errorf("exit code %d, want %d and %q: %.500s", r.code, c.code, c.says, r.stderr)
			}
		})
	}
}
