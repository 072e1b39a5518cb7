package test

import (
	"fmt"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestDemo starts the demo where its usual ports are taken.
func TestDemo(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"127.0.0.1:9091", "127.0.0.1:9097"} {
		if l, err := net.Listen("tcp", address); err == nil { // else it is taken already
			defer l.Close()
		}
	}
	demo := startFerry(t, nil, "demo")
	var urls []string
	eventually(t, "addresses", func() error {
		urls = slices.Compact(demoURL.FindAllString(demo.stdout.String(), -1))
		if len(urls) != 2 {
			return fmt.Errorf("%v in: %s%s", urls, &demo.stdout, &demo.stderr)
		}
		return nil
	})
	gw, page := gateway{urls[0]}, urls[1]
	if slices.Contains(urls, "http://127.0.0.1:9091") || slices.Contains(urls, "http://127.0.0.1:9097") {
		t.Errorf("addresses %v, want free ones", urls)
	}
	eventually(t, "series in the demo's gateway", func() error { return demoHolds(gw) })
	eventually(t, "two lines of pushes", func() error {
		out := demo.stdout.String()
		if len(linesWith(out, "PUT ", "/metrics/job/promferry/", ": stored")) == 0 || len(linesWith(out, "PUT ", "/metrics/job/network_traffic/", ": stored")) == 0 {
			return fmt.Errorf("not in: %s", out)
		}
		return nil
	})
	body, err := get(page + "/")
	if err != nil || !strings.Contains(string(body), "network_traffic") {
		t.Errorf("status page does not show the job: %v\n%s", err, body)
	}
	demo.signal(t, os.Interrupt)
	if code := demo.exitCode(t); code != 0 {
		t.Errorf("exit code %d after SIGINT, want 0\n%s", code, &demo.stderr)
	}
}

var demoURL = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// demoHolds looks for what the README promises of the demo.
func demoHolds(gw gateway) error {
	all, _, err := gw.metrics()
	if err != nil {
		return err
	}
	up, network := false, false
	for _, s := range all {
		name, job := s.labels.Get("__name__"), s.labels.Get("job")
		up = up || name == "up" && job == "promferry" && s.value == 1
		network = network || strings.HasPrefix(name, "network_") && job == "network_traffic"
	}
	if !up || !network {
		return fmt.Errorf("up of promferry: %v, network_…: %v", up, network)
	}
	return nil
}
