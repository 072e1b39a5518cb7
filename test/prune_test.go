package test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func prune(t testing.TB, gateway string, flags ...string) result {
	t.Helper()
	return promferry(t, nil, append([]string{"prune", "--gateway=" + gateway}, flags...)...)
}

// TestPrune deletes old groups of a real gateway, whatever their labels are,
// but those that it cannot name.
func TestPrune(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	for _, path := range []string{
		"/metrics/job/plain/instance/i",
		"/metrics/job/alone",
		"/metrics/job@base64/Li4/instance@base64/YS9iIMO8CiUyRg", // "..", "a/b ü\n%2F"
		"/metrics/job/phantom/instance/i",
		"/metrics/job/hidden/instance/i",
	} {
		text := "a 1\n"
		if strings.Contains(path, "phantom") {
			text = "# TYPE go_goroutines counter\ngo_goroutines 1\n"
		} else if strings.Contains(path, "hidden") {
			text = "labels 1\n"
		}
		gw.put(t, path, text)
	}
	var r result
	eventually(t, "groups are older than a second", func() error {
		if r = prune(t, gw.url, "--older-than=1s"); strings.Contains(r.stdout, "4 of 5 groups are older than 1s; --yes deletes them\n") {
			return nil
		}
		return fmt.Errorf("not: %s", r.stdout)
	})
	for _, want := range []string{
		`never pushed  `,
		`  {instance="i",job="plain"}  `,
		gw.url + "/metrics/job/alone\n",
		`{instance="a/b ü\n%2F",job=".."}`,
	} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("stdout has no %q:\n%s", want, r.stdout)
		}
	}
	if r.code != 1 || !strings.Contains(r.stderr, "group {} stays") || strings.Count(r.stderr, "\n") != 1 {
		t.Errorf("exit code %d, want 1 and a line for the group that cannot be named: %s", r.code, r.stderr)
	}
	if set := gw.must(t, "plain", "i"); set["a"] != 1 {
		t.Error("without --yes a group is gone")
	}

	r = prune(t, gw.url, "--older-than=1s", `--match={job=~"p.*"}`, "--yes")
	if r.code != 0 || r.stderr != "" || !strings.Contains(r.stdout, "2 of 5 groups deleted\n") {
		t.Errorf("with a matcher: exit code %d, want 0 and two groups\nstdout: %s\nstderr: %s", r.code, r.stdout, r.stderr)
	}
	prune(t, gw.url, "--older-than=1h", "--yes").mustBeSilent(t)
	r = prune(t, gw.url, "--older-than=1s", "--yes")
	if r.code != 1 || !strings.Contains(r.stdout, "2 of 3 groups deleted\n") {
		t.Errorf("the rest: exit code %d, want 1 and two groups\nstdout: %s\nstderr: %s", r.code, r.stdout, r.stderr)
	}
	all, _, err := gw.metrics()
	if err != nil {
		t.Fatal(err)
	}
	for series := range setOf(all) {
		if strings.Contains(series, `job="`) && !strings.Contains(series, `job="hidden"`) {
			t.Errorf("still there: %s", series)
		}
	}
}

// TestPruneLeavesWhatNobodyCanName: the key of a poisoned group is not in the
// gateway's JSON (contract C15).
func TestPruneLeavesWhatNobodyCanName(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	gw.put(t, "/metrics/job/poison/instance/%FF", "a 1\n")
	gw.put(t, "/metrics/job/empty/instance@base64/=", "a 1\n")
	r := prune(t, gw.url, "--older-than=1s", "--yes")
	if r.code != 1 || r.stdout != "" || !strings.Contains(r.stderr, "may not be UTF-8") || !strings.Contains(r.stderr, "a label is empty") {
		t.Errorf("exit code %d, want 1 and two groups that stay\nstdout: %s\nstderr: %s", r.code, r.stdout, r.stderr)
	}
	body, err := get(gw.url + "/api/v1/metrics")
	if err != nil || !strings.Contains(string(body), `"poison"`) || !strings.Contains(string(body), `"empty"`) {
		t.Errorf("a group is gone: %v, %s", err, body)
	}
}

