package convert

import (
	"fmt"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/relabel"
)

// judge asks the rules about a series and says what is to be done with it. An
// error is one for which Prometheus gives up the scrape; refused is what is
// wrong with the labels as they are written, which rules may take away.
func (r *run) judge(name string, written []Label, refused error) (*outcome, error) {
	if textSize(name, written) >= maxRelabeled {
		return nil, relabelError("metric relabeling of %.50q: the labels have more than 16MB", name)
	}
	final, exported := r.applyRules(name, written)
	if final.IsEmpty() {
		return &outcome{ruling: rulingDrop}, nil
	}
	if err := checkRelabeled(name, final, refused); err != nil {
		return nil, err
	}
	h := r.divide(final)
	if err := r.Limits.checkLabels(h.Name, h.group, h.Labels); err != nil {
		return nil, err
	}
	r.respellPoint(h.Labels, written)
	o := &outcome{exported: exported}
	if r.verdicts.stores { // also while the clock is back: the outcome is kept for later
		o.stored = appendLabels(nil, final)
	}
	r.carry(o, h)
	return o, nil
}

// carry says how gateways get a series that rules have made.
func (r *run) carry(o *outcome, h heldSeries) {
	g := &group{labels: h.group, own: h.key == r.ownKey, free: true}
	if reason := r.unfit(g, h.Name, h.Labels); reason != "" {
		o.ruling, o.reason = rulingUnfit, reason
		return
	}
	if !g.own || len(h.Labels) > maxLabels || !h.isClassic() {
		o.ruling, o.held = rulingHold, h
		return
	}
	o.ruling, o.text = rulingRewrite, appendSeriesText(nil, &h.Series)
	if r.onlyProtobuf && r.numeric == "" { // else lines are put together, by their text
		o.encoded = appendEncoded(nil, &h.Series)
	}
}

// appendEncoded appends outcome.encoded.
func appendEncoded(dst []byte, s *Series) []byte {
	dst = append(append(dst, s.Name...), ' ')
	for _, l := range s.Labels {
		dst = appendLabel(dst, l)
	}
	return dst
}

// maxRelabeled is the size of labels that package labels panics at, in bytes.
const maxRelabeled = 1 << 24

func textSize(name string, ls []Label) int {
	n := len(name)
	for _, l := range ls {
		n += len(l.Name) + len(l.Value)
	}
	return n
}

// applyRules returns the labels that a series has in Prometheus, none where
// rules drop it (mutateSampleLabels of prometheus/prometheus scrape/scrape.go).
// The order in which the labels come together is that of Prometheus, as a rule
// that maps two onto one lets the last win.
func (r *run) applyRules(name string, written []Label) (final labels.Labels, exported bool) {
	kept, conflicting := r.split(written)
	own := labels.NewScratchBuilder(len(written) + 1)
	own.Add(model.MetricNameLabel, name)
	for _, l := range written {
		own.Add(l.Name, r.spelled(l))
	}
	own.Sort()
	b := labels.NewBuilder(own.Labels())
	for _, l := range r.Target {
		if !r.HonorLabels || !hasLabel(conflicting, l.Name) {
			b.Set(l.Name, l.Value)
		}
	}
	if !r.HonorLabels {
		before := len(kept)
		kept, exported = r.export(kept, conflicting)
		for _, l := range kept[before:] {
			b.Set(l.Name, l.Value)
		}
	}
	r.kept, r.conflicting = kept, conflicting
	if !relabel.ProcessBuilder(b, r.Rules...) {
		return labels.EmptyLabels(), false
	}
	return b.Labels(), exported
}

// checkRelabeled says what Prometheus gives up the scrape for, after it has
// applied rules: no name, a wrong one, or one that stands twice.
func checkRelabeled(name string, final labels.Labels, refused error) error {
	_, repeated := final.HasDuplicateLabelNames()
	valid := final.IsValid(model.UTF8Validation) && !repeated
	switch {
	case valid && final.Has(model.MetricNameLabel):
		return nil
	case refused != nil:
		return refused
	case valid:
		return relabelError("metric relabeling leaves %.50q without a name: rules must keep __name__", name)
	}
	return relabelError("metric relabeling gives %.50q a name that is not valid: %.200s", name, final.String())
}

// relabelError is one of the line that begins where the reader is.
func relabelError(format string, args ...any) error {
	return &SyntaxError{Line: 1, Column: 1, Message: fmt.Sprintf(format, args...)}
}

// divide tells apart what is in the key of a series' group, which are the names
// that the target has, and what it keeps.
func (r *run) divide(final labels.Labels) (h heldSeries) {
	final.Range(func(l labels.Label) {
		switch {
		case l.Name == model.MetricNameLabel:
			h.Name = l.Value
		case r.Target.Has(l.Name):
			h.group = append(h.group, Label{l.Name, l.Value})
		default:
			h.Labels = append(h.Labels, Label{l.Name, l.Value})
		}
	})
	h.key = h.group.Key()
	return h
}

// spelled returns a value as rules see it.
func (r *run) spelled(l Label) string {
	if r.numeric == "" || l.Name != r.numeric {
		return l.Value
	}
	return normalNumber(l.Value)
}

// respellPoint gives le or quantile back as it was written, unless rules have
// changed it: a gateway spells it in its own way.
func (r *run) respellPoint(ls Labels, written []Label) {
	for _, w := range written {
		if w.Name != r.numeric {
			continue
		}
		for i, l := range ls {
			if l.Name == w.Name && l.Value == r.spelled(w) {
				ls[i].Value = strings.Clone(w.Value) // of the window
			}
		}
	}
}

// setNumeric notes in which label numbers stand behind a TYPE line of a kind.
// As in Prometheus it does not matter which names the series there have.
func (r *run) setNumeric(k kind) {
	r.numeric, r.mix = "", 0
	switch k {
	case kindHistogram:
		r.numeric, r.mix = model.BucketLabel, 1
	case kindSummary:
		r.numeric, r.mix = model.QuantileLabel, 2
	}
}

// hash is that of a series by its text, and by what rules see of that.
func (r *run) hash(series []byte) uint64 { return r.verdicts.hash(series) + r.mix }

// judgeLine is judge for a line, which may be right as it stands.
func (r *run) judgeLine(l *line) (*outcome, error) {
	name, written := string(l.name.of(l.buf)), make([]Label, 0, l.labels)
	for i := range l.labels {
		value, _ := l.labelValue(i)
		written = append(written, Label{string(l.labelName(i)), unescape(string(value))})
	}
	o, err := r.judge(name, written, nil)
	if err != nil || o.ruling != rulingRewrite {
		return o, err
	}
	sortLabels(written)
	if same := appendSeriesText(nil, &Series{Name: name, Labels: written}); string(same) == string(o.text) {
		return &outcome{ruling: rulingKeep, exported: o.exported}, nil
	}
	return o, nil
}

// seriesKey is the text by which a series is known that does not stand in a
// line in canonical spelling. 0xFF stands in no such line.
func (r *run) seriesKey(name string, written []Label, refused error) []byte {
	key := append(append(r.key[:0], name...), 0xff)
	for _, l := range written {
		key = append(append(key, l.Name...), 0xff)
		key = append(append(key, l.Value...), 0xff)
	}
	if refused != nil { // its names may have bytes that no other has
		key = append(key, 0xfe)
	}
	r.key = key
	return key
}
