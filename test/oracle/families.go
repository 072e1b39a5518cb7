package oracle

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/klauspost/compress/snappy"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"google.golang.org/protobuf/encoding/protodelim"
)

// families are by name.
type families map[string]*dto.MetricFamily

// readFamilies reads the body of a push as a Pushgateway does, with parsers that
// are not promferry's.
func readFamilies(header http.Header, packed []byte) (families, error) {
	var body io.Reader = bytes.NewReader(packed)
	switch how := header.Get("Content-Encoding"); how {
	case "":
	case "gzip":
		unzipped, err := gzip.NewReader(body)
		if err != nil {
			return nil, err
		}
		body = unzipped
	case "snappy":
		body = snappy.NewReader(body)
	default:
		return nil, fmt.Errorf("Content-Encoding %q, want gzip or snappy", how)
	}
	if expfmt.ResponseFormat(header).FormatType() == expfmt.TypeProtoDelim {
		return readProtobuf(body)
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	return parser.TextToMetricFamilies(body)
}

func readProtobuf(r io.Reader) (families, error) {
	in := bufio.NewReader(r)
	read := families{}
	for {
		f := new(dto.MetricFamily)
		err := protodelim.UnmarshalFrom(in, f)
		if errors.Is(err, io.EOF) {
			return read, nil
		}
		if err != nil {
			return nil, fmt.Errorf("decode family %d: %w", len(read)+1, err)
		}
		read[f.GetName()] = f
	}
}

// lines returns the families as the lines of their text. Labels of the names
// are left out.
func (f families) lines(without ...string) (all []line) {
	for name, family := range f {
		for _, m := range family.GetMetric() {
			all = append(all, linesOf(name, m, without)...)
		}
	}
	return all
}

func linesOf(name string, m *dto.Metric, without []string) []line {
	labels := labelsOf(m, without)
	switch {
	case m.Gauge != nil:
		return []line{{name, labels, m.Gauge.GetValue()}}
	case m.Counter != nil:
		return []line{{name, labels, m.Counter.GetValue()}}
	case m.Untyped != nil:
		return []line{{name, labels, m.Untyped.GetValue()}}
	case m.Histogram != nil:
		return histogramLines(name, labels, m.Histogram)
	}
	return []line{{name, labels, -1}} // no target of the oracle has others
}

func histogramLines(name, labels string, h *dto.Histogram) []line {
	lines := []line{
		{name + "_sum", labels, h.GetSampleSum()},
		{name + "_count", labels, float64(h.GetSampleCount())},
	}
	for _, b := range h.GetBucket() {
		le := strconv.FormatFloat(b.GetUpperBound(), 'g', -1, 64)
		lines = append(lines, line{name + "_bucket", `le="` + le + `",` + labels, float64(b.GetCumulativeCount())})
	}
	if n := len(h.GetBucket()); n == 0 || h.GetBucket()[n-1].GetUpperBound() <= 1 { // protobuf has no +Inf
		lines = append(lines, line{name + "_bucket", `le="+Inf",` + labels, float64(h.GetSampleCount())})
	}
	return lines
}

func labelsOf(m *dto.Metric, without []string) string {
	var pairs []string
	for _, l := range m.GetLabel() {
		if !slices.Contains(without, l.GetName()) {
			pairs = append(pairs, l.GetName()+"="+strconv.Quote(l.GetValue()))
		}
	}
	slices.Sort(pairs)
	return strings.Join(pairs, ",")
}