// TestPruneByTheGatewaysClock: ours may be wrong.
func TestPruneByTheGatewaysClock(t *testing.T) {
	t.Parallel()
	date := time.Now().Add(-30 * 24 * time.Hour)
	gw := startScripted(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", date.UTC().Format(http.TimeFormat))
		fmt.Fprintf(w, `{"status":"success","data":[{"labels":{"job":"j"},"last_push_successful":true,
			"push_time_seconds":{"type":"GAUGE","metrics":[{"labels":{"job":"j"},"value":"%d"}]}}]}`, date.Add(-time.Minute).Unix())
	})
	if r := prune(t, gw.URL, "--older-than=1h", "--yes"); r.code != 0 || r.stdout != "" || gw.requests.Load() != 1 {
		t.Errorf("exit code %d after %d requests, want only a look\n%s%s", r.code, gw.requests.Load(), r.stdout, r.stderr)
	}
	if r := prune(t, gw.URL, "--older-than=30s"); !strings.Contains(r.stdout, "last pushed 1m ago") && !strings.Contains(r.stdout, "last pushed 1m1s ago") {
		t.Errorf("got %s, want an age of a minute", r.stdout)
	}
}

// TestPruneSaysWhatIsNotDeleted: each gateway has its own answers.
func TestPruneSaysWhatIsNotDeleted(t *testing.T) {
	t.Parallel()
	gw := startScripted(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodGet:
			fmt.Fprint(w, storedGroups(50))
		case r.URL.Path == "/metrics/job/j7":
			w.WriteHeader(http.StatusAccepted)
		default:
			http.Error(w, "no", http.StatusBadRequest)
		}
	})
	r := prune(t, gw.URL, "--older-than=1h", "--yes")
	if r.code != 1 || strings.Count(r.stdout, "\n") != 2 || !strings.Contains(r.stdout, "1 of 50 groups deleted") {
		t.Errorf("exit code %d, want 1 and one group deleted:\n%s", r.code, r.stdout)
	}
	if strings.Count(r.stderr, "\n") != 21 || !strings.Contains(r.stderr, "not deleted: ") || !strings.Contains(r.stderr, "and 29 more") {
		t.Errorf("stderr: want 20 lines and the number of the others:\n%s", r.stderr)
	}
}

// TestPruneOfHalfAnAnswer: what is known by then is deleted, and nobody knows how
// many groups there are.
func TestPruneOfHalfAnAnswer(t *testing.T) {
	t.Parallel()
	gw := startScripted(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			text := storedGroups(3)
			fmt.Fprint(w, text[:len(text)-10])
			return
		}
		w.WriteHeader(http.StatusAccepted)
	})
	for flag, want := range map[string]string{
		"--timeout=1m":         "2 of at least 2 groups are older than 1h; --yes deletes them\n",
		"--match=job=\"none\"": "none of at least 2 groups is older than 1h\n",
		"--yes":                "2 of at least 2 groups deleted\n",
	} {
		r := prune(t, gw.URL, "--older-than=1h", flag)
		if r.code != 1 || !strings.HasSuffix(r.stdout, want) || strings.Count(r.stderr, "\n") != 1 {
			t.Errorf("%s: exit code %d, want 1 and %q\nstdout: %s\nstderr: %s", flag, r.code, want, r.stdout, r.stderr)
		}
	}
}

// TestPruneGivesUp: what a gateway refuses to anybody is not asked for 50 times.
func TestPruneGivesUp(t *testing.T) {
	t.Parallel()
	gw := startScripted(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			fmt.Fprint(w, storedGroups(50))
			return
		}
		http.Error(w, "Forbidden", http.StatusForbidden)
	})
	r := prune(t, gw.URL, "--older-than=1h", "--yes")
	if r.code != 1 || r.stdout != "" || strings.Count(r.stderr, "not deleted: ") != 20 || strings.Count(r.stderr, "status 403") != 20 {
		t.Errorf("exit code %d, want 1 and the reason for each group\n%s\n%s", r.code, r.stdout, r.stderr)
	}
	if n := gw.requests.Load(); n > 20 {
		t.Errorf("gateway has %d requests, want a few", n)
	}
}

// storedGroups is what a gateway says of old groups, j0 to j(n-1).
func storedGroups(n int) string {
	groups := make([]string, n)
	for i := range groups {
		groups[i] = fmt.Sprintf(`{"labels":{"job":"j%d"},"last_push_successful":true,
			"push_time_seconds":{"type":"GAUGE","metrics":[{"labels":{},"value":"1"}]}}`, i)
	}
	return `{"status":"success","data":[` + strings.Join(groups, ",") + `]}`
}
