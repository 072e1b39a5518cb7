package main

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/promferry/promferry/configs"
	"github.com/promferry/promferry/convert"
)

// storingConfig is a configuration with two stores, one of which has a spool; job one
// goes to both and a gateway, job two to the second store alone.
func storingConfig() *configs.Config {
	at := func(host string) *url.URL { return &url.URL{Scheme: "http", Host: host} }
	target := func(instance string) configs.Target {
		labels := convert.Labels{{Name: "instance", Value: instance}, {Name: "job", Value: "j"}}
		return configs.Target{Labels: labels, URL: at(instance), ScrapeInterval: time.Second, ScrapeTimeout: time.Second}
	}
	return &configs.Config{
		Workers:  1,
		Gateways: []configs.Gateway{{Name: "gw", URLs: []*url.URL{at("gw")}}},
		RemoteWrites: []configs.RemoteWrite{
			{Name: "one", URL: at("one"), Spool: &configs.Spool{Directory: "/one", MaxSize: 1}},
			{Name: "two", URL: at("two")},
		},
		Jobs: []configs.Job{
			{Name: "one", Gateways: []string{"gw", "one", "two"}, Targets: []configs.Target{target("i1")}},
			{Name: "two", Gateways: []string{"two"}, Targets: []configs.Target{target("i2")}, HonorTimestamps: true},
		},
	}
}

func (f *ferry) settled(cfg *configs.Config, before *parts) *parts {
	p := f.assemble(cfg, before)
	f.settle(p, before)
	return p
}

func TestAssembleGivesTargetsTheirStores(t *testing.T) {
	f := newFerry(1<<20, composition{})
	p := f.settled(storingConfig(), new(parts))
	one, two := p.targets()[0], p.targets()[1]
	if len(one.Gateways) != 1 || len(one.Stores) != 2 || one.HonorTimestamps {
		t.Errorf("the first target has %d gateways and %d stores, want 1 and 2", len(one.Gateways), len(one.Stores))
	}
	if len(two.Gateways) != 0 || !slices.Equal(two.Stores, one.Stores[1:]) || !two.HonorTimestamps {
		t.Errorf("the second target has %d gateways and stores %v, want the second store alone", len(two.Gateways), two.Stores)
	}
}

func TestAssembleKeepsStores(t *testing.T) {
	f := newFerry(1<<20, composition{})
	before := f.settled(storingConfig(), new(parts))
	for name, test := range map[string]struct {
		change          func(c *configs.Config)
		stores, targets string // 1 for one that is the same object
	}{
		"nothing":     {func(*configs.Config) {}, "11", "11"},
		"their order": {func(c *configs.Config) { slices.Reverse(c.RemoteWrites) }, "11", "11"},
		"a URL":       {func(c *configs.Config) { c.RemoteWrites[0].URL = &url.URL{Scheme: "http", Host: "three"} }, "11", "11"},
		"a setting":   {func(c *configs.Config) { c.RemoteWrites[1].Timeout = time.Hour }, "11", "11"},
		"a limit":     {func(c *configs.Config) { c.RemoteWrites[0].Spool.MaxSize = 2 }, "11", "11"},
		"a directory": {func(c *configs.Config) { c.RemoteWrites[0].Spool.Directory = "/two" }, "01", "01"},
		"no spool":    {func(c *configs.Config) { c.RemoteWrites[0].Spool = nil }, "01", "01"},
		"a name": {func(c *configs.Config) {
			c.RemoteWrites[1].Name, c.Jobs[0].Gateways, c.Jobs[1].Gateways = "2", []string{"gw", "one", "2"}, []string{"2"}
		}, "10", "00"},
		"where a job goes": {func(c *configs.Config) { c.Jobs[1].Gateways = []string{"one", "two"} }, "11", "10"},
		"one less": {func(c *configs.Config) {
			c.RemoteWrites, c.Jobs[0].Gateways = c.RemoteWrites[1:], []string{"gw", "two"}
		}, "1", "01"},
	} {
		cfg := storingConfig()
		test.change(cfg)
		after := f.settled(cfg, before)
		var stores, targets string
		for _, part := range after.stores {
			stores += mark(slices.ContainsFunc(before.stores, func(old storePart) bool { return old.store == part.store }))
		}
		for _, target := range after.targets() {
			targets += mark(slices.Contains(before.targets(), target))
		}
		if stores != test.stores || targets != test.targets {
			t.Errorf("%s: got stores %s and targets %s, want %s and %s", name, stores, targets, test.stores, test.targets)
		}
	}
}

// What runs has its new settings at the switch, not before.
func TestSetStoresAtTheSwitch(t *testing.T) {
	f := newFerry(1<<20, composition{})
	before := f.settled(storingConfig(), new(parts))
	cfg := storingConfig()
	cfg.RemoteWrites[0].URL = &url.URL{Scheme: "http", Host: "three"}
	cfg.RemoteWrites[0].Spool.MaxSize = 3
	after := f.settled(cfg, before)
	for i, want := range []string{"http://one", "http://two"} {
		if got := before.stores[i].store.Status().URL; got != want {
			t.Errorf("store %d sends to %s before the switch, want %s", i, got, want)
		}
	}
	f.setStores(before, after)
	for i, want := range []string{"http://three", "http://two"} {
		if got := after.stores[i].store.Status().URL; got != want {
			t.Errorf("store %d sends to %s after the switch, want %s", i, got, want)
		}
	}
	if got := after.stores[0].store.Status().Spool.MaxSize; got != 3 {
		t.Errorf("the spool may have %d bytes, want what the new settings say", got)
	}
}

// A store that has no spool any more says nothing of one: an alert on what it was
// like would never end.
func TestSpoolThatIsTakenOutIsForgotten(t *testing.T) {
	f := newFerry(1<<20, composition{})
	cfg := storingConfig()
	cfg.RemoteWrites[0].Spool = &configs.Spool{Directory: t.TempDir(), MaxSize: 16 << 20}
	before := f.settled(cfg, new(parts))
	gone := before.stores[0]
	gone.store.Open()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	gone.store.Run(ended)
	if err := gone.store.Close(); err != nil {
		t.Fatal(err)
	}
	if n := f.series(t, "promferry_remote_write_spool_"); n == 0 {
		t.Error("a spool has no metrics")
	}
	without := storingConfig()
	without.RemoteWrites[0].Spool = nil
	f.parts = f.settled(without, before)
	f.forgetStore(gone)
	if n := f.series(t, "promferry_remote_write_spool_"); n > 0 {
		t.Errorf("%d series of a spool that is there no more", n)
	}
	if n := f.series(t, "promferry_remote_write_up"); n != 1 {
		t.Errorf("%d series say whether the store is up, want 1", n)
	}
}

// series counts those of the metrics that begin so.
func (f *ferry) series(t *testing.T, prefix string) (n int) {
	t.Helper()
	families, err := f.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if strings.HasPrefix(family.GetName(), prefix) {
			n += len(family.Metric)
		}
	}
	return n
}

// A dry run has no spool: it must not touch what waits there for others.
func TestDryRunHasNoSpool(t *testing.T) {
	w := storingConfig().RemoteWrites[0]
	if spool := newFerry(1<<20, composition{}).spoolOf(w); spool == nil || spool.Directory != "/one" {
		t.Errorf("got spool %v, want one in /one", spool)
	}
	if spool := newFerry(1<<20, composition{dry: new(dryRun)}).spoolOf(w); spool != nil {
		t.Errorf("got spool %v in a dry run, want none", spool)
	}
}
