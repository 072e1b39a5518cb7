package push

import (
	"strings"
	"testing"
	"testing/iotest"

	"github.com/promferry/promferry/convert"
)

func TestExposed(t *testing.T) {
	group := convert.LabelsOf(map[string]string{"job": `a"b\c`, "instance": "i"})
	body := said("# TYPE h histogram\nh_sum 1\n# TYPE up gauge\nup 1\n")
	check := func(text string, want exposed) {
		t.Helper()
		e := newExposed(group, body)
		if err := e.read(iotest.OneByteReader(strings.NewReader(text))); err != nil {
			t.Fatal(err)
		}
		got := exposed{empty: e.empty, pushgateway: e.pushgateway, pushTime: e.pushTime, series: e.series}
		if got.empty != want.empty || got.pushgateway != want.pushgateway || got.pushTime != want.pushTime || got.series != want.series {
			t.Errorf("%q: got %+v, want %+v", text, got, want)
		}
	}
	const ours = `{instance="i",job="a\"b\\c"}`
	check("", exposed{empty: true})
	check("\n\n", exposed{empty: true})
	check("# HELP up Up.\n", exposed{})
	check("up"+ours+" 1\n", exposed{series: true})
	check(`up{job="a\"b\\c",instance="i"} 1`, exposed{series: true})
	check("up 1\nup{instance=\"i\"} 1\nup_x"+ours+" 1\n", exposed{})
	check(`up{xinstance="i",job="a\"b\\c"} 1`+"\n", exposed{})
	check("push_time_seconds"+ours+" 1\n", exposed{pushgateway: true, pushTime: true})
	check(`push_time_seconds{instance="other",job="a"} 1`+"\n", exposed{pushgateway: true})
	check("pushgateway_build_info{} 1\n", exposed{pushgateway: true})
	check(strings.Repeat("x", 64<<10)+"up"+ours+" 1\n", exposed{})
	check("h_sum"+ours+" 1\n", exposed{})
}
