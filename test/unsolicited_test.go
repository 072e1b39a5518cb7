package test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"strings"
	"sync/atomic"
	"testing"
)

// An echo is a gateway that answers each request, and then sends its head back
// unasked.
type echo struct {
	net.Listener
	answered atomic.Int64
}

func startEcho(t *testing.T) *echo {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	e := &echo{Listener: l}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go e.serve(conn)
		}
	}()
	return e
}

func (e *echo) serve(conn net.Conn) {
	defer conn.Close()
	requests := bufio.NewReader(conn)
	req, err := http.ReadRequest(requests)
	if err != nil {
		return
	}
	head, err := httputil.DumpRequest(req, false)
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, req.Body)
	_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"+string(head))
	e.answered.Add(1)
	_, _ = io.Copy(io.Discard, requests) // until the client closes
}

// TestUnsolicitedAnswerIsNotShown: net/http would write what comes unasked to
// standard error, and with it our own credentials.
func TestUnsolicitedAnswerIsNotShown(t *testing.T) {
	t.Parallel()
	target := startScripted(t, exposition(goodText))
	gw := startEcho(t)
	file := config(t, `
		global { scrape_interval = "100ms" }
		gateway "office" {
			url = "http://%s"
			authorization { credentials = env("CREDENTIALS") }
		}
		job "app" { targets = [%q] }
	`, gw.Addr().String(), target.address())
	env := []string{"CREDENTIALS=canary-credentials"}
	ferry := startFerry(t, append(env, "PROMFERRY_WEB_LISTEN_ADDRESS=127.0.0.1:0"), "run", "--config.file="+file, "--log.format=json", "--log.level=debug")
	eventually(t, "a library's report", func() error {
		if !strings.Contains(ferry.stderr.String(), "Unsolicited response received on idle HTTP channel") {
			return errors.New("there is none")
		}
		return nil
	})
	ferry.terminate(t)
	noCanary(t, "run", ferry.stderr.String())
	for line := range strings.Lines(ferry.stderr.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not JSON: %s", line)
		}
	}
	if gw.answered.Load() == 0 {
		t.Error("nothing was asked")
	}
	r := promferry(t, env, "once", "--config.file="+file)
	if strings.Contains(r.stderr, "Unsolicited") || strings.Contains(r.stderr, "canary") {
		t.Errorf("once writes %s", r.stderr)
	}
}
