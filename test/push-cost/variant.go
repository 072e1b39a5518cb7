package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
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

// variants makes all bodies; nothing else here knows how. They are expfmt's
// own, whatever promferry sends by now: another maker goes here, beside it.
// The first one is what the others are compared with.
func variants(exposition []byte) ([]*variant, error) {
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(exposition))
	if err != nil {
		return nil, err
	}
	text, err := encode(families, textFormat)
	if err != nil {
		return nil, err
	}
	protobuf, err := encode(families, protobufFormat)
	if err != nil {
		return nil, err
	}
	smallText, err := compress(text)
	if err != nil {
		return nil, err
	}
	smallProtobuf, err := compress(protobuf)
	if err != nil {
		return nil, err
	}
	return []*variant{
		{name: "text", contentType: string(textFormat), body: text},
		{name: "text, gzip", contentType: string(textFormat), contentEncoding: "gzip", body: smallText},
		{name: "protobuf", contentType: string(protobufFormat), body: protobuf},
		{name: "protobuf, gzip", contentType: string(protobufFormat), contentEncoding: "gzip", body: smallProtobuf},
	}, nil
}

var (
	textFormat     = expfmt.NewFormat(expfmt.TypeTextPlain)
	protobufFormat = expfmt.NewFormat(expfmt.TypeProtoDelim)
)

func encode(families map[string]*dto.MetricFamily, format expfmt.Format) ([]byte, error) {
	var body bytes.Buffer
	encoder := expfmt.NewEncoder(&body, format)
	for _, f := range families {
		if err := encoder.Encode(f); err != nil {
			return nil, err
		}
	}
	return body.Bytes(), nil
}

func compress(body []byte) ([]byte, error) {
	var small bytes.Buffer
	w := gzip.NewWriter(&small)
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return small.Bytes(), nil
}
