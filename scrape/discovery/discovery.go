// Package discovery finds targets: in files, at a URL, in DNS. What goes in is
// the place to look; what comes out is target groups with the labels that
// Prometheus gives them.
//
// A [Discoverer] looks once. A [Watcher] looks again and again, and keeps of
// each file, URL and name the last good groups: what cannot be read today must
// not take its targets along.
package discovery

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/prometheus/discovery/targetgroup"

	"github.com/promferry/promferry/scrape/internal/shown"
)

// A Discoverer finds targets by one look.
type Discoverer interface {
	// Discover returns an answer of each place that there is now, in an order
	// that stays. A place without an answer is gone, and its targets are too.
	// The caller changes none of the groups, which the next look may return
	// again. What a look returns whose ctx has ended is not used. Not for
	// concurrent use.
	Discover(ctx context.Context) []Answer
}

// An Answer is what one place said: a file, a URL, a name.
type Answer struct {
	From   string // the place, without secrets; each once a look; "" means all of them
	Groups []*targetgroup.Group
	Err    error // says that nothing is known of the place now, and names it
}

// How often to look, unless the configuration says. The last two are those of
// Prometheus.
const (
	// FilesInterval is how often [Files] are looked at: a look that finds
	// nothing changed reads nothing.
	FilesInterval       = time.Second
	DefaultFilesRefresh = 5 * time.Minute
	DefaultHTTPRefresh  = time.Minute
)

// maxBytes is how much a file or an answer over HTTP may have. Prometheus has
// no limit; ten thousand targets with labels have one and a half megabytes.
const maxBytes = 16 << 20

var errTooLarge = fmt.Errorf("it has more than %d bytes", maxBytes)

func (a Answer) isAboutAll() bool { return a.From == "" && a.Err != nil }

// unknown is the answer of a place of which nothing is known now; "" is all of them.
func unknown(place string, err error) Answer {
	operation := "discover targets"
	if place != "" {
		operation += " in " + place
	}
	return Answer{From: place, Err: fmt.Errorf("%s: %w", operation, shown.OneLine(err))}
}
