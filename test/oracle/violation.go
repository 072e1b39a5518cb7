package oracle

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// A Violation is one thing that must not happen.
type Violation struct {
	At   time.Time
	Text string
}

// A Judge collects violations. Its zero value is ready; it is safe for
// concurrent use.
type Judge struct {
	mu    sync.Mutex
	found []Violation
	total int
}

// maxViolations are kept: where one thing is wrong, it often is so always.
const maxViolations = 100

// Violated notes one.
func (j *Judge) Violated(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.total++
	if len(j.found) < maxViolations {
		j.found = append(j.found, Violation{time.Now(), fmt.Sprintf(format, args...)})
	}
}

// Violations returns what was found so far, and how many there were in all.
func (j *Judge) Violations() (first []Violation, total int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.found), j.total
}
