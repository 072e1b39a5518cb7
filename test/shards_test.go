package test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
)

// instances returns those of a job that a gateway holds.
func (g gateway) instances(job string) (map[string]bool, error) {
	all, _, err := g.metrics()
	found := make(map[string]bool)
	for _, s := range all {
		if s.labels.Get(model.MetricNameLabel) == "push_time_seconds" && s.labels.Get(model.JobLabel) == job {
			found[s.labels.Get(model.InstanceLabel)] = true
		}
	}
	return found, err
}

// spread checks that each of n instances is at one of the gateways, and that
// each gateway has some.
func spread(n int, gateways ...gateway) func() error {
	return func() error {
		all := make(map[string]bool)
		for _, gw := range gateways {
			here, err := gw.instances("app")
			if err != nil {
				return err
			}
			if len(here) == 0 {
				return fmt.Errorf("nothing at %s", gw.url)
			}
			for instance := range here {
				if all[instance] {
					return fmt.Errorf("%s is at two gateways", instance)
				}
				all[instance] = true
			}
		}
		if len(all) != n {
			return fmt.Errorf("%d instances, want %d", len(all), n)
		}
		return nil
	}
}

// manyTargets are the static_configs of n instances of one target.
func manyTargets(n int, address string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "static_config {\n targets = [%q]\n labels = { instance = \"i-%d\" }\n}\n", address, i)
	}
	return b.String()
}

// TestShards: groups are spread over the shards, and each is at one of them
// after the list has changed, too. One that goes keeps
// nothing.
func TestShards(t *testing.T) {
	t.Parallel()
	target := startScripted(t, exposition(goodText))
	first, second := startPushgateway(t), startPushgateway(t)
	const n = 30
	settings := func(url string) string {
		return fmt.Sprintf(`
			global { scrape_interval = "1s" }
			gateway "default" { %s }
			job "app" {
				%s
			}
		`, url, manyTargets(n, target.address()))
	}
	two := settings(fmt.Sprintf("urls = [%q, %q]", second.url, first.url))
	file := config(t, "%s", settings(fmt.Sprintf("url = %q", first.url)))
	ferry := run(t, file)
	eventually(t, "groups at the only gateway", spread(n, first))
	rewrite(t, file, "%s", two)
	ferry.reload(t)
	eventually(t, "groups at two shards", spread(n, first, second))
	for _, gw := range []gateway{first, second} {
		shard := strings.TrimPrefix(gw.url, "http://")
		if err := ferry.atLeast(fmt.Sprintf(`promferry_pushes_total{gateway="default",method="PUT",shard=%q}`, shard), 1); err != nil {
			t.Error(err)
		}
	}
	rewrite(t, file, "%s", settings(fmt.Sprintf("urls = [%q]", second.url)))
	ferry.reload(t)
	eventually(t, "groups at the other gateway", spread(n, second))
	eventually(t, "nothing left behind", isEmpty(first, "app"))
	ferry.terminate(t)
}

// TestShardsAndCommands: push goes to the group's shard; delete takes the group
// from the others, too.
func TestShardsAndCommands(t *testing.T) {
	t.Parallel()
	first, second := startPushgateway(t), startPushgateway(t)
	flags := []string{
		"--config.file=" + config(t, "gateway \"default\" { urls = [%q, %q] }\njob \"x\" { targets = [\"x\"] }\n", first.url, second.url),
		"--job=app", "--instance=i",
	}
	text := filepath.Join(t.TempDir(), "a.prom")
	if err := os.WriteFile(text, []byte("a 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	promferry(t, nil, slices.Concat([]string{"push"}, flags, []string{text})...).mustBeSilent(t)
	at, without := first, second
	if len(first.must(t, "app", "i")) == 0 {
		at, without = second, first
	}
	if len(at.must(t, "app", "i")) == 0 || len(without.must(t, "app", "i")) > 0 {
		t.Fatal("the group is not at one shard")
	}
	promferry(t, nil, "push", "--gateway="+without.url, "--job=app", "--instance=i", text).mustBeSilent(t)

	r := promferry(t, nil, slices.Concat([]string{"delete"}, flags)...)
	for _, gw := range []gateway{first, second} {
		want := fmt.Sprintf("gateway \"default\", shard %q: deleted /metrics/job/app/instance/i, last pushed ", strings.TrimPrefix(gw.url, "http://"))
		if r.code != 0 || !strings.Contains(r.stdout, want) {
			t.Errorf("exit code %d, want 0, and %q in: %s%s", r.code, want, r.stdout, r.stderr)
		}
		eventually(t, "the end of the group", isEmpty(gw, "app"))
	}
}

// isEmpty checks that a gateway holds no group of a job.
func isEmpty(gw gateway, job string) func() error {
	return func() error {
		here, err := gw.instances(job)
		if err == nil && len(here) > 0 {
			err = fmt.Errorf("there: %v", here)
		}
		return err
	}
}
