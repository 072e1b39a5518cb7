package proc

import (
	"os/exec"
	"testing"
	"testing/synctest"
	"time"
)

// TestAwaitEnds: a program that hangs, so that each question takes until its own
// timeout, is not asked a thousand times.
func TestAwaitEnds(t *testing.T) {
	check := func(question, most time.Duration) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			p := &Process{cmd: new(exec.Cmd), ended: make(chan struct{})}
			err := p.Await("answer", 10*time.Second, func() bool {
				time.Sleep(question)
				return false
			})
			if took := time.Since(began); err == nil || took < 10*time.Second || took > most {
				t.Errorf("got %v after %v, want an error within %v", err, took, most)
			}
		})
	}
	check(0, 11*time.Second)
	check(time.Minute, 7*time.Minute)
}
