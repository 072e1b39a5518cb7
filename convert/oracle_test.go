package convert

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestConvertMatchesPrometheus converts every text file of the corpus and
// compares what a gateway would give back with what a direct scrape by
// Prometheus would have stored: verdict, names, labels, values.
func TestConvertMatchesPrometheus(t *testing.T) {
	files, accepted := 0, 0
	for _, row := range corpus(t) {
		mediaType, ok := row.mediaType()
		if !ok {
			continue
		}
		body, err := os.ReadFile(filepath.Join("../test/corpus", row.path))
		if err != nil {
			t.Fatal(err)
		}
		files++
		t.Run(row.path, func(t *testing.T) {
			if compareWithPrometheus(t, string(body), mediaType) {
				accepted++
			}
		})
	}
	t.Logf("%d files compared, %d accepted by both", files, accepted)
	if files < 500 || accepted < 300 {
		t.Errorf("compared %d files, %d of them accepted; the corpus has more", files, accepted)
	}
}

// TestCasesMatchPrometheus does the same with the bodies of TestConvert.
func TestCasesMatchPrometheus(t *testing.T) {
	for path, c := range cases(t) {
		t.Run(path, func(t *testing.T) { compareWithPrometheus(t, c.body, c.input.MediaType) })
	}
}

// compareWithPrometheus compares with honor_labels off and on, in both
// output formats, and reports whether both sides accept the body.
func compareWithPrometheus(t *testing.T, body, mediaType string) bool {
	t.Helper()
	if knownDifference(body) {
		return false
	}
	gw := make(gateway)
	renamed := compareJob(t, gw, body, mediaType, Converter{Target: oracleTarget})
	honored := compareJob(t, gw, body, mediaType, Converter{Target: oracleTarget, HonorLabels: true})
	return renamed && honored
}

func compareJob(t *testing.T, gw gateway, body, mediaType string, c Converter) bool {
	t.Helper()
	want, wantErr := directScrape(body, mediaType, c.HonorLabels)
	accepted := true
	for _, kind := range outputKinds {
		accepted = compareScrape(t, gw, body, mediaType, kind, &c, want, wantErr) && accepted
	}
	return accepted
}

func compareScrape(t *testing.T, gw gateway, body, mediaType string, kind outputKind, c *Converter, want direct, wantErr error) bool {
	t.Helper()
	got, stats, gotErr := gw.relayed(t, body, mediaType, kind, c)
	if (wantErr == nil) != (gotErr == nil) {
		t.Errorf("verdict: Prometheus says %v, we say %v\n%.400q", wantErr, gotErr, body)
	}
	compareCounts(t, stats, gotErr, want, wantErr, mediaType == "application/openmetrics-text")
	if wantErr != nil || gotErr != nil {
		var syntax *SyntaxError
		if gotErr != nil && !errors.As(gotErr, &syntax) {
			t.Errorf("got error %v of type %T, want a *SyntaxError", gotErr, gotErr)
		}
		return false
	}
	compareSeries(t, want.unescaped(t, got, stats, kind), want.ofKind(kind), body)
	for reason, n := range want.dropped {
		if stats.Dropped[reason] < n {
			t.Errorf("dropped %v for %s, want at least %d", stats.Dropped, reason, n)
		}
	}
	return true
}

func compareSeries(t *testing.T, got, want seriesSet, body string) {
	t.Helper()
	for key, spellings := range want {
		if len(got[key]) == 0 {
			t.Errorf("series %s is missing", key)
		}
		if len(got[key]) > len(spellings) && isDeclared(key, body) {
			t.Errorf("series %s: got %v, want %v", key, got[key], spellings)
		}
		for _, v := range got[key] {
			if !hasValue(spellings, v) && (len(got[key]) == 1 || isDeclared(key, body)) {
				t.Errorf("series %s: got %v, want one of %v", key, v, spellings)
			}
		}
	}
	for key := range got {
		if len(want[key]) == 0 {
			t.Errorf("series %s is not in a direct scrape", key)
		}
	}
}

func hasValue(spellings map[string]float64, v float64) bool {
	for _, value := range spellings {
		if sameValue(v, value) {
			return true
		}
	}
	return false
}

var bucketOf = regexp.MustCompile(`__name__="(.*?)(_bucket)?"`)

// isDeclared tells the lines of histograms and summaries. Prometheus takes all
// lines behind the TYPE line of a histogram for such, by whatever name.
func isDeclared(key, body string) bool {
	match := bucketOf.FindStringSubmatch(key)
	return match != nil && (strings.Contains(body, "# TYPE "+match[1]+" histogram\n") || strings.Contains(body, "# TYPE "+match[1]+" summary\n"))
}

// compareCounts compares what the report series say. Where OpenMetrics has
// rubbish behind a value Prometheus counts the line before it sees that.
func compareCounts(t *testing.T, stats Stats, gotErr error, want direct, wantErr error, openMetrics bool) {
	t.Helper()
	alike := func(got, want int) bool {
		return got == want || openMetrics && gotErr != nil && wantErr != nil && got == want-1
	}
	if !alike(stats.Samples, want.samples) {
		t.Errorf("counted %d samples, Prometheus %d; we say %v, Prometheus %v", stats.Samples, want.samples, gotErr, wantErr)
	}
	if !alike(stats.PostRelabel, want.added) {
		t.Errorf("counted %d samples after relabeling, Prometheus %d; we say %v, Prometheus %v", stats.PostRelabel, want.added, gotErr, wantErr)
	}
}

// knownDifference picks out the bodies that the package comment lists.
func knownDifference(body string) bool {
	if strings.Contains(body, "\x00") {
		return true
	}
	for line := range strings.SplitSeq(body, "\n") {
		if line != "" && isBlank(line[0]) && strings.Trim(line, " \t") != "" {
			return true
		}
	}
	return false
}

func sameValue(a, b float64) bool {
	return a == b || math.IsNaN(a) && math.IsNaN(b)
}
