package main

import (
	"fmt"
	"path/filepath"
)

// vacant names the places where a look has found no targets, and nothing that
// would be an error: as in Prometheus, a file may come later.
func (p *parts) vacant() (places []string) {
	for _, fi := range p.finders() {
		at := fmt.Sprintf("job %q, %s", fi.job, fi.settings.Kind())
		missing := fi.missing()
		for _, pattern := range missing {
			places = append(places, fmt.Sprintf("%s: there is no file %s", at, pattern))
		}
		if fi.hasFound() && fi.isEmpty() && len(missing) < max(len(fi.settings.Files), 1) {
			places = append(places, fmt.Sprintf("%s: no targets in %s", at, placeOf(fi.settings)))
		}
	}
	return places
}

// missing are the patterns that no file matches.
func (fi *finder) missing() (patterns []string) {
	for _, pattern := range fi.settings.Files {
		if matches, err := filepath.Glob(pattern); err == nil && len(matches) == 0 {
			patterns = append(patterns, pattern)
		}
	}
	return patterns
}

// isEmpty tells whether no target is known.
func (fi *finder) isEmpty() bool {
	for _, group := range fi.Groups() {
		if len(group.Targets) > 0 {
			return false
		}
	}
	return true
}
