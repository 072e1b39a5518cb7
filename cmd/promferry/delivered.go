package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/promferry/promferry/push/remote"
)

// drainOnce waits until a store has all, or what it does not take is given up.
// What has a spool is not given up: there, it is waited for as long as the store
// takes something, and the rest is for the next run.
func drainOnce(ctx context.Context, s *remote.Store) {
	if s.Status().Spool.Directory == "" {
		_ = s.Drain(ctx) // failedStores tells of it
		return
	}
	for ctx.Err() == nil {
		before := s.Status().Samples
		trying, cancel := context.WithTimeout(ctx, giveUp)
		err := s.Drain(trying)
		cancel()
		if err == nil || s.Status().Samples == before {
			return
		}
	}
}

// failedStores returns lines for each store that has not taken all.
func (f *ferry) failedStores(ctx context.Context) (lines []string) {
	for _, s := range f.stores() {
		now := s.Status()
		cause := cmp.Or(now.LastError, context.Cause(ctx))
		add := func(samples int, format string, args ...any) {
			if samples > 0 {
				line := fmt.Sprintf("remote_write %q: %s %s", now.Name, count(samples, "sample", "samples"), fmt.Sprintf(format, args...))
				lines = append(lines, withCause(line, cause))
			}
		}
		add(now.Spool.Pending, "not stored yet, kept in the spool %s", now.Spool.Directory)
		add(now.Pending-now.Spool.Pending, "not stored")
		for _, reason := range slices.Sorted(maps.Keys(now.Dropped)) {
			add(int(now.Dropped[reason]), "not stored, %s", reason)
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
