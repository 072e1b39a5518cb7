package convert

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/model/relabel"
)

// FuzzRelabel: what is remembered changes nothing, however little there is room
// for. One rule is the fuzzer's own, behind those of a set.
func FuzzRelabel(f *testing.F) {
	sets := ruleSets(f)
	add := func(body string) {
		for name := range sets {
			f.Add(body, name, "(.*)_(.*)", "__name__", "$2", uint8(len(body)), false)
		}
	}
	for i, row := range corpus(f) {
		body, err := os.ReadFile(filepath.Join("../test/corpus", row.path))
		if _, ok := row.mediaType(); ok && err == nil && len(body) <= 256 && i%64 == 0 {
			add(string(body))
		}
	}
	add("# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\na{job=\"x\"} 1\n{\"a.b\",c=\"d\"} 1 2\n")
	f.Fuzz(func(t *testing.T, body, set, regex, target, replacement string, limit uint8, honor bool) {
		rules := sets[set]
		if own, err := ruleOf(regex, target, replacement); err == nil {
			rules = append(rules[:len(rules):len(rules)], own)
		}
		c := &convertCase{body: body, input: exposition{body, textType}.input()}
		c.converter = Converter{Target: oracleTarget, HonorLabels: honor, Rules: rules, Limits: Limits{Samples: int(limit)}}
		all, few := newVerdicts(maxVerdicts), newVerdicts(6<<10)
		const both = ""
		each := map[Format]*verdicts{Text: newVerdicts(maxVerdicts), Protobuf: newVerdicts(maxVerdicts), both: newVerdicts(maxVerdicts)}
		for i, body := range []string{body, body, thinned(body), "a 1\n" + body, body} {
			c.body = body
			for _, format := range []Format{Protobuf, Text, both} {
				want := rememberedAs(c, newVerdicts(0), format)
				for _, known := range []*verdicts{all, few, each[format]} {
					if got := rememberedAs(c, known, format); got != want {
						t.Errorf("scrape %d as %q, at most %d bytes: got\n%s\nwant\n%s", i, format, known.most, got, want)
					}
				}
			}
		}
	})
}

func ruleOf(regex, target, replacement string) (*relabel.Config, error) {
	re, err := relabel.NewRegexp(regex)
	if err != nil {
		return nil, err
	}
	c := replace("__name__", ".*", target, replacement)
	c.Regex = re
	return c, c.Validate(c.NameValidationScheme)
}

// seriesBody has n series, the first of which has a number.
func seriesBody(first, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "a{x=\"%d\",y=\"%s\"} %d\n", first+i, strings.Repeat("y", 100), i)
	}
	return b.String()
}

// rulings has a set of rules for each thing that can be remembered.
func rulings() map[string][]*relabel.Config {
	return map[string][]*relabel.Config{
		"kept":      {rule(relabel.Keep, "a", "__name__")},
		"dropped":   {rule(relabel.Drop, "a", "__name__")},
		"rewritten": {replace("x", "(.*)", "z", "$1")},
		"moved":     {replace("x", ".*(.)", "job", "$1")},
		"unfit":     {replace("x", "(.*)", "__tmp", "$1")},
	}
}

// TestVerdictsAreBounded: with more series than there is room for, the result
// is the same, and the memory is not more than its bound.
func TestVerdictsAreBounded(t *testing.T) {
	const most, series = 64 << 10, 3000
	for name, rules := range rulings() {
		t.Run(name, func(t *testing.T) {
			c := &convertCase{converter: Converter{Target: oracleTarget, Rules: rules}}
			known := newVerdicts(most)
			for first := range 3 {
				c.body = seriesBody(first*100, series)
				if remembered(c, known) != remembered(c, newVerdicts(0)) {
					t.Error("the result is another than without memory")
				}
				if size := known.size(); size > most || size < most/8 {
					t.Errorf("%d bytes are kept, want at most %d, and not much less", size, most)
				}
			}
		})
	}
}

// TestVerdictsForget: what is known of series that are gone goes, too.
func TestVerdictsForget(t *testing.T) {
	for name, rules := range rulings() {
		t.Run(name, func(t *testing.T) {
			const series = 500
			c := &convertCase{converter: Converter{Target: oracleTarget, Rules: rules}}
			known := newVerdicts(maxVerdicts)
			c.body = seriesBody(0, series)
			remembered(c, known)
			size := known.size()
			for scrape := range 50 {
				c.body = seriesBody(scrape*series/3, series)
				remembered(c, known)
				if n := len(known.all) - 1; n < series || n > series*5/4 {
					t.Fatalf("scrape %d: %d verdicts are kept for %d series", scrape, n, series)
				}
			}
			if got := known.size(); got > 4*size {
				t.Errorf("%d bytes are kept, %d after the first scrape", got, size)
			}
			c.body = "a{x=\"1\",y=\"\"} 1\n"
			remembered(c, known)
			if got := known.size(); got > size/8 {
				t.Errorf("%d bytes are kept for one series, %d for %d", got, size, series)
			}
		})
	}
}

// TestVerdictsOfAFailedScrape: a scrape that fails says nothing of the series
// that it would have had, so none is forgotten.
func TestVerdictsOfAFailedScrape(t *testing.T) {
	c := &convertCase{converter: Converter{Target: oracleTarget, Rules: rulings()["rewritten"]}}
	known := newVerdicts(maxVerdicts)
	c.body = seriesBody(0, 100)
	remembered(c, known)
	c.body = seriesBody(0, 10) + "rubbish\n"
	remembered(c, known)
	if n := len(known.all) - 1; n != 100 {
		t.Errorf("%d verdicts are kept, want 100", n)
	}
}

// TestSteadyStateAllocatesNothing for a line: what is allocated does not depend
// on their number.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	for name, rules := range map[string][]*relabel.Config{"usual": usual(), "rewritten": rulings()["rewritten"], "kept": rulings()["kept"]} {
		for _, format := range formats {
			convert := withRules(format, rules)
			body := []byte(seriesBody(0, 2000))
			convert(body)
			convert(body)
			if n := testing.AllocsPerRun(5, func() { convert(body) }); n > 50 {
				t.Errorf("%s as %s: %v allocations for 2000 lines", name, format, n)
			}
		}
	}
}
