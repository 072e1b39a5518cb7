package prometheusyaml

import (
	"math"
	"strconv"
	"time"

	"github.com/prometheus/common/model"
)

var queueFields = map[string]handler{
	"capacity":             positive,
	"max_samples_per_send": positive,
	"batch_send_deadline":  duration,
	"min_backoff":          duration,
	"max_backoff":          duration,
	"min_shards":           shards,
	"max_shards":           shards,
	"sample_age_limit":     sampleAgeLimit,
	"retry_on_http_429":    retryOn429,
}

// shards are found by promferry itself.
func shards(s *scope, _ *block, f field) {
	s.note(f.place, "%s was left out: promferry sends as many requests at once as the receiver keeps up with", f.key)
}

func retryOn429(s *scope, _ *block, f field) {
	if is, ok := s.boolean(f); ok && !is {
		s.note(f.place, "%s was left out: promferry always sends again what a receiver has no room for just now", f.key)
	}
}

func sampleAgeLimit(s *scope, _ *block, f field) {
	if d, _ := s.duration(f); d > 0 {
		s.dropped(f.place, "%s was left out: it is max_age in a spool block, which keeps on disk what waits; write that", f.key)
	}
}

// positive writes an integer from 1 that promferry takes.
func positive(s *scope, b *block, f field) {
	if n, ok := s.positive(f); ok {
		b.set(f.key, word(strconv.Itoa(n)), f.comments()...)
	}
}

// positive reads an integer from 1; it is not ok for what is left out.
func (s *scope) positive(f field) (n int, ok bool) {
	t, ok := s.text(f.key, f.value)
	if !ok || t == "" {
		return 0, false
	}
	if err := f.value.node.Decode(&n); err != nil || n < 1 || n > math.MaxInt32 {
		s.refused(f.place, "%s: want an integer from 1 to %d, got %.40q", f.key, math.MaxInt32, visible(t))
		return 0, false
	}
	return n, true
}

// queueConfig writes the queue block without what two of its fields say against
// each other.
func queueConfig(s *scope, b *block, f field) {
	if f.value.isNull() {
		return
	}
	queue := new(block)
	s.write(queue, f.value, queueFields)
	s.settleQueue(queue, f)
	if len(queue.attributes) > 0 {
		b.add("queue", f.comments()).join(queue)
	}
}

// settleQueue leaves out what promferry would not load.
func (s *scope) settleQueue(queue *block, f field) {
	counts, waits := map[string]int{}, map[string]time.Duration{"min_backoff": defaultMinBackoff}
	for _, of := range s.fields(f.value) {
		if !queue.has(of.key) {
			continue
		}
		switch of.key {
		case "capacity", "max_samples_per_send":
			counts[of.key], _ = s.positive(of)
		case "min_backoff", "max_backoff":
			waits[of.key], _ = s.duration(of)
		}
	}
	if counts["capacity"] > 0 && counts["capacity"] < counts["max_samples_per_send"] {
		queue.drop("capacity")
		s.dropped(f.place, "capacity %d is below max_samples_per_send %d, so that no request could fill up: it was left out", counts["capacity"], counts["max_samples_per_send"])
	}
	if longest := waits["max_backoff"]; longest > 0 && longest < waits["min_backoff"] {
		queue.drop("max_backoff")
		s.refused(f.place, "max_backoff %s is below min_backoff %s: it was left out", model.Duration(longest), model.Duration(waits["min_backoff"]))
	}
}

// defaultMinBackoff is Prometheus's, and promferry's.
const defaultMinBackoff = 30 * time.Millisecond
