package oracle

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestFlights(t *testing.T) {
	type step struct {
		group string
		gone  bool // the client of the one before goes, unnoticed at first
		ends  bool // the one before has its answer
	}
	for name, c := range map[string]struct {
		steps []step
		wrong bool // the last
	}{
		"one after the other": {[]step{{group: "a"}, {group: "a", ends: true}}, false},
		"two groups":          {[]step{{group: "a"}, {group: "b"}}, false},
		"one group twice":     {[]step{{group: "a"}, {group: "a"}}, true},
		"given up":            {[]step{{group: "a"}, {group: "a", gone: true}}, false},
		"too many":            {[]step{{group: "a"}, {group: "b"}, {group: "c"}}, true},
		"one of them gone":    {[]step{{group: "a"}, {group: "b"}, {group: "c", gone: true}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := flights{most: 2}
				var before *flight
				var forget context.CancelFunc
				for i, step := range c.steps {
					if step.ends {
						s.leave(before)
					}
					if step.gone {
						time.AfterFunc(abandoned/2, forget)
					}
					ctx, cancel := context.WithCancel(t.Context())
					f, err := s.enter(ctx, step.group)
					if wrong := i == len(c.steps)-1 && c.wrong; (err != nil) != wrong {
						t.Errorf("request %d: got %v, want an error: %v", i, err, wrong)
					}
					before, forget = f, cancel
					defer cancel()
				}
			})
		})
	}
}
