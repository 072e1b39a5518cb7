package test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
)

// hcl is a store's block. What comes by it has the label way.
func (s store) hcl() string {
	return fmt.Sprintf(`
remote_write %q {
  url = %q
  queue {
    batch_send_deadline = "50ms"
  }
  write_relabel_config {
    target_label = "way"
    replacement  = "relayed"
  }
}
`, s.name, s.write)
}

// startBothWaysWritten is startBothWays for a Prometheus and a VictoriaMetrics
// that take remote_write.
func startBothWaysWritten(t *testing.T, interval string, jobs []scrapeJob, flags ...string) *bothWays {
	t.Helper()
	for i := range jobs {
		jobs[i].only = attributes{"honor_timestamps": jobs[i].honest}
	}
	b := &bothWays{jobs: jobs, interval: interval}
	prom := startReceiver(t, b.yaml(t), flags...)
	b.prom, b.stores = prom.prometheus, []store{prom, startVictoriaMetrics(t)}
	b.file = config(t, "%s", b.hcl(t))
	b.ferry = run(t, b.file)
	return b
}

// checkWritten judges the differences of a job, both to what Prometheus has of
// it by both ways, and to what VictoriaMetrics has.
func (b *bothWays) checkWritten(job string, inProm, inVictoria *ledger) error {
	if err := b.check(job, inProm); err != nil {
		return err
	}
	direct, _, err := b.series(job)
	if err != nil {
		return err
	}
	written, err := b.stores[1].query(fmt.Sprintf(`{t=%q} or {row=%[1]q}`, job))
	if err != nil {
		return err
	}
	for i, s := range written {
		written[i] = sample{labels.NewBuilder(s.labels).Del("way").Labels(), s.value}
	}
	if err := inVictoria.judge(compare(direct, written)); err != nil {
		return fmt.Errorf("VictoriaMetrics: %w", err)
	}
	return nil
}

// TestTransparencyOfWrittenCaptures: what programs really served looks alike to Prometheus
// and to VictoriaMetrics, scraped directly and written by promferry, by two
// captures after each other.
func TestTransparencyOfWrittenCaptures(t *testing.T) {
	t.Parallel()
	classic, native := exhibitsOf(t)
	classic = slices.DeleteFunc(classic, func(e exhibit) bool { return e.honor != e.labelled })
	t.Run("classic", func(t *testing.T) {
		t.Parallel()
		writtenAlike(t, classic, newLedger(), newLedger(digits, nans))
	})
	t.Run("native", func(t *testing.T) {
		t.Parallel()
		native = slices.DeleteFunc(native, func(e exhibit) bool { return e.honor })
		beside := newLedger(classicBeside)
		writtenAlike(t, native, beside, newLedger(classicBeside, natives, digits, nans), "--enable-feature=native-histograms")
		beside.wasSeen(t)
	})
}

// The differences that Debian's stores make of what they get; they are alike where
// a Prometheus writes to them.
var (
	// VictoriaMetrics keeps decimal numbers, and so not all digits, and no NaN.
	digits = listed{row: "digits", covers: func(d difference) bool {
		return d.direct != nil && d.relayed != nil && math.Abs(*d.direct-*d.relayed) <= math.Max(1e-10*math.Abs(*d.direct), 1e-300)
	}}
	nans = listed{row: "NaN", covers: func(d difference) bool { return d.direct != nil && math.IsNaN(*d.direct) && d.relayed == nil }}
	// The VictoriaMetrics of Debian knows no native histograms.
	natives = listed{row: "native", covers: func(d difference) bool { return d.labels.Has(nativeLabel) && d.relayed == nil }}
	// The Prometheus of Debian takes no classic lines beside a native histogram from
	// a target.
	classicBeside = listed{row: "classic", covers: func(d difference) bool {
		return d.direct == nil || strings.HasPrefix(d.name, "scrape_samples_")
	}}
)

func writtenAlike(t *testing.T, exhibits []exhibit, inProm, inVictoria *ledger, flags ...string) {
	t.Helper()
	jobs := make([]scrapeJob, len(exhibits))
	targets := make([]*scripted, len(exhibits))
	for i, e := range exhibits {
		targets[i] = startScripted(t, e.phases[0].answer(t))
		jobs[i] = scrapeJob{name: e.name, targets: []string{targets[i].address()}, settings: attributes{"honor_labels": e.honor}}
	}
	b := startBothWaysWritten(t, "1s", jobs, flags...)
	for phase := range 2 {
		for i, e := range exhibits {
			targets[i].answer.Store(e.phases[phase].answer(t))
		}
		b.alike(t, func(i int) error { return b.checkWritten(exhibits[i].name, inProm, inVictoria) })
	}
	b.ferry.terminate(t)
}

