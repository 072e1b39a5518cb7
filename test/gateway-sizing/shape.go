package main

import (
	"bytes"
	"errors"
	"os"
	"time"

	"github.com/promferry/promferry/convert"
	"github.com/promferry/promferry/test/bodies"
)

// A body is what each push has, encoded.
type body struct {
	encoded []byte
	series  int
}

func newBody(series int) (body, error) {
	text := bodies.Big(max(series, 4*minimum))
	if series < 4*minimum {
		text = firstFamilies(text, series)
	}
	c := convert.Converter{Target: convert.LabelsOf(map[string]string{"job": "sizing", "instance": "any"})}
	out := new(output)
	_, err := c.Convert(convert.Input{Body: bytes.NewReader(text)}, out)
	return body{out.encoded, bodies.Samples(text)}, err
}

// minimum is what bodies.Big needs for each of its parts.
const minimum = 250

// firstFamilies cuts an exposition behind so many series, before a family.
func firstFamilies(text []byte, series int) []byte {
	samples, end := 0, 0
	for line := range bytes.Lines(text) {
		if line[0] != '#' {
			samples++
		} else if samples >= series {
			break
		}
		end += len(line)
	}
	return text[:end]
}

// output is a batch with one body of protobuf.
type output struct{ encoded []byte }

func (o *output) Outputs(convert.Labels) []convert.Output { return []convert.Output{o} }
func (o *output) Format() convert.Format                  { return convert.Protobuf }
func (o *output) UTF8Names() bool                         { return false }
func (o *output) Append(encoded []byte, _ int)            { o.encoded = append(o.encoded, encoded...) }

func (o *output) Rewrite(change func([]byte, int) ([]byte, int)) { o.encoded, _ = change(o.encoded, 0) }

// A shape is what the gateways hold, and what a push cost each of them: the
// median of the rounds, in CPU time.
type shape struct {
	groups int
	series int

	checked, unchecked, shard time.Duration
}

// shape fills gateways and measures them.
func (o *options) shape(groups, series int) (s shape, err error) {
	b, err := newBody(series)
	if err != nil {
		return s, err
	}
	dir, err := os.MkdirTemp("", "gateway-sizing-")
	if err != nil {
		return s, err
	}
	defer os.RemoveAll(dir)
	w := world{dir: dir, program: o.program, body: b}
	defer func() { err = errors.Join(err, w.stop()) }()
	whole, err := w.fill(groups)
	if err != nil {
		return s, err
	}
	half, err := w.fill(groups / 2)
	if err != nil {
		return s, err
	}
	checked, err := w.start(whole, groups)
	if err != nil {
		return s, err
	}
	unchecked, err := w.start(whole, groups, unchecking)
	if err != nil {
		return s, err
	}
	shard, err := w.start(half, groups/2)
	if err != nil {
		return s, err
	}
	for range o.runs {
		for _, g := range []*gateway{checked, unchecked, shard} {
			if err := g.round(b, o.time); err != nil {
				return s, err
			}
		}
	}
	return shape{groups, b.series, median(checked.costs), median(unchecked.costs), median(shard.costs)}, nil
}
