package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/promferry/promferry/cmd/promferry/internal/gateway"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"promferry": func() { os.Exit(run()) },
	})
}

// TestScripts runs the program as a user does, for all that needs no server but
// the demo's gateway, of which each script has one at $GATEWAY, and a receiver of
// remote_write at $STORE. What needs more is in package test.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", Setup: func(env *testscript.Env) error {
		server := httptest.NewServer(gateway.New())
		env.Defer(server.Close)
		env.Setenv("GATEWAY", server.URL)
		stored := new(receiver)
		store := httptest.NewServer(stored)
		env.Defer(store.Close)
		env.Setenv("STORE", store.URL)
		env.Values[receiverKey{}] = stored
		return nil
	}, Cmds: map[string]func(*testscript.TestScript, bool, []string){"metrics": metrics, "samples": samples}})
}

// metrics has the series of the script's gateway that promferry has pushed as
// standard output, for the command stdout to look at.
func metrics(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: metrics")
	}
	resp, err := http.Get(ts.Getenv("GATEWAY") + "/metrics")
	ts.Check(err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	ts.Check(err)
	out := ts.Stdout() // empty now
	for line := range bytes.Lines(text) {
		if bytes.Contains(line, []byte(`job="`)) && !bytes.Contains(line, []byte("push_")) {
			_, err := out.Write(line)
			ts.Check(err)
		}
	}
}

// TestWaitForAnother: what comes at once after a signal is the same one, as
// timeout(1) signals a process and then its group.
func TestWaitForAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		signals := make(chan os.Signal, 2)
		start := time.Now()
		go func() {
			signals <- os.Interrupt
			time.Sleep(time.Second)
			signals <- os.Interrupt
		}()
		waitForAnother(signals)
		if got := time.Since(start); got != time.Second {
			t.Errorf("ended after %v, want 1s", got)
		}
	})
}
