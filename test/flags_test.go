package test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRunWithoutFile: flags, or their twins in the environment, are a whole
// configuration.
func TestRunWithoutFile(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	target := startScripted(t, exposition(goodText))
	for name, way := range map[string]struct{ args, env []string }{
		"flags": {args: []string{"--target=" + target.address(), "--gateway=" + gw.url, "--job=flags", "--instance=i"}},
		"environment": {env: []string{
			"PROMFERRY_TARGET=" + target.address(), "PROMFERRY_GATEWAY=" + gw.url,
			"PROMFERRY_JOB=environment", "PROMFERRY_INSTANCE=i",
			"PROMFERRY_SHUTDOWN_TIMEOUT=5s", "PROMFERRY_LOG_FORMAT=logfmt",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ferry := startDaemon(t, way.env, way.args...) // without a command: run
			eventually(t, "first push", gw.groupHolds(name, goodSeries, 1))
			ferry.lives(t)
			ferry.terminate(t)
			if err := gw.groupHolds(name, seriesSet{}, 0)(); err != nil {
				t.Errorf("after SIGTERM: %v", err)
			}
		})
	}
}

// TestOnceWithoutFile needs no more than a target and a gateway.
func TestOnceWithoutFile(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	target := startScripted(t, exposition(goodText))
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	promferry(t, nil, "once", "--target="+target.URL+"/metrics", "--gateway="+gw.url).mustBeSilent(t)
	if err := gw.must(t, "app", host+":"+port(t, target.address())).holds(goodSeries, 1); err != nil {
		t.Errorf("without job and instance: %v", err)
	}
}

// TestProbes asks a daemon for its health as a container without curl does.
func TestProbes(t *testing.T) {
	t.Parallel()
	down := startScripted(t, hang)
	down.Close()
	ferry := startDaemon(t, nil, "--target=localhost:1", "--gateway="+down.URL) // an outage is no reason to restart
	address := "--web.listen-address=" + hostPort(t, ferry.url)
	for _, probe := range []string{"healthy", "ready"} {
		if r := promferry(t, nil, "check", probe, address); r.code != 0 {
			t.Errorf("check %s: exit code %d, want 0: %s", probe, r.code, r.stderr)
		}
		if r := promferry(t, nil, "check", probe, "--web.listen-address="+down.address()); r.code != 1 || r.stderr == "" {
			t.Errorf("check %s of nothing: exit code %d, want 1 and a reason: %s", probe, r.code, r.stderr)
		}
	}
}

// TestNoWebServer: an empty address is none.
func TestNoWebServer(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	target := startScripted(t, exposition(goodText))
	ferry := startFerry(t, nil, "run", "--web.listen-address=", "--config.file="+settingsConfig(t, gw.url, often, "", target))
	eventually(t, "first push", gw.groupHolds("app", goodSeries, 1))
	ferry.terminate(t)
	if strings.Contains(ferry.stderr.String(), "status page") {
		t.Errorf("log has a status page:\n%s", &ferry.stderr)
	}
}

// TestNothingToDo says how to start.
func TestNothingToDo(t *testing.T) {
	t.Parallel()
	for name, check := range map[string]struct {
		args []string
		says string
	}{
		"nothing":        {nil, "promferry demo"},
		"run":            {[]string{"run"}, "promferry demo"},
		"once":           {[]string{"once"}, "--target="},
		"target alone":   {[]string{"--target=localhost:1"}, "--gateway"},
		"gateway alone":  {[]string{"--gateway=http://localhost:1"}, "--target"},
		"file and flags": {[]string{"--config.file=x.hcl", "--target=localhost:1", "--gateway=http://localhost:1"}, "--config.file"},
		"no such file":   {[]string{"--config.file=absent.hcl"}, "absent.hcl"},
		"no such flag":   {[]string{"run", "--absent"}, "absent"},
		"bad target":     {[]string{"--target=ftp://x", "--gateway=http://localhost:1"}, "ftp"},
	} {
		r := promferry(t, nil, check.args...)
		if r.code != 2 || !strings.Contains(r.stderr, check.says) {
			t.Errorf("%s: exit code %d, want 2 and %q in: %s", name, r.code, check.says, r.stderr)
		}
	}
}

// TestExamplesPassCheckConfig runs the program over configs/examples.
func TestExamplesPassCheckConfig(t *testing.T) {
	t.Parallel()
	examples, err := filepath.Glob("../configs/examples/*.hcl")
	if err != nil || len(examples) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, example := range examples {
		path, err := filepath.Abs(example)
		if err != nil {
			t.Fatal(err)
		}
		r := promferry(t, []string{"PUSHGATEWAY_PASSWORD=x", "MIMIR_PASSWORD=x"}, "check", "config", path)
		if r.code != 0 {
			t.Errorf("%s: exit code %d, want 0\n%s%s", example, r.code, r.stdout, r.stderr)
		}
	}
}
