package push

import (
	"context"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/promferry/promferry/convert"
)

func TestTypesAreReadEveryFiveMinutesOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m typeMemory
		reads := 0
		var fails error
		check := func(after time.Duration, wantReads int) {
			t.Helper()
			<-time.After(after)
			err := m.refresh(t.Context(), func() (types, error) {
				reads++
				return types{"a": "gauge"}, fails
			})
			if reads != wantReads || err != fails || m.held["a"] != "gauge" {
				t.Errorf("got %v, %v after %d reads, want %d reads", m.held, err, reads, wantReads)
			}
		}
		const jitter = typesInterval / 10
		check(0, 1)
		check(typesInterval-1, 1)
		fails = context.DeadlineExceeded
		check(jitter+1, 2)
		check(typesInterval-1, 2) // not read again while it fails, too
		fails = nil
		check(jitter+1, 3)
	})
}

// TestStoredTypesAreKnown: what clashes with a push of a moment ago needs no
// reading, and what is stored while the gateway is read is not forgotten.
func TestStoredTypesAreKnown(t *testing.T) {
	var m typeMemory
	m.stored(said("# TYPE before gauge\nbefore 1\n"))
	if m.held != nil {
		t.Errorf("got %v before the first clash, want nothing", m.held)
	}
	err := m.refresh(t.Context(), func() (types, error) {
		m.stored(said("# TYPE during gauge\nduring 1\n"))
		return types{"read": "gauge", "during": "counter"}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	m.stored(said("# TYPE after gauge\nafter 1\n"))
	want := types{"read": "gauge", "during": "gauge", "after": "gauge"}
	if !reflect.DeepEqual(m.held, want) {
		t.Errorf("got %v, want %v", m.held, want)
	}
}

// TestRefusedBodyWaitsForTheCause: the push that clashes is stored, but its
// answer is still on its way when the refusal arrives.
func TestRefusedBodyWaitsForTheCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stored := make(map[string]string) // type of a by path
		b := newBench(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodGet {
				return answer(200, ""), nil
			}
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return nil, err
			}
			kind := strings.Fields(string(body))[3]
			for _, other := range stored {
				if other != kind {
					return answer(400, "pushed metrics are invalid or inconsistent with existing metrics: a"), nil
				}
			}
			stored[r.URL.Path] = kind
			<-time.After(time.Second)
			return answer(200, ""), nil
		}))
		first := &request{group: convert.LabelsOf(map[string]string{"job": "a"}), method: http.MethodPut, body: bodyOf("# TYPE a gauge\na 1\n", 1)}
		second := &request{group: convert.LabelsOf(map[string]string{"job": "b"}), method: http.MethodPut, body: bodyOf("# TYPE a counter\na 1\n", 1)}
		done := make(chan Outcome)
		go func() { done <- b.send(t.Context(), first) }()
		synctest.Wait()
		if out := b.send(t.Context(), second); out.Err != nil || out.Retyped != 1 {
			t.Errorf("got %v, %d retyped, want success with 1", out.Err, out.Retyped)
		}
		if out := <-done; out.Err != nil {
			t.Error(out.Err)
		}
	})
}

func TestClashIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := typeMemory{held: types{"a": "counter"}}
		body := said("# TYPE a gauge\na 1\n")
		m.remember(body)
		<-time.After(clashLifetime - 1)
		if got := m.fit(body, nil); len(got.retyped) != 1 {
			t.Errorf("got %v retyped, want one", got.retyped)
		}
		<-time.After(clashLifetime/10 + 1)
		if got := m.fit(body, nil); len(got.retyped) != 0 || !m.empty() {
			t.Errorf("got %v retyped, empty %v, want 0 and true", got.retyped, m.empty())
		}
	})
}

func TestClashFollowsTheGateway(t *testing.T) {
	var m typeMemory
	body := said("# TYPE a gauge\na 1\n")
	for _, held := range []types{{"a": "counter"}, {"a": "untyped"}, {"a": "gauge"}, {"a": "histogram"}, {}} {
		m.held = held
		m.remember(body)
		c, clashes := m.lookup("a")
		if want := held["a"] != "" && held["a"] != "gauge"; clashes != want || clashes && c.held != held["a"] {
			t.Errorf("%v: got %v, %v, want a clash: %v", held, c, clashes, want)
		}
	}
}
