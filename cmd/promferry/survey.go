package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/prometheus/common/model"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push"
)

// A staleness says which groups of a gateway are to go.
type staleness struct {
	olderThan time.Duration
	matchers  []matcher // all must match
}

// A survey is what a look at one gateway has found.
type survey struct {
	gateway *push.Gateway
	groups  int // all of them
	stale   []staleGroup
	unknown []error // stale, but nobody can name them
	err     error   // of the look
}

// A staleGroup can be deleted.
type staleGroup struct {
	labels convert.Labels
	path   string
	was    string        // when it was pushed
	age    time.Duration // longest for one that never was
}

// maxStale bounds what one run takes of one gateway.
const maxStale = 10_000

// survey looks at all gateways.
func (f *ferry) survey(ctx context.Context, want staleness) []survey {
	found := make([]survey, len(f.gateways()))
	var all sync.WaitGroup
	for i, g := range f.gateways() {
		clock := &gatewayClock{next: g.Transport}
		g.Transport = clock
		found[i].gateway = g
		all.Go(func() { found[i].look(ctx, want, clock) })
	}
	all.Wait()
	return found
}

func (s *survey) look(ctx context.Context, want staleness, clock *gatewayClock) {
	s.err = s.gateway.Stored(ctx, func(g push.StoredGroup) bool {
		s.groups++
		if want.stale(g, clock.now()) {
			s.add(g, clock.now())
		}
		return len(s.stale)+len(s.unknown) < maxStale
	})
	if s.err == nil && len(s.stale)+len(s.unknown) >= maxStale {
		s.err = fmt.Errorf("%d groups are taken at once; run this again for the others", maxStale)
	}
	slices.SortFunc(s.stale, func(a, b staleGroup) int {
		return cmp.Or(cmp.Compare(b.age, a.age), strings.Compare(a.path, b.path))
	})
}

// stale tells whether a group is to go. One without a push time, which no
// Pushgateway shows, is not.
func (w staleness) stale(g push.StoredGroup, now time.Time) bool {
	old := g.NeverPushed || !g.PushTime.IsZero() && now.Sub(g.PushTime) > w.olderThan
	for _, m := range w.matchers {
		old = old && m.matches(g.Labels.Get(m.name))
	}
	return old
}

func (s *survey) add(g push.StoredGroup, now time.Time) {
	path, err := identify(g)
	if err != nil {
		s.unknown = append(s.unknown, fmt.Errorf("%s: group %s stays, %s: %w", s.gateway, cut(g.Labels.String()), lastPush(g, now), err))
		return
	}
	stale := staleGroup{labels: g.Labels, path: path, was: lastPush(g, now), age: now.Sub(g.PushTime)}
	if g.NeverPushed {
		stale.age = 1<<63 - 1
	}
	s.stale = append(s.stale, stale)
}

// identify returns the path of a group, or why no path is surely its own.
func identify(g push.StoredGroup) (path string, err error) {
	if !g.Identified {
		return "", errHidden
	}
	for _, l := range g.Labels {
		if strings.ContainsRune(l.Value, utf8.RuneError) { // JSON's stand-in for what is not UTF-8 (contract C15)
			return "", errNotUTF8
		}
	}
	return push.GroupPath(g.Labels)
}

var (
	errHidden  = errors.New("the gateway does not show all of its key (a metric named labels or last_push_successful is in the way, or a label is empty); delete it on the gateway's page")
	errNotUTF8 = errors.New("its key may not be UTF-8; delete it by its path with the very bytes, as /metrics/job/x/instance/%FF")
)

// lastPush says when a group was pushed.
func lastPush(g push.StoredGroup, now time.Time) string {
	switch {
	case g.NeverPushed:
		return "never pushed"
	case g.PushTime.IsZero():
		return "pushed at an unknown time"
	}
	return "last pushed " + model.Duration(max(0, now.Sub(g.PushTime)).Round(time.Second)).String() + " ago"
}

// keepDeleted leaves only the groups that are gone now.
func (s *survey) keepDeleted(ctx context.Context, deleted *deletions) (problems []error) {
	s.stale = slices.DeleteFunc(s.stale, func(g staleGroup) bool {
		err := deleted.failed(ctx, s.gateway, g.labels, g.path)
		if err != nil {
			problems = append(problems, err)
		}
		return err != nil
	})
	return problems
}

// problems are what a user has to know, the error of the look first.
func (s *survey) problems() []error {
	if s.err == nil {
		return s.unknown
	}
	return append([]error{fmt.Errorf("%s: %w", s.gateway, s.err)}, s.unknown...)
}

// print writes a table of the groups.
func (s *survey) print(to io.Writer) {
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	for _, g := range s.stale {
		fmt.Fprintf(table, "%s\t%s\t%s%s\n", g.was, cut(g.labels.String()), s.gateway.Place(), g.path)
	}
	_ = table.Flush() // to is the app's checkedWriter, which keeps the error
}
