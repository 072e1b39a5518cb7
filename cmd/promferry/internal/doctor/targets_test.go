package doctor

import (
	"net/url"
	"testing"

	"github.com/promferry/promferry/relay"
	"github.com/promferry/promferry/scrape"
)

// TestTargetsOfOneOriginLetOthersGoFirst: they wait for each other, and hold what
// others wait for.
func TestTargetsOfOneOriginLetOthersGoFirst(t *testing.T) {
	var all []*relay.Target
	at := func(host string) {
		all = append(all, &relay.Target{Source: &scrape.HTTP{URL: &url.URL{Scheme: "http", Host: host}}})
	}
	for range 2*maxAtOrigin + 1 {
		at("devices:9116")
	}
	at("web1:9100")
	at("devices") // another port
	order := inTurns(all)
	last := len(all) - 1
	for _, check := range []struct{ place, want int }{
		{0, 0}, {maxAtOrigin - 1, maxAtOrigin - 1},
		{maxAtOrigin, last - 1}, {maxAtOrigin + 1, last},
		{maxAtOrigin + 2, maxAtOrigin}, {last, 2 * maxAtOrigin},
	} {
		if order[check.place] != check.want {
			t.Errorf("place %d has target %d, want %d: %v", check.place, order[check.place], check.want, order)
		}
	}
}
