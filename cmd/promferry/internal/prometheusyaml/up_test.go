package prometheusyaml

import (
	"slices"
	"testing"
)

func TestSelectorsOfUp(t *testing.T) {
	check := func(expr string, want ...string) {
		t.Helper()
		if got := selectorsOfUp(expr); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", expr, got, want)
		}
	}
	check("up == 0", "")
	check("up{job='a'} == 0", "{job='a'}")
	check("up {job=\"}\\\"\"}", "{job=\"}\\\"\"}")
	check("min_over_time(up{job=`\\`}[5m]) < 1 and up", "{job=`\\`}", "")
	check(`{__name__="up", job="a"}`, `{__name__="up", job="a"}`)
	check(`sum by (up) (up)`, "")
	check(`count without(up) (x) + on (up) group_left (up) y`)
	check(`node_up + up_time + up:avg + x{up="up"} + "up" # up`)
	check("x # up\n+ up", "")
	check("")
	check("up{", "{")
	check(`"up`)
	check("by (")
}
