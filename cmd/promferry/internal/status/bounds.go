package status

import (
	"slices"

	"github.com/promferry/promferry/convert"
)

// maxListed bounds what is listed in one cell, maxSearches a table.
const (
	maxListed   = 10
	maxSearches = 100
)

func first[T any](all []T) []T { return all[:min(len(all), maxListed)] }
func more[T any](all []T) int  { return max(len(all)-maxListed, 0) }

// ShownPushes are those of the target's own group, and the first of the others: a
// gateway that refuses all groups of a scrape must not fill the page.
func (t Target) ShownPushes() []Push {
	return t.Pushes[:min(len(t.Pushes), t.ownPushes()+maxListed)]
}

// MorePushes is how many there are beside them.
func (t Target) MorePushes() int { return len(t.Pushes) - len(t.ShownPushes()) }

// ownPushes is how many are of the target's own group: these come first.
func (t Target) ownPushes() int {
	other := slices.IndexFunc(t.Pushes, func(p Push) bool { return !slices.Equal(p.Group, t.Labels) })
	if other < 0 {
		return len(t.Pushes)
	}
	return other
}

// ShownDropped are the first of the dropped targets.
func (j Job) ShownDropped() []convert.Labels { return first(j.Dropped) }

// MoreDropped is how many there are beside them.
func (j Job) MoreDropped() int { return more(j.Dropped) }

// ShownRefused are the first of the refused targets.
func (j Job) ShownRefused() []Refused { return first(j.Refused) }

// MoreRefused is how many there are beside them.
func (j Job) MoreRefused() int { return more(j.Refused) }

// ShownSearches are the first of the searches.
func (v View) ShownSearches() []Job { return v.Searches[:min(len(v.Searches), maxSearches)] }

// MoreSearches is how many there are beside them.
func (v View) MoreSearches() int { return max(len(v.Searches)-maxSearches, 0) }
