package test

import (
	"slices"
	"testing"
)

// repeated has series that stand twice; the first is what Prometheus takes.
const repeated = `a 1
a 2
# TYPE b counter
b{code="200"} 3
b{code="500"} 4
b{code="200"} 5
# TYPE took histogram
took_bucket{le="+Inf"} 2
took_sum 4
took_count 2
`

var repeatedSeries = seriesSet{
	"a": 1, `b{code="200"}`: 3, `b{code="500"}`: 4,
	`took_bucket{le="+Inf"}`: 2, "took_sum": 4, "took_count": 2,
}

// eachChecking runs a test with a gateway that refuses series that stand twice,
// and with one that stores them and then cannot be scraped any more; with each
// encoding, and the default.
func eachChecking(t *testing.T, do func(t *testing.T, gw gateway, settings string)) {
	t.Helper()
	for check, flags := range map[string][]string{
		"checked":   nil,
		"unchecked": {"--push.disable-consistency-check"},
	} {
		for encoding, settings := range map[string]string{
			"auto": "", "text": `encoding = "text"`, "protobuf": `encoding = "protobuf"`,
		} {
			t.Run(check+"/"+encoding, func(t *testing.T) {
				t.Parallel()
				do(t, startPushgateway(t, flags...), settings)
			})
		}
	}
}

// TestOnceDuplicates: series that stand twice cost the others nothing, and are
// named.
func TestOnceDuplicates(t *testing.T) {
	t.Parallel()
	eachChecking(t, func(t *testing.T, gw gateway, settings string) {
		target := startScripted(t, exposition(repeated))
		r := once(t, settingsConfig(t, gw.url, leisurely, settings, target))
		if lines := linesWith(r.stderr, `job="app"`, "2 series left out: duplicate"); r.code != 0 || len(lines) != 1 || lines[0] != r.stderr {
			t.Errorf("exit code %d, want 0 and one line that counts them: %s", r.code, r.stderr)
		}
		if err := gw.groupHolds("app", repeatedSeries, 1)(); err != nil {
			t.Error(err)
		}
	})
}

// TestRunDuplicates: they may also come to a gateway that has stored bodies
// without them, and go again.
func TestRunDuplicates(t *testing.T) {
	t.Parallel()
	const counter = `promferry_duplicates_dropped_total{gateway="default"}`
	eachChecking(t, func(t *testing.T, gw gateway, settings string) {
		target := startScripted(t, exposition(goodText))
		ferry := run(t, settingsConfig(t, gw.url, often, settings, target))
		eventually(t, "good answer", gw.groupHolds("app", goodSeries, 1))
		target.answer.Store(exposition(repeated))
		eventually(t, counter, func() error { return ferry.atLeast(counter, 4) })
		eventually(t, "answer with series that stand twice", gw.groupHolds("app", repeatedSeries, 1))
		target.answer.Store(exposition(goodText))
		eventually(t, "good answer again", gw.groupHolds("app", goodSeries, 1))
		ferry.terminate(t)
		log := ferry.stderr.String()
		slow := len(linesWith(log, `msg="scrape failed"`, " reason=timeout ")) // after each it begins anew
		if n := len(linesWith(log, "series stand more than once", "2 series left out")); n < 1 || n > 1+slow {
			t.Errorf("%d lines of series that stand twice, want 1; %d scrapes were too slow:\n%s", n, slow, log)
		}
		if lines := slices.DeleteFunc(linesWith(log, "level=ERROR"), busy.MatchString); len(lines) != 0 {
			t.Errorf("errors: %q", lines)
		}
	})
}
