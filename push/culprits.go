package push

import (
	"sync"
	"time"

	"github.com/promferry/promferry/convert"
)

// culprits remember the families that a gateway refused and whose types do not
// explain it. They are left out of their own group only: the cause may be in
// its series. The zero value is ready.
type culprits struct {
	mu       sync.Mutex
	groups   map[string]groupCulprits
	suspects map[suspect]time.Time // until when; families that were refused in any group
}

// groupCulprits are reasons by family. The map is not changed any more.
type groupCulprits struct {
	reasons map[string]string
	expires time.Time
}

// A suspect is the first to be left out where a group is refused.
type suspect struct {
	family string
	kind   convert.Type
}

const (
	// maxCulprits bounds the families that are remembered, of all groups.
	maxCulprits = 1 << 16
	// maxSuspects bounds the suspects; they only save requests.
	maxSuspects = 1 << 10
	// suspectLifetime is much longer than that of culprits: they are tried again,
	// and if they are still refused that takes one more request only.
	suspectLifetime = 12 * clashLifetime
	// undecidedLifetime costs a group that is still refused two requests each time.
	undecidedLifetime = 30 * time.Second
)

// of returns the reasons of a group's families, which must not be changed.
func (c *culprits) of(group convert.Labels) map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.groups) == 0 {
		return nil
	}
	known := c.groups[group.Key()]
	if time.Now().After(known.expires) {
		return nil
	}
	return known.reasons
}

// remember adds what was left out of a group.
func (c *culprits) remember(group convert.Labels, found []convert.Block, reason string) {
	if len(found) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forget()
	now := time.Now()
	all := make(map[string]string)
	if known := c.groups[group.Key()]; now.Before(known.expires) {
		for family, why := range known.reasons {
			all[family] = why
		}
	}
	for _, f := range found {
		all[f.Name] = reason
		if reason == refusedInconsistent && len(c.suspects) < maxSuspects {
			c.suspects[suspect{f.Name, f.Type}] = now.Add(suspectLifetime)
		}
	}
	c.groups[group.Key()] = groupCulprits{all, now.Add(jittered(lifetimeOf(reason)))}
}

// lifetimeOf returns how long a reason is believed. What is undecided was only
// not asked about: most of it may be well.
func lifetimeOf(reason string) time.Duration {
	if reason == refusedUndecided {
		return undecidedLifetime
	}
	return clashLifetime
}

// forget drops what has expired and, where there is too much, all: then the
// gateway is asked again. c.mu is held.
func (c *culprits) forget() {
	now, families := time.Now(), 0
	for key, group := range c.groups {
		if families += len(group.reasons); now.After(group.expires) {
			delete(c.groups, key)
		}
	}
	if c.groups == nil || families > maxCulprits {
		c.groups = make(map[string]groupCulprits)
	}
	for family, until := range c.suspects {
		if now.After(until) {
			delete(c.suspects, family)
		}
	}
	if c.suspects == nil {
		c.suspects = make(map[suspect]time.Time)
	}
}

// suspected tells a family that was refused in some group.
func (c *culprits) suspected(f convert.Block) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Before(c.suspects[suspect{f.Name, f.Type}])
}
