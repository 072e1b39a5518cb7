package relay

import (
	"slices"
	"sync"
)

// Replace makes these the targets of the pool. Those that it has already, the
// same pointers, go on undisturbed. The others end: their cycle is cancelled,
// and then their groups are deleted, but for those that a new target has now: it
// begins when the old one has ended, and what it does not make itself goes after
// its first good cycle. A target that was removed must not come back.
//
// Replace waits for no cycle; the returned channel is closed when those that
// were removed have told their gateways.
func (p *Pool) Replace(targets []*Target) (left <-chan struct{}) {
	p.replacing.Lock()
	defer p.replacing.Unlock()
	added, removed := p.exchange(targets)
	for _, t := range removed {
		t.life.removed = true
	}
	for _, t := range added {
		t.enter(&p.owners)
		p.options.Metrics.start(t)
	}
	p.restoreTo(added)
	done := p.dismiss(removed)
	for _, t := range added {
		p.start(t)
	}
	return done
}

// exchange returns what the new targets add to the old ones, and which are not
// among them any more.
func (p *Pool) exchange(targets []*Target) (added, removed []*Target) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before, now := setOf(p.targets), setOf(targets)
	for _, t := range targets {
		if !before[t] {
			added = append(added, t)
		}
	}
	for _, t := range p.targets {
		if !now[t] {
			removed = append(removed, t)
		}
	}
	p.targets = slices.Clone(targets)
	return added, removed
}

func setOf(targets []*Target) map[*Target]bool {
	set := make(map[*Target]bool, len(targets))
	for _, t := range targets {
		set[t] = true
	}
	return set
}

// dismiss ends targets, each on its own: one that does not end delays no other.
func (p *Pool) dismiss(targets []*Target) (left <-chan struct{}) {
	var leaving sync.WaitGroup
	for _, t := range targets {
		leaving.Add(1)
		p.spawn(func() {
			defer leaving.Done()
			t.life.stop()
			p.tellPanic(t, t.leave())
		})
	}
	done := make(chan struct{})
	p.spawn(func() {
		leaving.Wait()
		close(done)
	})
	return done
}
