package test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
)

// TestReloadMovesAJobToAStore and back: the group goes from the gateway, the
// series end in the store, and what comes later goes on behind that.
func TestReloadMovesAJobToAStore(t *testing.T) {
	t.Parallel()
	gw, store := startPushgateway(t), startRecording(t)
	target := startScripted(t, exposition(goodText))
	const text = `
		global {
			scrape_interval = "300ms"
			instance        = "i"
		}
		gateway "gateway" { url = %q }
		remote_write "store" {
			url = "%s/write"
			%s
		}
		job "app" {
			targets  = [%q]
			gateways = [%q]
		}
	`
	file := config(t, text, gw.url, store.URL, soon, target.address(), "gateway")
	ferry := run(t, file)
	eventually(t, "group", gw.groupHolds("app", goodSeries, 1))
	for range 2 {
		rewrite(t, file, text, gw.url, store.URL, soon, target.address(), "store")
		ferry.reload(t)
		eventually(t, "series in the store", func() error { return store.holds(ofApp(goodSeries)) })
		eventually(t, "group that has moved", isGone(gw, "app"))

		rewrite(t, file, text, gw.url, store.URL, soon, target.address(), "gateway")
		ferry.reload(t)
		eventually(t, "group that is back", gw.groupHolds("app", goodSeries, 1))
		eventually(t, "the end in the store", func() error { return same(store.newest(), seriesSet{}) })
	}
	ferry.terminate(t)
	if err := store.inOrder(never); err != nil {
		t.Error(err)
	}
}

// TestReloadOfAStoreThatIsAway: a backlog in memory goes before what a spool has
// that is new, one in a spool goes to another URL, and to a block of another name
// that has its directory. Each scrape that was taken is stored once, in order.
func TestReloadOfAStoreThatIsAway(t *testing.T) {
	t.Parallel()
	first, second, targets := startRecording(t), startRecording(t), startNumbered(t, 1)
	spool := fmt.Sprintf("spool { directory = %q }", filepath.Join(t.TempDir(), "spool"))
	const text = `
		global { scrape_interval = "200ms" }
		remote_write %q {
			url = "%s/write"
			%s
		}
		job "app" {
			targets  = [%q]
			instance = "i"
		}
	`
	file := config(t, text, "store", first.URL, soon, targets[0].address())
	ferry := run(t, file, "--shutdown.timeout=30s")
	more(t, targets, 3)
	change := func(from, to *receiver, name, settings string) {
		t.Helper()
		from.leave()
		more(t, targets, 3)
		rewrite(t, file, text, name, to.URL, soon+"\n"+settings, targets[0].address())
		ferry.reload(t)
		more(t, targets, 3)
		if from == to {
			from.comeBack()
		}
		before := len(to.series(inApp("up")))
		eventually(t, "scrapes after "+name, func() error { return to.atLeast(inApp("up"), before+8) })
	}
	change(first, first, "store", spool)
	change(first, second, "store", spool)
	change(second, second, "other", spool)
	slow := int(ferry.slowScrapes("app"))
	ferry.terminate(t)
	key := inApp("scrapes_total")
	values := slices.Concat(first.valuesOnce(key), second.valuesOnce(key))
	if !slices.IsSorted(values) || len(slices.Compact(slices.Clone(values))) < len(values) {
		t.Errorf("stored %v, want each scrape once, in order", values)
	}
	const cut = 3 // scrapes that a reload, or the end, may have cut
	if scraped := int(targets[0].scrapes.Load()); len(values) < scraped-cut-slow {
		t.Errorf("%d scrapes are stored, of %d of which %d were too slow\n%s", len(values), scraped, slow, &ferry.stderr)
	}
	for _, r := range []*receiver{first, second} {
		if err := r.inOrder(never); err != nil {
			t.Error(err)
		}
	}
}
