package test

import (
	"net/http"
	"strings"
	"testing"
)

// TestDelete takes exactly one group away and says whether it was there.
func TestDelete(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	for _, path := range []string{"/metrics/job/j", "/metrics/job/j/instance/i", "/metrics/job/j/instance/i/a/b", "/metrics/job/j/instance@base64/YS9i"} {
		if code, text := gw.put(t, path, "a 1\n"); code != http.StatusOK {
			t.Fatalf("put %s: %d %s", path, code, text)
		}
	}
	check := func(says string, flags ...string) {
		t.Helper()
		r := promferry(t, nil, append([]string{"delete", "--gateway=" + gw.url}, flags...)...)
		if r.code != 0 || r.stderr != "" || !strings.Contains(r.stdout, says) {
			t.Errorf("%s: exit code %d, want 0 and %q\nstdout: %s\nstderr: %s", flags, r.code, says, r.stdout, r.stderr)
		}
	}
	check("/metrics/job/j/instance/other was not there", "--job=j", "--instance=other")
	check("deleted /metrics/job/j/instance@base64/YS9i, last pushed ", "--job=j", "--instance=a/b")
	check("/metrics/job/j/instance@base64/YS9i was not there", "--job=j", "--instance=a/b")
	check("deleted /metrics/job/j/instance/i/a/b, last pushed ", "--job=j", "--instance=i", "--label=a=b")
	check("deleted /metrics/job/j, last pushed ", "--job=j", "--instance=")
	if set := gw.must(t, "j", "i"); set["a"] != 1 || len(set) != 1 {
		t.Errorf("the group beside them: got %v, want it as it was", set)
	}

	pushed(t, "a 1\n", "--gateway="+gw.url, "--job=mine", "--label=x=y").mustBeSilent(t)
	check(", last pushed ", "--job=mine", "--label=x=y") // the same flags, the same group
	gw.put(t, "/metrics/job/phantom/instance/i", "# TYPE go_goroutines counter\ngo_goroutines 1\n")
	check("never pushed", "--job=phantom", "--instance=i")
}
