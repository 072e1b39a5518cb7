package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/promferry/promferry/push/remote"
)

// failedScrapes returns a line for each target that was not scraped, or not well. The
// error is that of the pool, for the case that no target tells of it.
func (f *ferry) failedScrapes(ctx context.Context, err error) (lines []string) {
	for _, t := range f.pool.Status() {
		if t.Error != nil {
			lines = append(lines, fmt.Sprintf("job %q, instance %q: %v", t.Labels.Get("job"), t.Labels.Get("instance"), t.Error))
		} else if t.LastScrape.IsZero() {
			lines = append(lines, fmt.Sprintf("job %q, instance %q: not scraped: %v", t.Labels.Get("job"), t.Labels.Get("instance"), context.Cause(ctx)))
		}
	}
	if err != nil && len(lines) == 0 {
		lines = append(lines, err.Error())
	}
	return lines
}

// failedPushes returns a line for each group whose last body no gateway has stored.
func (f *ferry) failedPushes(ctx context.Context) (lines []string) {
	for _, g := range f.gateways() {
		for _, group := range g.Groups() {
			err := group.LastError
			if err == nil && group.Waiting {
				err = fmt.Errorf("not pushed: %w", context.Cause(ctx))
			}
			if err != nil {
				lines = append(lines, fmt.Sprintf("%s, group %s: %v", g, group.Group, err))
			}
		}
	}
	return lines
}

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

// refused names what did not arrive although the push did.
func (f *ferry) refused() (lines []string) {
	for _, g := range f.gateways() {
		for _, group := range g.Groups() {
			if group.Duplicates > 0 {
				lines = append(lines, fmt.Sprintf("%s, group %s: %d series left out: duplicate", g, group.Group, group.Duplicates))
			}
			if len(group.Refused) > 0 {
				lines = append(lines, fmt.Sprintf("%s, group %s: left out, as the gateway refuses them beside what it holds: %s",
					g, group.Group, strings.Join(group.Refused, " ")))
			}
		}
	}
	return lines
}

// doubts names gateways that took pushes and may be none.
func (f *ferry) doubts() (lines []string) {
	for _, g := range f.gateways() {
		if doubt := g.Status().Doubt; doubt != "" {
			lines = append(lines, fmt.Sprintf("%s: %s", g, doubt))
		}
	}
	return lines
}

// retyped tells what arrived with another type. A scrape's log does that for the
// daemon, and nobody asks it of a cron job: the series are the same.
func (f *ferry) retyped() (lines []string) {
	for _, g := range f.gateways() {
		for _, group := range g.Groups() {
			if group.Retyped > 0 {
				lines = append(lines, fmt.Sprintf("%s, group %s: %d families sent with the type that the gateway has", g, group.Group, group.Retyped))
			}
		}
	}
	return lines
}

// losses names what no gateway or store could have taken. Nobody can read the counters
// of a process that ends.
func (f *ferry) losses() (lines []string) {
	for _, t := range f.pool.Status() {
		for _, reason := range slices.Sorted(maps.Keys(t.Dropped)) {
			lines = append(lines, fmt.Sprintf("job %q, instance %q: %d series left out: %s", t.Labels.Get("job"), t.Labels.Get("instance"), t.Dropped[reason], reason))
		}
		for _, reason := range slices.Sorted(maps.Keys(t.NotStored)) {
			lines = append(lines, fmt.Sprintf("job %q, instance %q: %d series left out of remote_write: %s", t.Labels.Get("job"), t.Labels.Get("instance"), t.NotStored[reason], reason))
		}
	}
	return lines
}
