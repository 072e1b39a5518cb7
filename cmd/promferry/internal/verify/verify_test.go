package verify

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/model"
)

// A line of a way is a series and its samples, spread over the window: each
// quarter has two. A point is none, h3 a native histogram with a count of 3.
var lineForm = regexp.MustCompile(`^([^{]*)\{(.*)\} (.+)$`)

func wayOf(t testing.TB, text string) (all []Series) {
	t.Helper()
	w := Window{End: model.TimeFromUnix(1_700_000_000), Length: 80 * time.Second}
	for line := range strings.Lines(text) {
		form := lineForm.FindStringSubmatch(strings.TrimSpace(line))
		if form == nil {
			t.Fatalf("no line of a way: %q", line)
		}
		stream := model.SampleStream{Metric: model.Metric{model.MetricNameLabel: model.LabelValue(form[1])}}
		for pair := range strings.SplitSeq(form[2], ",") {
			name, value, _ := strings.Cut(pair, "=")
			stream.Metric[model.LabelName(name)] = model.LabelValue(value)
		}
		fields := strings.Fields(form[3])
		for i, field := range fields {
			at := w.End.Add(-75*time.Second + time.Duration(i)*70*time.Second/time.Duration(max(1, len(fields)-1)))
			addSample(t, &stream, at, field)
		}
		all = append(all, NewSeries(stream, w))
	}
	return all
}

func addSample(t testing.TB, stream *model.SampleStream, at model.Time, text string) {
	t.Helper()
	if text == "." {
		return
	}
	count, native := strings.CutPrefix(text, "h")
	value, err := strconv.ParseFloat(count, 64)
	switch {
	case err != nil:
		t.Fatal(err)
	case native:
		stream.Histograms = append(stream.Histograms, model.SampleHistogramPair{Timestamp: at, Histogram: &model.SampleHistogram{Count: model.FloatString(value)}})
	default:
		stream.Values = append(stream.Values, model.SamplePair{Timestamp: at, Value: model.SampleValue(value)})
	}
}

// compared is a report in lines: the numbers of targets, series, steady ones and
// those compared by value, then the findings.
func compared(t testing.TB, direct, relayed string, ignored ...string) []string {
	t.Helper()
	r := Compare(wayOf(t, direct), wayOf(t, relayed), ignored...)
	lines := []string{fmt.Sprint(r.Targets, r.Series, r.Steady, r.ByValue, r.Passing)}
	for _, f := range r.Findings {
		lines = append(lines, fmt.Sprintf("%s: %s", kindNames[f.Kind], f.What))
	}
	return lines
}

var kindNames = map[Kind]string{
	NothingToCompare: "nothing", SameSeries: "same", NoHonorLabels: "honor", Ambiguous: "ambiguous", TargetNotRelayed: "no target",
	TargetNotDirect: "new target", NotPushed: "stale", OtherLabel: "label", NotRelayed: "lost", NotDirect: "extra", OtherShape: "shape", OtherValue: "value",
}

