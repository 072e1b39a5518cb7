package oracle

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// reportNames are the series of the relay itself.
var reportNames = []string{"up", "scrape_duration_seconds", "scrape_samples_scraped", "scrape_samples_post_metric_relabeling"}

// A reading is what a stored body says, when nothing is wrong with it.
type reading struct {
	up     float64
	scrape uint64 // its number; 0: it has no series of a target
}

// read judges one body for itself: it is a whole scrape of the target with its
// report, or a report alone. Where the last values are kept, a body may have
// them beside up 0: a report that failed was put together with what waited.
func read(body []line, t *Target) (reading, error) {
	report, rest, sums := divide(body)
	r, sum := reading{up: report["up"]}, sumOf(rest)
	if len(report) != len(reportNames) {
		return r, fmt.Errorf("the report series are %v, want %s", report, strings.Join(reportNames, ", "))
	}
	if len(rest)+len(sums) == 0 || r.up == 0 && !t.Keep {
		return r, readReportAlone(report, rest, sums)
	}
	if want := `sum="` + fmt.Sprintf("%016x", sum) + `",target="` + t.Name + `"`; len(sums) != 1 || sums[0].labels != want {
		return r, fmt.Errorf("not one whole scrape of target %s: %d series that make %s beside %v", t.Name, len(rest), want, sums)
	}
	for _, l := range rest {
		if l.name == scrapesName {
			r.scrape = uint64(l.value)
		}
	}
	if got := report["scrape_samples_scraped"]; r.up == 1 && got != float64(len(rest)+1) {
		return r, fmt.Errorf("scrape_samples_scraped is %v beside %d series", got, len(rest)+1)
	}
	return r, nil
}

// readReportAlone judges a body without series of a target: of one that is down,
// or that offers nothing.
func readReportAlone(report map[string]float64, rest, sums []line) error {
	switch {
	case len(rest)+len(sums) > 0:
		return fmt.Errorf("up is 0 beside %d series of the target", len(rest)+len(sums))
	case report["up"] == 1 && report["scrape_samples_scraped"] != 0:
		return fmt.Errorf("up is 1 and scrape_samples_scraped %v without any series", report["scrape_samples_scraped"])
	}
	return nil
}

// divide parts the report from the target's own lines and its checksum.
func divide(body []line) (report map[string]float64, rest, sums []line) {
	report = make(map[string]float64)
	for _, l := range body {
		switch {
		case slices.Contains(reportNames, l.name) && l.labels == "":
			report[l.name] = l.value
		case l.name == sumName:
			sums = append(sums, l)
		default:
			rest = append(rest, l)
		}
	}
	return report, rest, sums
}

// A history is what one group of one gateway was seen to hold.
type history struct {
	target  *Target
	last    reading // the newest that had series of the target
	stored  int     // scrapes, each once
	refused bool    // had a 400, and no whole body since: parts of one may come
	parts   int     // that came
	life    life
}

// A life says what a configuration makes of a group.
type life int

const (
	present life = iota
	removed      // its target was; a push that was under way may come still
	deleted      // and the gateway had the DELETE
	back         // the target is there again; the DELETE may come still
)

// remove judges a DELETE.
func (h *history) remove() error {
	switch h.life {
	case present:
		return errors.New("the target was not removed")
	case removed:
		h.life = deleted
	}
	return nil
}

// follow judges a body beside those before it.
func (h *history) follow(method string, body []line) error {
	switch {
	case len(body) == 0:
		return errors.New("an empty body")
	case h.life == deleted:
		return errors.New("after the DELETE of a target that was removed")
	}
	r, err := read(body, h.target)
	if err != nil && h.refused {
		return h.followPart(body, err)
	}
	if err != nil {
		return err
	}
	if r.scrape > 0 { // a report alone may be the first part of what was refused
		h.refused = false
	}
	if method == http.MethodPost && r.up == 1 {
		return errors.New("a scrape that went well is merged, want it to replace the group")
	}
	return h.advance(r)
}

// followPart judges a body of which families were left out after a refusal: all
// of it is from one scrape.
func (h *history) followPart(body []line, why error) error {
	h.parts++
	_, rest, sums := divide(body)
	rest = append(rest, sums...)
	if len(rest) == 0 {
		return nil // a part of a report
	}
	n := numberOf(rest[0])
	if n == 0 && len(sums) == 1 && len(rest) == 1 {
		return nil // the checksum alone does not say of what it is
	}
	served := h.target.shape.lines(h.target.Name, n)
	for _, l := range rest {
		if !slices.Contains(served, l) {
			return fmt.Errorf("a part that is not all of scrape %d, but has %s: %w", n, l, why)
		}
	}
	return h.advance(reading{scrape: n})
}

// advance judges the order.
func (h *history) advance(r reading) error {
	if r.scrape == 0 {
		return nil
	}
	if _, served := h.target.servedAt(r.scrape); !served {
		return fmt.Errorf("scrape %d, which never left target %s whole", r.scrape, h.target.Name)
	}
	switch {
	case r.scrape < h.last.scrape:
		return fmt.Errorf("scrape %d after %d", r.scrape, h.last.scrape)
	case r.scrape > h.last.scrape:
		h.stored++
	}
	h.last = r
	return nil
}
