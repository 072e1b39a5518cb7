package status

import (
	"fmt"
	"time"
)

// store judges one of the stores.
func (j *judgement) store(s Store, now time.Time) {
	if s.isAway() {
		j.storeAway(s, now)
	}
	add := func(to *[]string, is bool) {
		if is {
			*to = append(*to, s.Name)
		}
	}
	add(&j.behind, s.isBehind(now))
	add(&j.unused, s.isUnused())
	add(&j.nearlyFull, s.isNearlyFull())
	add(&j.dropping, s.hasDropped(now))
}

func (j *judgement) storeAway(s Store, now time.Time) {
	j.storesAway++
	does := "has been down"
	if s.State == GatewayRefusing {
		does = "has refused samples"
	}
	switch {
	case j.storesAway <= maxGatewaysNamed:
		j.say(Bad, "remote_write %q %s for %s", s.Name, does, short(now.Sub(s.Since)))
	case j.storesAway == maxGatewaysNamed+1:
		j.say(Bad, "and more remote_writes")
	}
}

// stores says what is not well of those that answer, too. To catch up is no
// fault, and ends by itself.
func (j *judgement) stores() {
	j.named(Warn, j.dropping, "samples for remote_write %q are dropped", "samples for %s remote_writes are dropped")
	j.named(Warn, j.unused, "the spool of remote_write %q is not in use", "%s spools are not in use")
	j.named(Warn, j.nearlyFull, "the spool of remote_write %q is nearly full", "%s spools are nearly full")
	j.named(Waiting, j.behind, "what has waited for remote_write %q is being sent", "what has waited for %s remote_writes is being sent")
}

// named adds what is said of one by its name, and of more by their number.
func (j *judgement) named(level Level, names []string, one, more string) {
	switch n := len(names); {
	case n == 1:
		j.also = append(j.also, fmt.Sprintf(one, names[0]))
	case n > 1:
		j.also = append(j.also, fmt.Sprintf(more, number(n)))
	default:
		return
	}
	j.raise(level)
}
