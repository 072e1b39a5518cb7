package discovery

import (
	"errors"
	"slices"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/discovery/targetgroup"
)

// Status says how the looks of a [Watcher] go. The zero value is that before
// the first.
type Status struct {
	Success  time.Time // of the last look that every place answered
	Err      error     // of the last look, joined of those of all places; nil after a success
	Failures uint64    // looks with an error since the start
	Groups   int
	Targets  int // in all groups, each as often as it stands there
}

// knowledge is the sum of all looks.
type knowledge struct {
	looked bool
	places []place
	groups []*targetgroup.Group // of all places; made anew with each change
	status Status
}

// A place is a file, a URL, a name.
type place struct {
	name   string
	groups []*targetgroup.Group // the last good ones
}

// update reports whether groups have changed, or are known wholly for the first
// time: that there are none is news, too.
func (k *knowledge) update(answers []Answer) (changed bool) {
	before := k.groups
	k.looked = true
	k.places = k.placesAfter(answers)
	var groups []*targetgroup.Group
	for _, p := range k.places {
		groups = append(groups, p.groups...)
	}
	if changed = !slices.EqualFunc(before, groups, sameGroup); changed {
		k.groups = groups
	}
	first := k.status.Success.IsZero()
	k.updateStatus(errorOf(answers))
	return changed || first && k.status.Err == nil
}

// placesAfter keeps of a place that failed what was known of it.
func (k *knowledge) placesAfter(answers []Answer) []place {
	if slices.ContainsFunc(answers, Answer.isAboutAll) {
		return k.places
	}
	last := make(map[string][]*targetgroup.Group, len(k.places))
	for _, p := range k.places {
		last[p.name] = p.groups
	}
	places := make([]place, len(answers))
	for i, a := range answers {
		places[i] = place{a.From, a.Groups}
		if a.Err != nil {
			places[i].groups = last[a.From]
		}
	}
	return places
}

func (k *knowledge) updateStatus(err error) {
	k.status.Err = err
	if err == nil {
		k.status.Success = time.Now()
	} else {
		k.status.Failures++
	}
	k.status.Groups, k.status.Targets = len(k.groups), 0
	for _, group := range k.groups {
		k.status.Targets += len(group.Targets)
	}
}

// errorOf joins the errors of answers.
func errorOf(answers []Answer) error {
	var errs []error
	for _, a := range answers {
		errs = append(errs, a.Err)
	}
	return errors.Join(errs...)
}

// sameGroup is quick where a is b.
func sameGroup(a, b *targetgroup.Group) bool {
	return a == b || a.Source == b.Source && a.Labels.Equal(b.Labels) &&
		slices.EqualFunc(a.Targets, b.Targets, model.LabelSet.Equal)
}
