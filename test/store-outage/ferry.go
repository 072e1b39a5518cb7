//go:build unix

package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/promferry/promferry/test/proc"
)

// start runs promferry, which has some seconds at its end for what waits.
func (o options) start(config string) (*proc.Ferry, error) {
	return proc.StartFerry(o.binary, o.dir, config, o.log, "--shutdown.timeout=15s")
}

// config has all targets but those that come late, in an interval.
func (o options) config(s *store, t *targets, interval time.Duration, jobs ...string) string {
	return fmt.Sprintf(`
global {
	scrape_interval = "%dms"
	on_shutdown     = "keep"
}
remote_write "store" {
	url = "http://%s/api/v1/write"
	queue { batch_send_deadline = "%v" }
	spool {
		directory = %q
		max_size  = %q
	}
}
%s`, interval.Milliseconds(), s.address, sendDeadline, o.spool(), o.maxSize, strings.Join(jobs, "\n"))
}

func (o options) spool() string { return filepath.Join(o.dir, "spool") }
