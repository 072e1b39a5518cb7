package convert

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
)

// A plan says in which order the labels of a line stand in Prometheus, sorted by
// name among those of the target. Lines that have the same label names share it:
// most have those of the line before.
type plan struct {
	of      *shape
	version uint32 // of the shape
	labels  int    // of the line
	steps   []planStep
	text    []byte
}

// A planStep is labels of the target, encoded, and after them one label of the
// line, or its name.
type planStep struct {
	before, name span // of plan.text; name with the tags around it
	label        int  // index in the line; planName: its name; planEnd: nothing
	numeric      string
}

const (
	planName = -1
	planEnd  = -2
)

// plans are those of the last lines, by the number of labels: the lines of a
// histogram have two.
type plans struct {
	target  Labels
	all     [16]plan
	scratch []planned
}

// planned is a label before it has its place.
type planned struct {
	name  string
	value string // of the target's
	label int    // as in planStep; planEnd: of the target
}

func (p *plans) begin(target Labels) {
	if !slices.Equal(p.target, target) {
		p.target = target
		for i := range p.all {
			p.all[i].of = nil
		}
	}
}

func (p *plans) size() (n int) {
	const perStep = 64
	for i := range p.all {
		n += cap(p.all[i].text) + perStep*cap(p.all[i].steps)
	}
	return n
}

// of returns the plan of a line.
func (p *plans) of(l *line) *plan {
	found := &p.all[l.labels%len(p.all)]
	if found.of != &l.shape || found.version != l.shape.version || found.labels != l.labels {
		found.of, found.version, found.labels = &l.shape, l.shape.version, l.labels
		p.make(found, l)
	}
	return found
}

func (p *plans) make(to *plan, l *line) {
	all := append(p.scratch[:0], planned{name: model.MetricNameLabel, label: planName})
	for _, t := range p.target {
		all = append(all, planned{t.Name, t.Value, planEnd})
	}
	for i := range l.labels {
		all = append(all, planned{name: text(l.labelName(i)), label: i}) // forgotten when this returns
	}
	slices.SortFunc(all, func(a, b planned) int { return strings.Compare(a.name, b.name) })
	to.steps, to.text = to.steps[:0], to.text[:0]
	for _, each := range all {
		to.add(each)
	}
	clear(all)
	p.scratch = all
}

// add puts the next label into the plan.
func (p *plan) add(l planned) {
	last := len(p.steps) - 1
	if last < 0 || p.steps[last].label != planEnd {
		p.steps = append(p.steps, planStep{before: span{len(p.text), len(p.text)}, label: planEnd})
		last++
	}
	s := &p.steps[last]
	if l.label == planEnd {
		p.text = appendLabel(p.text, Label{l.name, l.value})
		s.before.end = len(p.text)
		return
	}
	s.label, s.name.start = l.label, len(p.text)
	p.text = append(appendString(p.text, tagLabelName, l.name), tagLabelValue)
	s.name.end = len(p.text)
	if l.name == model.BucketLabel || l.name == model.QuantileLabel {
		s.numeric = l.name
	}
}

// line makes e.labels those of a line. numeric is the label that has a number.
func (e *storeEncoder) line(l *line, numeric string) {
	p, dst := e.plans.of(l), e.labels[:0]
	for i := range p.steps {
		s := &p.steps[i]
		dst = append(dst, s.before.of(p.text)...)
		switch {
		case s.label >= 0:
			value, escaped := l.labelValue(s.label)
			if escaped {
				e.value = appendUnescaped(e.value[:0], value)
				value = e.value
			}
			if s.numeric != "" && s.numeric == numeric {
				dst = appendPlanned(dst, s.name.of(p.text), e.spell(value))
				continue
			}
			dst = appendPlanned(dst, s.name.of(p.text), value)
		case s.label == planName:
			dst = appendPlanned(dst, s.name.of(p.text), l.name.of(l.buf))
		}
	}
	e.labels = dst
}

// appendPlanned appends a label whose name has its tags.
func appendPlanned[Value string | []byte](dst, name []byte, value Value) []byte {
	n := uint64(len(value))
	dst = binary.AppendUvarint(append(dst, tagMetricLabel), uint64(len(name))+uvarintSize(n)+n)
	dst = binary.AppendUvarint(append(dst, name...), n)
	return append(dst, value...)
}

func uvarintSize(n uint64) uint64 {
	size := uint64(1)
	for ; n >= 0x80; n >>= 7 {
		size++
	}
	return size
}
