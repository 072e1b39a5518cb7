package remote

import "time"

const (
	// spell is the time in which refusals are one.
	spell = time.Minute
	// leastSpells of refusals, and nothing else, say that a receiver refuses all.
	// Where scrapes are rare, two may follow each other when it refuses one target
	// only: the last of one round, and the first of the next.
	leastSpells = 3
)

// spells are the times in which a receiver did nothing but refuse.
type spells struct {
	first, last time.Time // when they began
	number      int
}

// note counts a refusal, unless it belongs to the last spell.
func (s *spells) note(now time.Time) {
	switch {
	case s.number == 0:
		s.first = now
	case now.Sub(s.last) < spell:
		return
	}
	s.last = now
	s.number++
}
