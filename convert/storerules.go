package convert

import (
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/relabel"
)

// A ruledOutput is a store with rules of its own. What they make of a series is
// remembered from one scrape to the next, as rules for all outputs are.
type ruledOutput struct {
	out     SeriesOutput
	rules   []*relabel.Config
	known   *verdicts // by the hash of the labels
	waiting portions
}

// A ruledMemory is what is known of the rules of one output.
type ruledMemory struct {
	rules []*relabel.Config
	known *verdicts
}

// direct tells the outputs without rules from the others.
func (e *storeEncoder) direct(c *Converter, outputs []SeriesOutput) {
	e.free, e.ruled = e.free[:0], e.ruled[:0]
	for i, out := range outputs {
		rules := out.Rules()
		if len(rules) == 0 {
			e.free = append(e.free, out)
			continue
		}
		m := c.ruledMemory(i, rules)
		m.known.begin()
		e.rule(out, rules, m.known)
	}
}

// rule adds an output with rules. It has the memory of the one that was at its
// place in the last scrape.
func (e *storeEncoder) rule(out SeriesOutput, rules []*relabel.Config, known *verdicts) {
	var waiting portions
	if n := len(e.ruled); n < cap(e.ruled) {
		waiting = e.ruled[:n+1][n].waiting
	}
	waiting.clear()
	e.ruled = append(e.ruled, ruledOutput{out, rules, known, waiting})
}

// ruledMemory returns what is known of the output at a place: nothing, where it
// has other rules by now.
func (c *Converter) ruledMemory(i int, rules []*relabel.Config) *ruledMemory {
	for len(c.ruled) <= i {
		c.ruled = append(c.ruled, ruledMemory{})
	}
	m := &c.ruled[i]
	if len(m.rules) != len(rules) || m.rules[0] != rules[0] {
		*m = ruledMemory{rules, newVerdicts(maxVerdicts)}
	}
	return m
}

// emit hands a TimeSeries over as the rules make it. It returns why it does not,
// unless they say so.
func (o *ruledOutput) emit(ls []byte, hash uint64, tail []byte, at moment) DropReason {
	i := o.known.find(hash)
	if i == 0 {
		i = o.known.add(hash, o.judge(ls))
	}
	v, _ := o.known.see(i)
	switch v.ruling {
	case rulingDrop:
		return ""
	case rulingUnfit:
		return unfitReasons[v.reason]
	case rulingRewrite:
		ls = o.known.knownOf(v)
	}
	if !o.waiting.fits(len(ls) + len(tail)) {
		o.flush()
	}
	o.waiting.add(ls, tail, at)
	return ""
}

func (o *ruledOutput) flush() { o.waiting.handTo(o.out) }

// judge asks the rules about a series.
func (o *ruledOutput) judge(ls []byte) *outcome {
	before := labelsOfEncoded(ls)
	b := labels.NewBuilder(before)
	if !relabel.ProcessBuilder(b, o.rules...) {
		return &outcome{ruling: rulingDrop}
	}
	after := b.Labels()
	switch {
	case !after.Has(model.MetricNameLabel): // no store takes that
		return &outcome{ruling: rulingUnfit, reason: DropNoName}
	case labels.Equal(before, after):
		return &outcome{ruling: rulingKeep}
	}
	return &outcome{ruling: rulingRewrite, encoded: appendLabels(nil, after)}
}

// labelsOfEncoded reads labels that were encoded here.
func labelsOfEncoded(encoded []byte) labels.Labels {
	b := labels.NewScratchBuilder(8)
	for f := range fields(encoded) {
		name, value := decodeLabel(f.data)
		b.Add(string(name), string(value))
	}
	b.Sort()
	return b.Labels()
}

// appendLabels appends labels as fields of a TimeSeries.
func appendLabels(dst []byte, ls labels.Labels) []byte {
	ls.Range(func(l labels.Label) { dst = appendLabel(dst, Label{l.Name, l.Value}) })
	return dst
}
