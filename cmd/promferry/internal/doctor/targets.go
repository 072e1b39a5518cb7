package doctor

import (
	"cmp"
	"context"
	"slices"
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

// maxAtOrigin bounds the scrapes of one host and port, as promferry has by default
// for all: exporters refuse more than they can do at once (node_exporter: 40), and
// one that asks other devices may be many targets.
const maxAtOrigin = 16

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
	waiting, origins := semaphore.NewWeighted(maxWaiting), make(map[string]*semaphore.Weighted)
	var group sync.WaitGroup
	for _, i := range inTurns(all) {
		v, origin := &visits[i], originOf(all[i])
		*v = visit{target: all[i], groups: []convert.Labels{all[i].Labels}}
		if origins[origin] == nil {
			origins[origin] = semaphore.NewWeighted(maxAtOrigin)
		}
		turns := origins[origin]
		if waiting.Acquire(ctx, 1) != nil {
			v.checks.notReached(linkScrape, linkParse, linkLint, linkCarry)
			continue
		}
		group.Go(func() {
			defer waiting.Release(1)
			if origin != "" && turns.Acquire(ctx, 1) == nil {
				defer turns.Release(1)
			}
			w.target(ctx, v) // says itself where time was up
		})
	}
	group.Wait()
	return visits
}

// inTurns orders targets so that the many of one origin let others go first.
func inTurns(all []*relay.Target) []int {
	order, turn, before := make([]int, len(all)), make([]int, len(all)), make(map[string]int)
	for i, t := range all {
		order[i] = i
		if origin := originOf(t); origin != "" {
			turn[i] = before[origin] / maxAtOrigin
			before[origin]++
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(turn[a], turn[b]) })
	return order
}
