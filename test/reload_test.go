package test

import (
	"fmt"
	"os"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

// rewrite replaces a file as an editor does: by one name for another.
func rewrite(t testing.TB, path, format string, args ...any) {
	t.Helper()
	if err := os.WriteFile(path+".new", fmt.Appendf(nil, format, args...), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// reload sends SIGHUP and waits for what becomes of it.
func (d daemon) reload(t testing.TB) {
	t.Helper()
	before := d.reloads()
	d.signal(t, syscall.SIGHUP)
	eventually(t, "reload", func() error {
		if d.reloads() == before {
			return fmt.Errorf("not in the log: %s", &d.stderr)
		}
		return nil
	})
}

func (d daemon) reloads() int {
	log := d.stderr.String()
	return len(linesWith(log, `msg="configuration reloaded"`)) + len(linesWith(log, `msg="configuration not reloaded`))
}

// TestReloadChangesTargets: one goes, one comes, one is scraped more often, and
// one notices nothing.
func TestReloadChangesTargets(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	tap := startRecorder(t, gw)
	kept := startCounted(t, goodText)
	other := startScripted(t, exposition(goodText))
	const before = `
		global {
			scrape_interval = "2s"
			instance        = "i"
		}
		gateway "default" { url = %q }
		job "kept" { targets = [%q] }
	`
	const job = `job %q {
		targets         = [%q]
		scrape_interval = %q
	}
	`
	file := config(t, before+job+job, tap.URL, kept.address(), "old", other.address(), "200ms", "rare", other.address(), "1h")
	ferry := run(t, file)
	for _, name := range []string{"kept", "old", "rare"} {
		eventually(t, name, gw.groupHolds(name, goodSeries, 1))
	}
	rewrite(t, file, before+job+job, tap.URL, kept.address(), "new", other.address(), "200ms", "rare", other.address(), "200ms")
	ferry.reload(t)
	eventually(t, "group of the target that was removed", isGone(gw, "old"))
	eventually(t, "group of the new target", gw.groupHolds("new", goodSeries, 1))
	eventually(t, "pushes at the new interval", func() error {
		if n := len(tap.of("rare")); n < 5 {
			return fmt.Errorf("%d", n)
		}
		return nil
	})
	eventually(t, "scrapes", func() error {
		if n := len(kept.times()); n < 5 {
			return fmt.Errorf("%d", n)
		}
		return nil
	})
	if methods := tap.of("old"); slices.Index(methods, "DELETE") != len(methods)-1 {
		t.Errorf("the removed target's group got %v, want one DELETE, at the end", methods)
	}
	if methods := tap.of("rare"); slices.Contains(methods, "DELETE") {
		t.Error("the group of a target that stays was deleted")
	}
	ferry.keepsConnection(t, kept)
	at := kept.times()
	span := at[len(at)-1].Sub(at[0])
	if most := int(span/(2*time.Second)) + 2; len(at) > most { // the first gap is shorter
		t.Errorf("%d scrapes of the target that stays as it is within %v, want one in 2s", len(at), span)
	}
	series := `promferry_scrapes_total{job="old"}`
	eventually(t, "series of the removed job gone", func() error {
		if n, err := ferry.metric(series); err == nil {
			return fmt.Errorf("%s %v", series, n)
		}
		return nil
	})
	ferry.terminate(t)
}

// keepsConnection checks that a target that stays as it is, in job kept, has been
// scraped over one connection.
func (d daemon) keepsConnection(t testing.TB, kept *counted) {
	t.Helper()
	d.connectsOnce(t, "kept", kept, 1)
}

// connectsOnce checks that what listens at an address, some targets of a job, has
// been scraped over one connection for each. After a scrape that is too slow, as on
// a machine that is busy, there is another one.
func (d daemon) connectsOnce(t testing.TB, job string, at *counted, targets float64) {
	t.Helper()
	n := float64(at.connections.Load())
	if slow := d.slowScrapes(job); n < 1 || n > targets+slow {
		t.Errorf("%v connections to a target that stays as it is, want %v; %v scrapes were too slow", n, targets, slow)
	}
}

// slowScrapes are how many of a job were, as on a machine that is busy.
func (d daemon) slowScrapes(job string) float64 {
	slow, _ := d.metric(fmt.Sprintf("promferry_scrape_errors_total{job=%q,reason=\"timeout\"}", job)) // else there is no such series
	return slow
}

// TestReloadMovesGroups: other labels, another URL, one gateway less. What was
// pushed before is deleted there, and only there.
func TestReloadMovesGroups(t *testing.T) {
	t.Parallel()
	first, second := startPushgateway(t), startPushgateway(t)
	tap := startRecorder(t, first)
	target := startScripted(t, exposition(goodText))
	const text = `
		global {
			scrape_interval = "300ms"
			instance        = "i"
		}
		gateway "a" {
			url     = %q
			timeout = %q
		}
		%s
		job %q { targets = [%q] }
	`
	file := config(t, text, tap.URL, "5s", "", "one", target.address())
	ferry := run(t, file)
	eventually(t, "first push", first.groupHolds("one", goodSeries, 1))

	rewrite(t, file, text, tap.URL, "6s", "", "one", target.address())
	ferry.reload(t)
	n := len(tap.of("one"))
	eventually(t, "pushes of the gateway with another timeout", func() error {
		if now := len(tap.of("one")); now < n+3 {
			return fmt.Errorf("%d", now)
		}
		return nil
	})
	if slices.Contains(tap.of("one"), "DELETE") {
		t.Error("the group was deleted where only the timeout of its gateway has changed")
	}

	rewrite(t, file, text, tap.URL, "6s", fmt.Sprintf("gateway \"b\" { url = %q }", second.url), "two", target.address())
	ferry.reload(t)
	eventually(t, "group of the other job", first.groupHolds("two", goodSeries, 1))
	eventually(t, "group at the new gateway", second.groupHolds("two", goodSeries, 1))
	eventually(t, "group of the old job", isGone(first, "one"))

	rewrite(t, file, text, second.url, "6s", "", "two", target.address())
	ferry.reload(t)
	eventually(t, "group at the old place", isGone(first, "two"))
	eventually(t, "group at the new place", second.groupHolds("two", goodSeries, 1))
	if methods := tap.of("two"); slices.Index(methods, "DELETE") != len(methods)-1 {
		t.Errorf("the old place got %v, want one DELETE, at the end", methods)
	}
	eventually(t, "series of the removed gateway gone", func() error {
		if n, err := ferry.metric(`promferry_pushes_total{gateway="b",method="PUT"}`); err == nil {
			return fmt.Errorf("%v", n)
		}
		return nil
	})
	ferry.terminate(t)
	if err := second.groupHolds("two", seriesSet{}, 0)(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
}

// TestReloadStorm (C7): a storm of signals is few reloads, and leaves nothing behind.
func TestReloadStorm(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	kept := startCounted(t, goodText)
	other := startScripted(t, exposition(goodText))
	const text = `
		global {
			scrape_interval = "1s"
			instance        = "i"
		}
		gateway "default" {
			url     = %q
			timeout = "%ds"
		}
		job "kept" { targets = [%q] }
		job "changed" {
			targets      = [%q]
			sample_limit = %d
		}
	`
	file := config(t, text, gw.url, 5, kept.address(), other.address(), 1000)
	ferry := run(t, file)
	eventually(t, "first push", gw.groupHolds("kept", goodSeries, 1))
	storm := func(timeouts int) {
		tick := time.NewTicker(10 * time.Millisecond) // 100 a second
		defer tick.Stop()
		for i := range 200 {
			rewrite(t, file, text, gw.url, 5+i/20%timeouts, kept.address(), other.address(), 1000+i)
			ferry.signal(t, syscall.SIGHUP)
			<-tick.C
		}
		ferry.reload(t)
	}
	figures := func() (goroutines, files float64) {
		eventually(t, "figures", func() (err error) {
			if goroutines, err = ferry.metric("go_goroutines"); err == nil {
				files, err = ferry.metric("process_open_fds")
			}
			return err
		})
		return goroutines, files
	}
	storm(1)
	ferry.keepsConnection(t, kept)
	goroutines, files := figures()
	storm(2) // now all targets get another gateway
	eventually(t, "goroutines and files as before", func() error {
		if g, f := figures(); g > goroutines+10 || f > files+10 {
			return fmt.Errorf("%v goroutines and %v files, before %v and %v", g, f, goroutines, files)
		}
		return nil
	})
	eventually(t, "pushes", gw.groupHolds("kept", goodSeries, 1))
	eventually(t, "pushes", gw.groupHolds("changed", goodSeries, 1))
	ferry.lives(t)
	ferry.terminate(t)
	if log := linesWith(ferry.stderr.String(), "configuration not reloaded"); len(log) > 0 {
		t.Errorf("good files were refused: %q", log)
	}
}

// TestReloadWhileStartingAndStopping: a signal at any moment breaks nothing.
func TestReloadWhileStartingAndStopping(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	target := startScripted(t, exposition(goodText))
	file := config(t, `
		global { scrape_interval = "200ms" }
		gateway "default" { url = %q }
		job "app" {
			targets  = [%q]
			instance = "i"
		}
	`, gw.url, target.address())
	for range 5 {
		ferry := run(t, file)
		ferry.signal(t, syscall.SIGHUP)
		eventually(t, "first push", gw.groupHolds("app", goodSeries, 1))
		stop := make(chan struct{})
		var storm sync.WaitGroup
		storm.Go(func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(time.Millisecond):
					_ = ferry.cmd.Process.Signal(syscall.SIGHUP) // it may have ended
				}
			}
		})
		ferry.terminate(t)
		close(stop)
		storm.Wait()
		if err := gw.groupHolds("app", seriesSet{}, 0)(); err != nil {
			t.Errorf("after SIGTERM: %v", err)
		}
	}
}
