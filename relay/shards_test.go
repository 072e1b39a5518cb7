package relay

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/push"
)

// A store is a shard with the groups that it holds.
type store struct {
	*push.Gateway
	requests recorder
	holds    map[string]bool // by path
	deletes  int
}

// catchUp does what it was asked since the last call.
func (s *store) catchUp() {
	for _, text := range pushedTo(&s.requests) {
		line, _, _ := strings.Cut(text, "\n")
		method, path, _ := strings.Cut(line, " ")
		if method == http.MethodDelete {
			s.deletes++
			delete(s.holds, path)
		} else {
			s.holds[path] = true
		}
	}
}

func (w *world) stores(n int) (all []*store) {
	for i := range n {
		s := &store{holds: make(map[string]bool)}
		s.Gateway = w.newShard("gw", fmt.Sprintf("push%d", i), &s.requests)
		all = append(all, s)
	}
	return all
}

// should returns what the store is to hold where it is one of the shards.
func (s *store) should(t testing.TB, shards push.Shards, groups []convert.Labels) map[string]bool {
	t.Helper()
	holds := make(map[string]bool)
	for _, group := range groups {
		path, err := push.GroupPath(group)
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(shards, s.Gateway) && shards.Of(group) == s.Gateway {
			holds[path] = true
		}
	}
	return holds
}

// TestShardsComeAndGo: after a reload with other shards each group is at one of
// them, the one that its key says, and what stays where it is shows no gap.
func TestShardsComeAndGo(t *testing.T) {
	inBubble(t, func(w *world) {
		var text strings.Builder
		var groups []convert.Labels
		for i := range 30 {
			fmt.Fprintf(&text, "m{instance=\"g%d\"} 1\n", i)
			groups = append(groups, convert.LabelsOf(map[string]string{"job": "j", "instance": fmt.Sprintf("g%d", i)}))
		}
		target := func(instance, body string, shards push.Shards) *Target {
			target := w.honoring(instance, exposes(body))
			target.Gateways = push.Gateways{shards}
			return target
		}
		for _, instance := range []string{"one", "two", "three"} {
			groups = append(groups, w.target(instance, nil).Labels)
		}
		stores := w.stores(4)
		p := w.pool()
		w.running(p)
		for _, use := range [][]int{{0}, {0, 1}, {2, 1, 0}, {1, 2}, {3}} {
			var shards push.Shards
			for _, i := range use {
				shards = append(shards, stores[i].Gateway)
			}
			replace(p, target("one", text.String(), shards), target("two", "m 1\n", shards), target("three", "m 1\n", shards))
			pass(time.Minute)
			for _, s := range stores {
				before := maps.Clone(s.holds)
				s.catchUp()
				if diff := cmp.Diff(s.should(t, shards, groups), s.holds); diff != "" {
					t.Errorf("shards %v: %s holds (-want +got):\n%s", use, s.Place(), diff)
				}
				maps.DeleteFunc(before, func(path string, _ bool) bool { return s.holds[path] })
				if s.deletes != len(before) {
					t.Errorf("shards %v: %d DELETEs at %s, want %d", use, s.deletes, s.Place(), len(before))
				}
				s.deletes = 0
			}
		}
		if got := w.log.String(); got != "" {
			t.Errorf("logged: %s", got)
		}
	})
}
