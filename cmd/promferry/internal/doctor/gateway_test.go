package doctor

import (
	"fmt"
	"strings"
	"testing"

	"github.com/promferry/promferry/push"
)

// TestGatewayWithMoreThanIsRead: that is no sign of a wrong url.
func TestGatewayWithMoreThanIsRead(t *testing.T) {
	tooMuch := fmt.Errorf("get http://gw/metrics: %w", push.ErrStoredLimit)
	for _, known := range []bool{false, true} {
		in := &inspection{exposure: push.Exposure{Pushgateway: known, Series: 7}, who: speaker{name: `gateway "g"`}}
		if got := in.guess(tooMuch); got != known {
			t.Errorf("guess: got %v, want %v", got, known)
		}
		in.checkExposure(tooMuch)
		for _, c := range in.Checks {
			if c.Outcome != Warning || strings.Contains(c.Found+c.Advice, "no Pushgateway") || strings.Contains(c.Advice, "Correct url") {
				t.Errorf("got %+v", c)
			}
		}
	}
}

func TestTableShowsNoControlCharacters(t *testing.T) {
	const evil = "a\u202eb\x1b[31mc"
	r := Report{
		Gateways:     []Gateway{{Name: evil, URL: evil, Checks: Checks{{"groups", Failed, evil, evil}}}},
		RemoteWrites: []RemoteWrite{{Name: evil, URL: evil, Checks: Checks{{"answers", Failed, evil, evil}}}},
		Targets:      []Target{{Job: evil, Address: evil, Labels: map[string]string{"instance": evil}, Checks: Checks{{"scrape", Failed, evil, evil}}}},
	}
	r.conclude()
	var b strings.Builder
	Table{All: true}.Write(&b, r)
	if got := b.String(); strings.ContainsAny(got, "\u202e\x1b") {
		t.Errorf("got %q", got)
	}
}
