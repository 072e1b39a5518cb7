package main

import (
	"bytes"
	"errors"
	"io"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"

	"github.com/promferry/promferry/convert"
)

// A variant is one way to push the same series.
type variant struct {
	name            string
	contentType     string
	contentEncoding string // "" is none
	body            []byte

	cpu     []time.Duration // the gateway's for one push, of each round
	refusal *refusalError   // this gateway does not take it
}

// refused notes an answer that says that the gateway cannot read the variant.
// Any other error is returned.
func (v *variant) refused(err error) error {
	if errors.As(err, &v.refusal) {
		return nil
	}
	return err
}

// variants makes all bodies, as promferry does. The first one is what the
// others are compared with.
func variants(exposition []byte) (all []*variant, err error) {
	for _, format := range []convert.Format{convert.Text, convert.Protobuf} {
		body, err := converted(exposition, format)
		if err != nil {
			return nil, err
		}
		for _, encoding := range []string{"", "gzip", "snappy"} {
			v, err := newVariant(format, encoding, body)
			if err != nil {
				return nil, err
			}
			all = append(all, v)
		}
	}
	return all, nil
}

func newVariant(format convert.Format, encoding string, body []byte) (*variant, error) {
	v := &variant{name: string(format), contentType: format.MediaType(), contentEncoding: encoding, body: body}
	if encoding == "" {
		return v, nil
	}
	v.name += ", " + encoding
	var err error
	v.body, err = compress(body, encoding)
	return v, err
}

func converted(exposition []byte, format convert.Format) ([]byte, error) {
	c := convert.Converter{Target: convert.LabelsOf(map[string]string{"job": "cost", "instance": "cost"})}
	out := &output{format: format}
	_, err := c.Convert(convert.Input{Body: bytes.NewReader(exposition)}, out)
	return out.body, err
}

// output is a batch with one body.
type output struct {
	format convert.Format
	body   []byte
}

func (o *output) Outputs(convert.Labels) []convert.Output { return []convert.Output{o} }
func (o *output) Format() convert.Format                  { return o.format }
func (o *output) UTF8Names() bool                         { return false }
func (o *output) Append(encoded []byte, _ int)            { o.body = append(o.body, encoded...) }

func (o *output) Rewrite(change func([]byte, int) ([]byte, int)) { o.body, _ = change(o.body, 0) }

// compress packs a body as package push does.
func compress(body []byte, encoding string) ([]byte, error) {
	var small bytes.Buffer
	var w io.WriteCloser = s2.NewWriter(&small, s2.WriterSnappyCompat(), s2.WriterConcurrency(1))
	if encoding == "gzip" {
		fast, err := gzip.NewWriterLevel(&small, gzip.BestSpeed)
		if err != nil {
			return nil, err
		}
		w = fast
	}
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return small.Bytes(), nil
}
