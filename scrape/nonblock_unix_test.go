//go:build unix

package scrape

import (
	"os"
	"syscall"
	"testing"
)

// A pipe without a writer must not hold the scrape up, neither where it is
// seen before the open nor where it came in between.
func TestFilesPipe(t *testing.T) {
	path := t.TempDir() + "/pipe.prom"
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := (&Files{Patterns: []string{path}}).Scrape(t.Context())
	checkFailure(t, err, ReasonFile, path+" is not a regular file")

	f, err := os.OpenFile(path, os.O_RDONLY|openNonblock, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
}
