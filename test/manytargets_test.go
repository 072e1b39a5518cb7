package test

import (
	"fmt"
	"strings"
	"testing"
)

// TestTenThousandTargets (C6): a large file is checked in a moment, each target
// with a group of its own.
func TestTenThousandTargets(t *testing.T) {
	t.Parallel()
	var blocks strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&blocks, "static_config {\n targets = [\"h%d:9100\"]\n labels = { rack = \"r%d\" }\n}\n", i, i%100)
	}
	file := config(t, "gateway \"default\" { url = \"http://127.0.0.1:1\" }\njob \"app\" {\n%s}\n", blocks.String())
	promferry(t, nil, "check", "config", file).mustBeSilent(t)
	if got := promferry(t, nil, "targets", "--config.file="+file); got.code != 0 || strings.Count(got.stdout, "/metrics/job/app/") != 10_000 {
		t.Errorf("targets: exit code %d, %d groups, want 10000: %.300s", got.code, strings.Count(got.stdout, "/metrics/job/app/"), got.stderr)
	}
}
