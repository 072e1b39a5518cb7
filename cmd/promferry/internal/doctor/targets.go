package doctor

import (
	"context"
	"sync"
	"unique"

	"golang.org/x/sync/semaphore"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/relay"
)

// The bounds of all scrapes together. Waiting for an answer costs next to
// nothing; reading one takes memory and a core.
const (
	maxWaiting = 256
	maxReading = 4
)

// A walk is the way through all targets.
type walk struct {
	reading  *semaphore.Weighted
	unlinted *semaphore.Weighted // bytes
	linted   lintMemory
	holders  holders
}

func newWalk() *walk {
	return &walk{reading: semaphore.NewWeighted(maxReading), unlinted: semaphore.NewWeighted(maxUnlinted)}
}

// A visit is one target, walked.
type visit struct {
	target   *relay.Target
	checks   Checks
	scraped  bool
	samples  int
	partial  bool                    // families are not all that go out, or have other names there
	groups   []convert.Labels        // that it makes; its own one is the first
	families []unique.Handle[string] // of its own group
}

// targets walks the chain of each. The order is that of all.
func (w *walk) targets(ctx context.Context, all []*relay.Target) []visit {
	visits := make([]visit, len(all))
	waiting := semaphore.NewWeighted(maxWaiting)
	var group sync.WaitGroup
	for i, t := range all {
		visits[i] = visit{target: t, groups: []convert.Labels{t.Labels}}
		if waiting.Acquire(ctx, 1) != nil {
			visits[i].checks.notReached(linkScrape, linkParse, linkLint, linkCarry)
			continue
		}
		group.Go(func() {
			defer waiting.Release(1)
			w.target(ctx, &visits[i])
		})
	}
	group.Wait()
	return visits
}
