package push

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/promferry/promferry/convert"
)

// refusing is a gateway that refuses all pushes as inconsistent, and shows these
// groups.
func refusing(groups ...string) *fake {
	return &fake{
		answer: func(_ int, s sent) (int, string) {
			if s.method == http.MethodPut {
				return 400, inconsistent + "no"
			}
			return 200, "# TYPE go_goroutines gauge\n"
		},
		stores: func() string { return strings.Join(groups, ",") },
	}
}

// deletes returns the paths that a fake was told to delete.
func (f *fake) deletes() (paths []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.requests {
		if s.method == http.MethodDelete {
			paths = append(paths, strings.TrimPrefix(s.path, "/metrics/job/test/instance/"))
		}
	}
	slices.Sort(paths)
	return paths
}

// TestPhantomsAreDeleted: exactly those that are ours and never had a push.
func TestPhantomsAreDeleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hidden := strings.Replace(phantomOf("hidden"), `"last_push_successful":false`, `"last_push_successful":{"type":"GAUGE"}`, 1)
		f := refusing(phantomOf("a"), phantomOf("b"), shownGroupOf("pushed"), phantomOf("another"), hidden)
		b := newBench(t, f)
		b.run(t)
		for _, instance := range []string{"a", "b", "pushed", "hidden", "gone"} {
			b.offer(put(instance, "# TYPE x gauge\nx 1\n"))
		}
		b.drain(t)
		if got := f.deletes(); !slices.Equal(got, []string{"a", "b"}) {
			t.Errorf("got %q deleted, want a and b", got)
		}
		if got := b.Group(groupOf("a")); got.LastError == nil || got.LastAttempt.IsZero() || got.Waiting {
			t.Errorf("got %+v, want the error of the push", got)
		}
		b.wantLog(t, "group without a push is deleted", 2)
		b.wantCount(t, "promferry_pushes_total", "", 0)
	})
}

// TestPhantomsAreLookedForRarely: a gateway that refuses all is read every few
// minutes, however many groups it refuses, and not by who drains only.
func TestPhantomsAreLookedForRarely(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := refusing(phantomOf("a"))
		b := newBench(t, f)
		b.run(t)
		start := time.Now()
		for time.Since(start) < time.Hour {
			b.offer(put("a", "# TYPE x gauge\nx 1\n"))
			<-time.After(15 * time.Second)
		}
		f.mu.Lock()
		looked := f.looked
		f.mu.Unlock()
		if n := len(f.deletes()); looked < 10 || looked > 13 || n != looked {
			t.Errorf("got %d looks and %d deletes in an hour, want 10 to 12", looked, n)
		}
	})
}

// TestPhantomOfALongPushIsDeleted: after the refusal the cause is looked for, which
// takes longer than others are waited for.
func TestPhantomOfALongPushIsDeleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := refusing(phantomOf("a"))
		f.takes = phantomDelay + time.Second
		b := newBench(t, f)
		b.run(t)
		b.offer(put("a", "# TYPE x gauge\nx 1\n"))
		<-time.After(time.Minute)
		synctest.Wait()
		if got := f.deletes(); !slices.Equal(got, []string{"a"}) {
			t.Errorf("got %q deleted, want a", got)
		}
	})
}

// TestStoredGroupIsNoPhantom: what had a success is never looked for.
func TestStoredGroupIsNoPhantom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refuses := false
		f := refusing(phantomOf("a"))
		take := f.answer
		f.answer = func(n int, s sent) (int, string) {
			if refuses {
				return take(n, s)
			}
			return 200, ""
		}
		b := newBench(t, f)
		b.run(t)
		b.push(t, "a", "# TYPE x gauge\nx 1\n")
		refuses = true
		if out := b.push(t, "a", "# TYPE x gauge\nx 2\n"); reason(out.Err) != "400" {
			t.Errorf("got %v, want the status 400", out.Err)
		}
		<-time.After(time.Hour)
		if f.looked != 0 || len(f.deletes()) != 0 {
			t.Errorf("got %d looks and %q deleted, want none", f.looked, f.deletes())
		}
	})
}

// TestNewerPushGoesAfterThePhantom: a body that comes while the phantom is being
// deleted waits; one that comes while the gateway is read wins.
func TestNewerPushGoesAfterThePhantom(t *testing.T) {
	check := func(offerAt string, want ...string) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			var b *bench
			var once sync.Once
			refuses := true
			var got []string
			b = newBench(t, roundTrip(func(r *http.Request) (*http.Response, error) {
				if r.Method+" "+r.URL.Path == offerAt {
					once.Do(func() {
						refuses = false
						b.offer(put("a", "# TYPE y gauge\ny 1\n"))
						<-time.After(time.Second)
					})
				}
				switch {
				case r.URL.Path == "/api/v1/metrics":
					return answer(200, `{"data":[`+phantomOf("a")+`]}`), nil
				case r.Method == http.MethodGet:
					return answer(200, "# TYPE go_goroutines gauge\n"), nil
				}
				got = append(got, r.Method)
				if refuses {
					return answer(400, inconsistent+"no"), nil
				}
				return answer(200, ""), nil
			}))
			b.run(t)
			b.offer(put("a", "# TYPE x gauge\nx 1\n"))
			b.drain(t)
			if !slices.Equal(got, want) {
				t.Errorf("offered at %q: got %q, want %q", offerAt, got, want)
			}
			if s := b.Group(groupOf("a")); s.LastError != nil || s.LastSuccess.IsZero() {
				t.Errorf("offered at %q: got %+v, want the last push stored", offerAt, s)
			}
		})
	}
	check("GET /api/v1/metrics", "PUT", "PUT")
	check("DELETE /metrics/job/test/instance/a", "PUT", "DELETE", "PUT")
}

func TestPhantomsAreBounded(t *testing.T) {
	var p phantoms
	for i := range 2 * maxPhantoms {
		p.suspect(convert.LabelsOf(map[string]string{"job": strings.Repeat("x", i+1)}))
	}
	if n := len(p.due()); n != maxPhantoms {
		t.Errorf("got %d groups remembered, want %d", n, maxPhantoms)
	}
}

// TestRealPhantomIsDeleted, and another's is left alone (contract C7).
func TestRealPhantomIsDeleted(t *testing.T) {
	gateway := realGateway(t)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	b := newBench(t, transport)
	b.at(gateway)
	other := newBench(t, transport)
	other.at(gateway)
	path, _ := GroupPath(groupOf("phantom-other"))
	if err := other.do(t.Context(), http.MethodPut, path, bodyOf("# TYPE go_goroutines histogram\ngo_goroutines_count 1\n", 1)); !isInconsistent(err) {
		t.Fatalf("got %v, want a refusal", err)
	}
	t.Cleanup(func() { _ = other.do(other.cleanup(t), http.MethodDelete, path, nil) })
	b.run(t)
	out := b.push(t, "phantom-ours", "# TYPE go_goroutines histogram\ngo_goroutines_bucket{le=\"+Inf\"} 1\ngo_goroutines_sum 1\ngo_goroutines_count 1\n")
	if reason(out.Err) != "400" {
		t.Errorf("got %v, want the status 400", out.Err)
	}
	var groups map[string]storedGroup
	eventually(t, "our phantom deleted", func() bool {
		groups = storedGroups(t, gateway)
		_, found := groups[groupOf("phantom-ours").Key()]
		return !found
	})
	if _, found := groups[groupOf("phantom-other").Key()]; !found {
		t.Error("another's phantom is gone")
	}
	b.wantLog(t, "group without a push is deleted", 1)
}
