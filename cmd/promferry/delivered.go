package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/promferry/promferry/push/remote"
)

// failedStores returns lines for each store that has not taken all. They are
// closed: what is not in a spool is lost.
func (f *ferry) failedStores(ctx context.Context) (lines []string) {
	for _, s := range f.stores() {
		now := s.Status()
		cause := cmp.Or(now.LastError, context.Cause(ctx))
		add := func(samples int, what string) {
			if samples > 0 {
				line := fmt.Sprintf("remote_write %q: %s %s", now.Name, count(samples, "sample", "samples"), what)
				lines = append(lines, withCause(line, cause))
			}
		}
		add(now.Spool.Pending, "not stored yet, kept in the spool "+now.Spool.Directory)
		for _, reason := range slices.Sorted(maps.Keys(now.Dropped)) {
			if reason != remote.DropAnswerLost { // that is no loss
				add(int(now.Dropped[reason]), fmt.Sprintf("not stored (%s)", reason))
			}
		}
	}
	return lines
}

// withCause adds an error, where there is one.
func withCause(line string, cause error) string {
	if cause == nil {
		return line
	}
	return fmt.Sprintf("%s: %v", line, cause)
}
