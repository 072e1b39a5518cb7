//go:build unix

package test

import (
	"syscall"
	"testing"
	"time"
)

// TestPausedProcess (K2): after a pause, as of a virtual machine, there is one
// scrape, and the next one an interval later: no burst of what was missed.
func TestPausedProcess(t *testing.T) {
	t.Parallel()
	count := new(inbox)
	gw := startScripted(t, count.note)
	target := startScripted(t, exposition(goodText))
	ferry := run(t, config(t, `
		global { scrape_interval = "500ms" }
		gateway "default" { url = %q }
		job "app" { targets = [%q] }
	`, gw.URL, target.address()))
	count.more(t, "pushes", 2)
	ferry.signal(t, syscall.SIGSTOP)
	<-time.After(4 * time.Second)
	before := target.requests.Load()
	ferry.signal(t, syscall.SIGCONT)
	<-time.After(1250 * time.Millisecond)
	if n := target.requests.Load() - before; n < 1 || n > 4 {
		t.Errorf("%d scrapes in the 1.25 s after a pause of 4 s, want 2 or 3", n)
	}
	count.more(t, "pushes after the pause", 2)
	ferry.terminate(t)
}
