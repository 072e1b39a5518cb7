package doctor

import (
	"math"
	"strings"
	"testing"
	"time"
)

// TestLoad compares the model with what it was made of: 100 node_exporters of
// 532 series at 15 s fill about one core of a gateway that checks.
func TestLoad(t *testing.T) {
	hundred := load{checks: true, protobuf: true, stored: 100 * 532, pushes: 100.0 / 15, series: 100 * 532 / 15.0}
	check := func(what string, l load, want float64, outcome Outcome) {
		t.Helper()
		var cs Checks
		l.check(&cs, speaker{name: `gateway "g"`})
		if math.Abs(l.core()-want) > 0.01 || cs[0].Outcome != outcome || (cs[0].Advice != "") != (outcome.rank() > 1) {
			t.Errorf("%s: %v of a core, %+v, want %v and %s", what, l.core(), cs[0], want, outcome)
		}
	}
	check("a hundred", hundred, 0.90, Warning)

	half := hundred
	half.stored, half.pushes, half.series = half.stored/2, half.pushes/2, half.series/2
	check("one of two shards", half, 0.23, OK)

	unchecked := hundred
	unchecked.checks = false
	check("without its check", unchecked, 0.02, OK)

	text := unchecked
	text.protobuf = false
	check("without its check, as text", text, 0.05, OK)

	busy := hundred
	busy.observed, busy.since = 20, time.Hour
	check("with pushes of others", busy, 2.67, Failed)

	busy.since = time.Minute
	check("with pushes of others, for a minute", busy, 0.90, Warning)

	used := half
	used.used, used.since = 0.6, time.Hour
	check("busier than the model says", used, 0.23, Warning)
}

func TestLoadIsSaidInWords(t *testing.T) {
	var cs Checks
	load{checks: true, stored: 10_000, pushes: 14.8, used: 0.4, since: time.Hour}.check(&cs, speaker{})
	const want = "15 pushes a second, each with a check of 10000 series in about 25ms: about 37 % of one core; since its start it has used about 40 % of one"
	if cs[0].Found != want {
		t.Errorf("got %q, want %q", cs[0].Found, want)
	}
	cs = nil
	load{pushes: 0.01}.check(&cs, speaker{})
	if !strings.HasSuffix(cs[0].Found, "0.01 pushes a second: less than 1 % of one core") {
		t.Errorf("got %q", cs[0].Found)
	}
}