func TestCompare(t *testing.T) {
	for name, c := range map[string]struct {
		direct, relayed string
		ignored         []string
		want            []string
	}{
		"alike, but for what each way has of its own": {
			direct: `up{job=d,instance=i} 1 1 1 1
				scrape_series_added{job=d,instance=i} 3 0 0 0
				scrape_sample_limit{job=d,instance=i} 0 0 0 0
				scrape_duration_seconds{job=d,instance=i} 1 1 1 1`,
			relayed: `up{job=r,instance=i} 1 1 1 1
				push_time_seconds{job=r,instance=i} 1 2 3 4
				push_failure_time_seconds{job=r,instance=i} 0 0 0 0
				scrape_duration_seconds{job=r,instance=i} 2 2 2 2`,
			want: []string{"1 2 2 1 0"},
		},
		"le and quantile are numbers, other labels are not, and empty ones are none": {
			direct: `b{job=d,instance=i,le=1.0} 1 1 1 1
				b{job=d,instance=i,le=1e+06} 1 1 1 1
				q{job=d,instance=i,quantile=0.50} 1 1 1 1
				v{job=d,instance=i,version=1.0,x=} 1 1 1 1`,
			relayed: `b{job=r,instance=i,le=1} 1 1 1 1
				b{job=r,instance=i,le=1000000} 1 1 1 1
				q{job=r,instance=i,quantile=0.5} 1 1 1 1
				v{job=r,instance=i,version=1} 1 1 1 1`,
			want: []string{"1 3 3 3 0", `label: version: direct "1.0", relayed "1"; series: 1, as v{instance="i",job="d",version="1.0"}`},
		},
		"what moves by both ways says nothing": {
			direct: `a{job=d,instance=i} 1 2 3 4
				nan{job=d,instance=i} 1 NaN 1 NaN`,
			relayed: `a{job=r,instance=i} 11 12 13 14
				nan{job=r,instance=i} 2 3 2 3`,
			want: []string{"1 2 2 0 0"},
		},
		"what stands still by one way was there by the other": {
			direct: `seen{job=d,instance=i} 5 5 5 6
				never{job=d,instance=i} 5 5 5 6
				nan{job=d,instance=i} NaN NaN NaN NaN
				inf{job=d,instance=i} +Inf +Inf +Inf +Inf
				was{job=d,instance=i} NaN NaN 1 1`,
			relayed: `seen{job=r,instance=i} 5 5 5 5
				never{job=r,instance=i} 4 4 4 4
				nan{job=r,instance=i} NaN NaN NaN NaN
				inf{job=r,instance=i} +Inf +Inf +Inf +Inf
				was{job=r,instance=i} 2 2 2 2`,
			want: []string{"1 5 5 5 0",
				`value: never{instance="i",job="d"}: direct 5 to 6, relayed 4`,
				`value: was{instance="i",job="d"}: direct 1 or NaN, relayed 2`},
		},
		"NaN is no number": {
			direct:  `a{job=d,instance=i} NaN NaN NaN NaN`,
			relayed: `a{job=r,instance=i} 0 0 0 0`,
			want:    []string{"1 1 1 1 0", `value: a{instance="i",job="d"}: direct NaN, relayed 0`},
		},
		"a series that one way has all the time": {
			direct: `a{job=d,instance=i} 1 1 1 1
				lost{job=d,instance=i} 1 1 1 1
				ended{job=d,instance=i} 1 1 1 1`,
			relayed: `a{job=r,instance=i} 1 1 1 1
				extra{job=r,instance=i} 1 1 1 1
				ended{job=r,instance=i} 1 1 . .`,
			want: []string{"1 1 1 1 0", `lost: ended{instance="i",job="d"}`, `lost: lost{instance="i",job="d"}`, `extra: extra{instance="i",job="r"}`},
		},
		"names that are not relayed": {
			direct: `a{job=d,instance=i} 1 1 1 1
				a.b{job=d,instance=i} 1 1 1 1
				a{job=d,instance=i,c d=e} 1 1 1 1
				push_time_seconds{job=d,instance=i} 1 1 1 1
				pushgateway_a{job=d,instance=i} 1 1 1 1`,
			relayed: `a{job=r,instance=i} 1 1 1 1
				push_time_seconds{job=r,instance=i} 1 2 3 4`,
			want: []string{"1 1 1 1 0",
				`lost: a{"c d"="e",instance="i",job="d"}: a UTF-8 name`,
				`lost: push_time_seconds{instance="i",job="d"}: the gateway's own name`,
				`lost: pushgateway_a{instance="i",job="d"}: the gateway's own name`,
				`lost: {"a.b",instance="i",job="d"}: a UTF-8 name`},
		},
		"a series that came or went": {
			direct: `a{job=d,instance=i} 1 1 1 1
				came{job=d,instance=i} . . . 1
				early{job=d,instance=i} . . 1 1 1 1 1 1
				late{job=d,instance=i} . 1 1 1
				went{job=d,instance=i} 1 1 1 . .`,
			relayed: `a{job=r,instance=i} 1 1 1 1
				late{job=r,instance=i} . . 2 2
				push_time_seconds{job=r,instance=i} . . 1 1
				other{job=r,instance=i} . . 1 1`,
			want: []string{"1 2 1 1 4"},
		},
		"nothing has lasted": {
			direct:  `a{job=d,instance=i} 1 1 1 1`,
			relayed: `a{job=r,instance=i} . . 1 1`,
			want:    []string{"1 1 0 0 0", "nothing: "},
		},
		"a target is named once": {
			direct: `a{job=d,instance=i} 1 1 1 1
				a{job=d,instance=j} 1 1 1 1
				b{job=d,instance=j} 1 1 1 1`,
			relayed: `a{job=r,instance=i} 1 1 1 1
				push_time_seconds{job=r,instance=j} 0 0 0 0
				a{job=r,instance=k} 1 1 1 1
				a{job=r,instance=new} . . 1 1`,
			want: []string{"1 1 1 1 1", `no target: {instance="j"}`, `new target: {instance="k"}`, `stale: push_time_seconds{instance="j",job="r"}`},
		},
		"lone targets of other names": {
			direct:  `a{job=d,instance=i} 1 1 1 1`,
			relayed: `a{job=r,instance=j} 1 1 1 1`,
			want:    []string{"1 1 1 1 0"},
		},
		"several jobs": {
			direct: `a{job=d,instance=i} 1 1 1 1
				a{job=both,instance=i} 1 1 1 1`,
			relayed: `a{job=both,instance=i,via=r} 1 1 1 1`,
			ignored: []string{"via"},
			want:    []string{"1 1 1 1 0", `no target: {instance="i",job="d"}`},
		},
		"labels ignored that tell series apart": {
			direct: `a{job=d,instance=i} 1 1 1 1
				a{job=e,instance=i} 1 1 1 1
				a{job=f,instance=i} 1 . . .`,
			relayed: `a{job=r,instance=i} 1 1 1 1`,
			want:    []string{"1 1 1 1 0", `ambiguous: a{instance="i",job="d"} and a{instance="i",job="e"}`},
		},
		"a label of the target is forgotten": {
			direct: `a{job=d,instance=i,env=prod} 1 1 1 1
				b{job=d,instance=i,env=prod,x=y} 1 1 1 1
				c{job=d,instance=i,env=prod,x=1} 1 1 1 1`,
			relayed: `a{job=r,instance=i} 1 1 1 1
				b{job=r,instance=i,x=y} 1 1 1 1
				c{job=r,instance=i,x=2} 1 1 1 1`,
			want: []string{"1 0 0 0 0", `label: env: direct "prod", relayed ""; series: 2, as a{env="prod",instance="i",job="d"}`,
				`lost: c{env="prod",instance="i",job="d",x="1"}`, `extra: c{instance="i",job="r",x="2"}`},
		},
		"another label that could be of two series": {
			direct: `a{job=d,instance=i,code=200} 1 1 1 1`,
			relayed: `a{job=r,instance=i,code=201} 1 1 1 1
				a{job=r,instance=i,code=202} 1 1 1 1`,
			want: []string{"1 0 0 0 0", `lost: a{code="200",instance="i",job="d"}`, `extra: a{code="201",instance="i",job="r"}`, `extra: a{code="202",instance="i",job="r"}`},
		},
		"native histograms": {
			direct: `same{job=d,instance=i} h1 h1 h1 h1
				other{job=d,instance=i} h1 h1 h1 h1
				cut{job=d,instance=i} h1 h1 h1 h1`,
			relayed: `same{job=r,instance=i} h1 h1 h1 h1
				other{job=r,instance=i} h2 h2 h2 h2
				cut{job=r,instance=i} 1 1 1 1`,
			want: []string{"1 3 3 2 0", `shape: cut{instance="i",job="d"}: direct a native histogram, relayed a number`,
				`value: other{instance="i",job="d"}: direct 1 observations, relayed 2 observations`},
		},
		"the gateway without honor_labels": {
			direct: `a{job=d,instance=i} 1 1 1 1`,
			relayed: `a{job=gw,instance=gw,exported_job=r,exported_instance=i} 1 1 1 1
				push_time_seconds{job=gw,instance=gw,exported_job=r,exported_instance=i} 1 2 3 4`,
			want: []string{"0 0 0 0 0", `honor: push_time_seconds{exported_instance="i",exported_job="r",instance="gw",job="gw"}`},
		},
		"exported labels of both ways": {
			direct:  `a{job=d,instance=i,exported_job=x} 1 1 1 1`,
			relayed: `a{job=r,instance=i,exported_job=x} 1 1 1 1`,
			want:    []string{"1 1 1 1 0"},
		},
		"one series of both selectors": {
			direct:  `a{job=d,instance=i} 1 1 1 1`,
			relayed: `a{job=d,instance=i} 1 1 1 1`,
			want:    []string{"0 0 0 0 0", `same: a{instance="i",job="d"}`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, compared(t, c.direct, c.relayed, c.ignored...)); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func TestCompareTellsWhatToKnow(t *testing.T) {
	r := Compare(wayOf(t, `up{job=d,instance=i} 0 0 0 0`), wayOf(t, `up{job=r,instance=j} 0 0 0 0`))
	if want := (Renaming{"i", "j"}); r.Renamed == nil || *r.Renamed != want {
		t.Errorf("instances: got %v, want %v", r.Renamed, want)
	}
	if r.Down != 1 || !r.Alike() {
		t.Errorf("got %d targets down, want one; findings: %v", r.Down, r.Findings)
	}
}

// TestSeriesString writes what can be asked for again.
func TestSeriesString(t *testing.T) {
	for want, labels := range map[string]model.Metric{
		`up{}`:                           {"__name__": "up"},
		`a{b="c",job="\n\"\\"}`:          {"__name__": "a", "job": "\n\"\\", "b": "c"},
		`{"a.b","c d"="e",instance="i"}`: {"__name__": "a.b", "c d": "e", "instance": "i"},
	} {
		if got := (&Series{Labels: labels}).String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
