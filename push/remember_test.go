package push

import (
	"net/http"
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// TestGatewayRemembersBeforeThePush: a group is in the file when its first push
// leaves, and not any more when its DELETE is answered.
func TestGatewayRemembersBeforeThePush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openShelf(t, statePath(t))
		var known [][]string
		b := newBench(t, &fake{answer: func(n int, _ sent) (int, string) {
			text, err := os.ReadFile(s.path)
			if err != nil {
				t.Error(err)
			}
			records, err := decodeLedger(s.path, text)
			if err != nil {
				t.Error(err)
			}
			known = append(known, instances((&Ledger{records: records}).Entries()))
			return []int{200, 200, 200, 500, 202}[n], ""
		}})
		b.Ledger, b.GiveUp = s.Ledger, 0
		b.run(t)
		push := func(instance string, from Origin) {
			batch := Gateways{{b.Gateway}}.Begin(Replace, from)
			gauge("x", 1).AppendTo(batch, groupOf(instance))
			batch.Commit()
			b.drain(t)
		}
		push("a", Origin{Group: groupOf("owner"), Interval: time.Minute})
		push("b", Origin{Group: groupOf("owner"), Interval: time.Minute})
		push("a", Origin{}) // the last state at a stop
		b.Delete(groupOf("a"))
		b.drain(t)
		want := [][]string{{"a"}, {"a", "b"}, {"a", "b"}, {"a", "b"}, {"a", "b"}}
		if !slices.EqualFunc(known, want, slices.Equal) {
			t.Errorf("in the file at each request: got %q, want %q", known, want)
		}
		entries := s.Entries()
		if got := instances(entries); !slices.Equal(got, []string{"b"}) {
			t.Errorf("after the DELETE: got %q, want b", got)
		}
		if e := entries[0]; e.URL != "http://gateway.example:9091" || e.Owner.Get("instance") != "owner" {
			t.Errorf("got entry %+v, want the gateway's URL and the owner", e)
		}
	})
}

// TestGatewayForgetsWhatIsGoneOnly: a group whose DELETE failed is deleted after
// the next start.
func TestGatewayForgetsWhatIsGoneOnly(t *testing.T) {
	s := openShelf(t, statePath(t))
	b := newBench(t, &fake{answer: func(int, sent) (int, string) { return http.StatusInternalServerError, "" }})
	b.Ledger = s.Ledger
	s.Remember(t.Context(), Entry{URL: b.Place(), Group: groupOf("a")})
	b.run(t)
	b.Delete(groupOf("a"))
	b.drain(t)
	if got := instances(s.Entries()); !slices.Equal(got, []string{"a"}) {
		t.Errorf("got %q, want a", got)
	}
}
