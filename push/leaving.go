package push

import (
	"log/slog"
	"net/http"
)

// maxLeaving bounds the groups that are to be deleted, or could not be and are
// remembered for their error: a gateway that is down must not cost memory for
// each group that goes.
const maxLeaving = 10_000

// expect notes whether the slot's group goes or stays, by what was offered last.
// The oldest of too many groups that go is given up. g.mu is held.
func (g *Gateway) expect(s *slot) (lost []news) {
	if s.waiting.method != http.MethodDelete {
		g.stay(s)
		return nil
	}
	if s.leaving == nil {
		s.leaving = g.leaving.PushBack(s)
	}
	if g.leaving.Len() <= maxLeaving {
		return nil
	}
	return g.abandonDelete(g.leaving.Front().Value.(*slot))
}

// stay notes that the slot's group does not go, or has gone. g.mu is held.
func (g *Gateway) stay(s *slot) {
	if s.leaving != nil {
		g.leaving.Remove(s.leaving)
		s.leaving = nil
	}
}

// leave forgets the slot of a group that is gone. That of one that was to go
// keeps its error for a while. g.mu is held.
func (g *Gateway) leave(s *slot, err error) {
	if err == nil {
		g.stay(s)
		delete(g.slots, s.group.Key())
	}
}

// abandonDelete forgets a slot whose group was to go. g.mu is held.
func (g *Gateway) abandonDelete(s *slot) (lost []news) {
	g.stay(s)
	if s.sending {
		return nil // its end is not known
	}
	if s.waiting != nil {
		g.forget(s)
		g.drops(dropDelete)
		if g.crowded.tell(crowdedText, newsInterval) {
			g.crowded.over() // it has no end that could be told
			lost = append(lost, news{slog.LevelError, crowdedText, s.group, errDeletes})
		}
	}
	delete(g.slots, s.group.Key())
	return lost
}

const crowdedText = "groups stay at the gateway that were to go"
