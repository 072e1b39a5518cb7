package test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestCorpusTogetherInOneGateway relays all captures that Prometheus takes
// into one gateway, where the same name often has another type: whatever does
// not arrive is named.
func TestCorpusTogetherInOneGateway(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	all := slices.DeleteFunc(captures(t), func(c capture) bool {
		return !strings.HasPrefix(c.verdict, "ok")
	})
	exporter := startScripted(t, serveCaptures(t, all))
	var jobs strings.Builder
	for i, c := range all {
		fmt.Fprintf(&jobs, "job \"capture%d\" {\n targets = [\"%s/%s\"]\n instance = \"i\"\n}\n", i, exporter.URL, c.path)
	}
	r := once(t, config(t, "gateway \"default\" { url = %q }\n%s", gw.url, jobs.String()))
	if r.code != 0 {
		t.Errorf("exit code %d, want 0\n%.5000s", r.code, r.stderr)
	}
	stored, _, err := gw.metrics()
	if err != nil {
		t.Fatal(err)
	}
	whole := 0
	for i, c := range all {
		group := groupOf(stored, fmt.Sprintf("capture%d", i), "i")
		named := strings.Join(linesWith(r.stderr, fmt.Sprintf(`job="capture%d"`, i)), "")
		if left := checkArrival(t, c, group, named); len(left) == 0 {
			whole++
		}
	}
	t.Logf("%d captures in one gateway: %d whole", len(all), whole)
}
