package oracle

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// bodyOf is what promferry makes of the target's scrape number n.
func bodyOf(t *testing.T, of *Target, n uint64) []line {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	f, err := parser.TextToMetricFamilies(strings.NewReader(of.shape.body(of.Name, n)))
	if err != nil {
		t.Fatal(err)
	}
	lines := families(f).lines()
	return append(report(1, float64(len(lines))), lines...)
}

func report(up, samples float64) []line {
	return []line{{"up", "", up}, {"scrape_duration_seconds", "", 0.1}, {"scrape_samples_scraped", "", samples}, {"scrape_samples_post_metric_relabeling", "", samples}}
}

// served is a target that has served so many scrapes whole.
func served(name string, scrapes int, shape Shape) *Target {
	t := &Target{Name: name, shape: shape, whole: make(map[uint64]time.Time)}
	for range scrapes {
		t.served(t.next())
	}
	return t
}

func TestHistory(t *testing.T) {
	own, other := served("t1", 5, Shape{Series: 30, Changing: true}), served("t2", 5, Shape{Series: 3})
	kept := served("t3", 5, Shape{Series: 3})
	kept.Keep = true
	for name, c := range map[string]struct {
		target *Target // own, if nil
		method string  // PUT, if empty
		bodies [][]line
		says   string // of the last one; "": nothing is wrong

		refused bool // the gateway has refused a body
		life    life
	}{
		"whole":                {bodies: [][]line{bodyOf(t, own, 1), bodyOf(t, own, 3)}},
		"the same once more":   {bodies: [][]line{bodyOf(t, own, 3), bodyOf(t, own, 3)}},
		"down between":         {bodies: [][]line{bodyOf(t, own, 1), report(0, 0), bodyOf(t, own, 2)}},
		"an empty scrape":      {bodies: [][]line{report(1, 0)}},
		"back":                 {bodies: [][]line{bodyOf(t, own, 3), report(0, 0), bodyOf(t, own, 2)}, says: "scrape 2 after 3"},
		"nothing":              {bodies: [][]line{nil}, says: "empty body"},
		"no report":            {bodies: [][]line{bodyOf(t, own, 1)[4:]}, says: "report series"},
		"a series is missing":  {bodies: [][]line{slices.Delete(bodyOf(t, own, 4), 6, 7)}, says: "not one whole scrape"},
		"no checksum":          {bodies: [][]line{without(bodyOf(t, own, 4), sumName)}, says: "not one whole scrape"},
		"two in one":           {bodies: [][]line{append(bodyOf(t, own, 4)[:9], bodyOf(t, own, 3)[9:]...)}, says: "not one whole scrape"},
		"a series twice":       {bodies: [][]line{append(bodyOf(t, own, 4), bodyOf(t, own, 4)[5])}, says: "not one whole scrape"},
		"of another target":    {bodies: [][]line{bodyOf(t, other, 1)}, says: "not one whole scrape"},
		"up 0 beside values":   {bodies: [][]line{append(report(0, 0), bodyOf(t, own, 1)[4:]...)}, says: "up is 0 beside"},
		"up 1 without values":  {bodies: [][]line{report(1, 7)}, says: "without any series"},
		"never served whole":   {bodies: [][]line{bodyOf(t, own, 6)}, says: "never left target t1 whole"},
		"merged":               {method: http.MethodPost, bodies: [][]line{bodyOf(t, own, 1)}, says: "merged"},
		"down, merged":         {method: http.MethodPost, bodies: [][]line{report(0, 0)}},
		"values that are kept": {target: kept, bodies: [][]line{append(report(0, 0), bodyOf(t, kept, 1)[4:]...)}},
		"a part":               {refused: true, bodies: [][]line{bodyOf(t, own, 1)[:7], report(0, 0)[:2], bodyOf(t, own, 2)[9:]}},
		"a part after a whole": {refused: true, bodies: [][]line{bodyOf(t, own, 1), bodyOf(t, own, 2)[:7]}, says: "not one whole scrape"},
		"a part after report":  {refused: true, target: kept, bodies: [][]line{report(0, 0), append(report(0, 0), bodyOf(t, kept, 1)[4:7]...)}},
		"parts of two":         {refused: true, bodies: [][]line{append(bodyOf(t, own, 4)[:9], bodyOf(t, own, 3)[9:]...)}, says: "not all of scrape 4"},
		"an older part":        {refused: true, bodies: [][]line{bodyOf(t, own, 4)[:9], bodyOf(t, own, 3)[:9]}, says: "scrape 3 after 4"},
		"removed, under way":   {life: removed, bodies: [][]line{bodyOf(t, own, 1)}},
		"deleted":              {life: deleted, bodies: [][]line{bodyOf(t, own, 1)}, says: "after the DELETE"},
		"returned":             {life: back, bodies: [][]line{bodyOf(t, own, 1)}},
		"kept in part":         {target: kept, bodies: [][]line{append(report(0, 0), bodyOf(t, kept, 1)[5:]...)}, says: "not one whole scrape"},
	} {
		t.Run(name, func(t *testing.T) {
			h := &history{target: own, refused: c.refused, life: c.life}
			if c.target != nil {
				h.target = c.target
			}
			if c.method == "" {
				c.method = http.MethodPut
			}
			for i, body := range c.bodies {
				err, last := h.follow(c.method, body), i == len(c.bodies)-1
				if (err != nil) != (last && c.says != "") {
					t.Errorf("body %d: got %v, want an error only of the last, with %q", i, err, c.says)
				}
				if err != nil && !strings.Contains(err.Error(), c.says) {
					t.Errorf("body %d: got %v, want %q", i, err, c.says)
				}
			}
		})
	}
}

func without(lines []line, name string) []line {
	return slices.DeleteFunc(lines, func(l line) bool { return l.name == name })
}

func TestHistoryRemove(t *testing.T) {
	for before, after := range map[life]life{removed: deleted, deleted: deleted, back: back} {
		h := history{life: before}
		if err := h.remove(); err != nil || h.life != after {
			t.Errorf("%v: got %v, %v, want %v", before, h.life, err, after)
		}
	}
	if err := new(history).remove(); err == nil {
		t.Error("a target that is there: got no error, want one")
	}
}