// TestTransparencyOfWrittenLives: whatever happens to a target looks alike in
// Prometheus by both ways, while it lasts and when it is over: staleness, too.
func TestTransparencyOfWrittenLives(t *testing.T) {
	t.Parallel()
	events := events()
	targets := make([]*scripted, len(events))
	jobs := make([]scrapeJob, len(events))
	for i, e := range events {
		targets[i] = startScripted(t, exposition(lifeText))
		jobs[i] = scrapeJob{name: e.name, targets: []string{targets[i].address()}, settings: e.settings}
	}
	b := startBothWaysWritten(t, "1s", jobs)
	up := func(listed *ledger, of func(event) float64) func(i int) error {
		return func(i int) error {
			if err := b.checkUp(events[i].name, of(events[i]), listed); err != nil {
				return err
			}
			return b.checkWritten(events[i].name, listed, listed)
		}
	}
	b.alike(t, up(newLedger(), func(event) float64 { return 1 }))
	for i, e := range events {
		e.befall(targets[i])
	}
	b.alike(t, up(newLedger(lingers, contentType, repeatedLimit, nulByte), func(e event) float64 { return e.up }))
	for _, target := range targets {
		target.answer.Store(exposition(lifeText))
	}
	b.alike(t, up(newLedger(), func(e event) float64 {
		if e.after == nil {
			return 0
		}
		return 1
	}))
	b.ferry.terminate(t)
}

// TestTransparencyOfWrittenRules: rules of each action make the same of targets
// and of series, and no family is taken apart.
func TestTransparencyOfWrittenRules(t *testing.T) {
	t.Parallel()
	rulings := rulings()
	jobs := make([]scrapeJob, len(rulings))
	for i, r := range rulings {
		target := startScripted(t, serveRuled(r.name))
		jobs[i] = scrapeJob{
			name: r.name, targets: []string{target.address()}, labels: r.labels,
			settings: r.settings, relabel: r.targets, rules: r.metrics,
		}
	}
	b := startBothWaysWritten(t, "1s", jobs)
	b.alike(t, func(i int) error {
		if rulings[i].outcome == isDropped {
			return b.dropped(rulings[i].name)
		}
		return b.checkUp(rulings[i].name, []float64{isUp: 1, isDown: 0}[rulings[i].outcome], newLedger())
	})
	b.ferry.terminate(t)
}

// TestTransparencyOfWrittenExemplars: what Prometheus has of exemplars is alike
// by both ways.
func TestTransparencyOfWrittenExemplars(t *testing.T) {
	t.Parallel()
	const text = `# TYPE hits counter
hits_total 3 # {trace_id="abc"} 1 %d.5
# TYPE took histogram
took_bucket{le="1.0"} 1 # {trace_id="def"} 0.5
took_bucket{le="+Inf"} 1
took_sum 0.5
took_count 1
# EOF
`
	now := time.Now().Unix()
	target := startScripted(t, typed("application/openmetrics-text; version=1.0.0", fmt.Sprintf(text, now)))
	b := startBothWaysWritten(t, "1s", []scrapeJob{{name: "exemplars", targets: []string{target.address()}}}, "--enable-feature=exemplar-storage")
	eventually(t, "exemplars by both ways", func() error { return b.sameExemplars(now) })
	b.ferry.terminate(t)
}

// sameExemplars compares the exemplars of both ways. One without a time has that
// of its scrape, and so is another one each time.
func (b *bothWays) sameExemplars(since int64) error {
	var found []struct {
		SeriesLabels map[string]string `json:"seriesLabels"`
		Exemplars    []struct {
			Labels    map[string]string `json:"labels"`
			Value     string            `json:"value"`
			Timestamp float64           `json:"timestamp"`
		} `json:"exemplars"`
	}
	if err := b.prom.read(fmt.Sprintf(`query_exemplars?query={t="exemplars"}&start=%d&end=%d`, since-60, since+600), &found); err != nil {
		return err
	}
	ways := map[string][]string{}
	for _, of := range found {
		way := of.SeriesLabels["way"]
		delete(of.SeriesLabels, "way")
		for _, e := range of.Exemplars {
			at := "of the scrape"
			if e.Labels["trace_id"] == "abc" {
				at = fmt.Sprint(e.Timestamp)
			}
			text := fmt.Sprint(of.SeriesLabels["__name__"], number(labels.Label{Name: "le", Value: of.SeriesLabels["le"]}), e.Labels, e.Value, at)
			if !slices.Contains(ways[way], text) {
				ways[way] = append(ways[way], text)
			}
		}
		slices.Sort(ways[way])
	}
	if len(ways[""]) != 2 || !slices.Equal(ways[""], ways["relayed"]) {
		return errors.Join(errors.New("not alike, or not two"), fmt.Errorf("%q", ways))
	}
	return nil
}
