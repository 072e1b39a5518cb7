package test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestGatewaysAndStoresDelayNoOther: with dead and hanging gateways and stores,
// the healthy ones have each target again and again, in time. test/three-gateways
// measures gateways alone.
func TestGatewaysAndStoresDelayNoOther(t *testing.T) {
	t.Parallel()
	const targets, rounds = 100, 3
	target := startScripted(t, exposition(strings.Repeat("# filler\n", 100)+goodText))
	var pushed groupCount
	healthyGateway, healthyStore := startScripted(t, pushed.note), startRecording(t)
	hanging, dead := startScripted(t, hang), startScripted(t, hang)
	dead.Close()
	var list strings.Builder
	for i := range targets {
		fmt.Fprintf(&list, "static_config {\n targets = [\"%s/t%d\"]\n labels = { instance = \"t%d\" }\n}\n", target.URL, i, i)
	}
	ferry := run(t, config(t, `
		global {
			scrape_interval = "2s"
			on_shutdown     = "keep"
		}
		gateway "dead" { url = %[1]q }
		gateway "hanging" { url = %[2]q }
		gateway "healthy" { url = %[3]q }
		remote_write "dead store" { url = %[1]q }
		remote_write "hanging store" { url = %[2]q }
		remote_write "healthy store" {
			url = %[4]q
			queue { batch_send_deadline = "50ms" }
		}
		job "app" {
			%[5]s
		}
	`, dead.URL, hanging.URL, healthyGateway.URL, healthyStore.URL, list.String()), stopsSoon)

	up := func(i int) string { return fmt.Sprintf(`up{instance="t%d",job="app"}`, i) }
	eventually(t, "pushes of every group to the healthy gateway", func() error { return pushed.atLeast(targets, rounds) })
	for i := range targets {
		eventually(t, "scrapes at the healthy store", func() error { return healthyStore.atLeast(up(i), rounds) })
	}
	ferry.lives(t)
	ferry.terminateWith(t, 1)
	late, all := 0, 0
	for i := range targets {
		points := healthyStore.series(up(i))
		for j, p := range points {
			all++
			if p.by.at.Sub(time.UnixMilli(p.at)) > 2*time.Second || j > 0 && p.at-points[j-1].at > 3500 {
				late++
			}
		}
	}
	// Were they to wait for one that hangs, all but the first would be late; a busy machine
	// may be late for some.
	if late > all/2 {
		t.Errorf("%d scrapes of %d came late, or were left out", late, all)
	}
}

// TestOneJobToOneOfThem: a job goes where its names say, of gateways and of
// stores alike.
func TestOneJobToOneOfThem(t *testing.T) {
	t.Parallel()
	gw, store := startPushgateway(t), startRecording(t)
	target := startScripted(t, exposition(goodText))
	ferry := run(t, config(t, `
		global {
			scrape_interval = "300ms"
			instance        = "i"
		}
		gateway "gateway" { url = %q }
		remote_write "store" {
			url = %q
			%s
		}
		job "app" { targets = [%[4]q] }
		job "pushed" {
			targets  = [%[4]q]
			gateways = ["gateway"]
		}
		job "written" {
			targets  = [%[4]q]
			gateways = ["store"]
		}
	`, gw.url, store.URL, soon, target.address()))
	for _, job := range []string{"app", "pushed"} {
		eventually(t, job, gw.groupHolds(job, goodSeries, 1))
	}
	want := ofApp(goodSeries)
	for k, v := range ofApp(goodSeries) {
		want[strings.Replace(k, `job="app"`, `job="written"`, 1)] = v
	}
	eventually(t, "series at the store", func() error { return store.holds(want) })
	if set, err := gw.group("written", "i"); err != nil || len(set) > 0 {
		t.Errorf("the gateway has what is for the store: %v %v", set, err)
	}
	ferry.terminate(t)
}

// TestDemoWrites: the demo can write to a store instead.
func TestDemoWrites(t *testing.T) {
	t.Parallel()
	receiver := startRecording(t)
	demo := startFerry(t, nil, "demo", "--remote-write="+receiver.URL+"/api/v1/write")
	eventually(t, "series of the demo", func() error {
		for _, name := range []string{"network_receive_bytes_total", "promferry_scrapes_total"} {
			found := false
			for k := range receiver.stored() {
				found = found || strings.HasPrefix(k, name+"{")
			}
			if !found {
				return fmt.Errorf("no %s\n%s%s", name, &demo.stdout, &demo.stderr)
			}
		}
		return nil
	})
	demo.terminate(t)
}
