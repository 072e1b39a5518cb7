package test

import (
	"strings"
	"testing"
)

// TestTypeClash pushes two targets that do not agree on types to one gateway,
// which refuses a whole push for one family.
func TestTypeClash(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	first := startScripted(t, exposition("# TYPE x counter\nx 1\n# TYPE h gauge\nh 1\n"))
	second := startScripted(t, exposition("# TYPE x gauge\nx 2\n# TYPE h histogram\nh_bucket{le=\"+Inf\"} 3\nh_sum 3\nh_count 3\n"))
	once(t, clashConfig(t, gw, leisurely, "first", first)).mustBeSilent(t)
	r := once(t, clashConfig(t, gw, leisurely, "second", second))
	if lines := linesWith(r.stderr, "left out", `job="second"`, " h\n"); r.code != 0 || len(lines) != 1 {
		t.Errorf("exit code %d, want 0 and one line that names h: %s", r.code, r.stderr)
	}
	for job, want := range map[string]seriesSet{"first": {"x": 1, "h": 1}, "second": {"x": 2}} {
		if err := gw.groupHolds(job, want, 1)(); err != nil {
			t.Errorf("group of job %s: %v", job, err)
		}
	}
}

// TestTypeClashThatComesLater: a clash that is not there when the gateway is
// first read for its types must not cost a target its group either.
func TestTypeClashThatComesLater(t *testing.T) {
	t.Parallel()
	gw := startPushgateway(t)
	const counter, gauge = "# TYPE x counter\nx 1\n", "# TYPE x gauge\nx 2\n"
	first, second := startScripted(t, exposition(counter)), startScripted(t, exposition(gauge))
	ferry := run(t, clashConfig(t, gw, often, "first", first, "second", second))
	eventually(t, "first target", gw.groupHolds("first", seriesSet{"x": 1}, 1))
	eventually(t, "second target", gw.groupHolds("second", seriesSet{"x": 2}, 1))

	first.answer.Store(exposition(counter + strings.ReplaceAll(counter, "x", "y")))
	eventually(t, "first target with y", gw.groupHolds("first", seriesSet{"x": 1, "y": 1}, 1))
	second.answer.Store(exposition(gauge + strings.ReplaceAll(gauge, "x", "y")))
	eventually(t, "second target with y", gw.groupHolds("second", seriesSet{"x": 2, "y": 2}, 1))
	ferry.terminate(t)
}

// clashConfig has an interval, and a job for each pair of a name and a target.
func clashConfig(t *testing.T, gw gateway, interval string, jobs ...any) string {
	t.Helper()
	text := "global {\n scrape_interval = %q\n scrape_timeout = %q\n}\ngateway \"default\" { url = %q }\n"
	args := []any{interval, interval, gw.url}
	for i := 0; i < len(jobs); i += 2 {
		text += "job %q {\n targets = [%q]\n instance = \"i\"\n}\n"
		args = append(args, jobs[i], jobs[i+1].(*scripted).address())
	}
	return config(t, text, args...)
}
