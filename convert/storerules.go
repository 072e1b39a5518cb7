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
	message []byte    // fields that were not handed over yet
	samples int
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
		e.ruled = append(e.ruled, ruledOutput{out: out, rules: rules, known: m.known})
	}
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

// emit hands a TimeSeries over as the rules make it.
func (o *ruledOutput) emit(ls []byte, hash uint64, tail []byte, samples int) {
	i := o.known.find(hash)
	if i == 0 {
		i = o.known.add(hash, o.judge(ls))
	}
	v, _ := o.known.see(i)
	switch v.ruling {
	case rulingDrop:
		return
	case rulingRewrite:
		ls = o.known.knownOf(v)
	}
	o.message = appendTimeSeries(o.message, ls, tail)
	if o.samples += samples; len(o.message) >= bufferSize {
		o.flush()
	}
}

func (o *ruledOutput) flush() {
	if len(o.message) > 0 {
		o.out.Append(o.message, o.samples)
	}
	o.message, o.samples = o.message[:0], 0
}

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
		return &outcome{ruling: rulingDrop}
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
