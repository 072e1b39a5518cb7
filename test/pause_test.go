//go:build unix

package test

import (
	"fmt"
	"syscall"
	"testing"
	"time"
)

// TestPausedProcess (K2): after a pause, as of a virtual machine, there is one
// scrape, and the next ones an interval apart: no burst of what was missed.
func TestPausedProcess(t *testing.T) {
	t.Parallel()
	count := new(inbox)
	gw := startScripted(t, count.note)
	target := startCounted(t, goodText)
	ferry := run(t, config(t, `
		global { scrape_interval = "500ms" }
		gateway "default" { url = %q }
		job "app" { targets = [%q] }
	`, gw.URL, target.address()))
	count.more(t, "pushes", 2)
	ferry.signal(t, syscall.SIGSTOP)
	<-time.After(4 * time.Second)
	before := len(target.times())
	ferry.signal(t, syscall.SIGCONT)
	const scrapes = 6
	eventually(t, "scrapes after the pause", func() error {
		if n := len(target.times()) - before; n < scrapes {
			return fmt.Errorf("%d, want %d", n, scrapes)
		}
		return nil
	})
	// Five intervals, of which the first is shorter, and a machine that is busy may make others so; a burst takes no time.
	if took := target.times()[before+scrapes-1].Sub(target.times()[before]); took < 500*time.Millisecond {
		t.Errorf("%d scrapes within %v after a pause of 4 s, want them 500ms apart", scrapes, took)
	}
	count.more(t, "pushes after the pause", 2)
	ferry.terminate(t)
}
