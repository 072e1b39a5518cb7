package gateway

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"google.golang.org/protobuf/encoding/protodelim"
)

// families are metric families by name. Those of a push body may be changed
// until they are stored, no more after.
type families map[string]*dto.MetricFamily

// readFamilies reads the body of a push: delimited protobuf when the
// Content-Type says so, else text 0.0.4, gzip undone. Its size is bounded after
// decompression; w closes the connection of a body above the limit. Errors of
// the parsers are passed on as they are, as a Pushgateway does.
func readFamilies(w http.ResponseWriter, r *http.Request, limit int64) (families, error) {
	body := r.Body
	if strings.EqualFold(r.Header.Get("Content-Encoding"), "gzip") {
		unzipped, err := gzip.NewReader(body)
		if err != nil {
			return nil, fmt.Errorf("decompress body: %w", err)
		}
		body = unzipped
	}
	body = http.MaxBytesReader(w, body, limit)
	if expfmt.ResponseFormat(r.Header).FormatType() == expfmt.TypeProtoDelim {
		return readProtobuf(body, limit)
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	return parser.TextToMetricFamilies(body)
}

// readProtobuf reads delimited families to the end. Of two with one name the
// last wins (contract C44). It does not use expfmt's decoder, which allocates
// whatever size a message announces.
func readProtobuf(r io.Reader, limit int64) (families, error) {
	in := bufio.NewReader(r)
	read := families{}
	for {
		family := &dto.MetricFamily{}
		err := protodelim.UnmarshalOptions{MaxSize: limit}.UnmarshalFrom(in, family)
		if errors.Is(err, io.EOF) {
			return read, nil
		}
		if err != nil {
			return nil, fmt.Errorf("decode family %d: %w", len(read)+1, err)
		}
		read[family.GetName()] = family
	}
}

// setLabels gives each metric the grouping labels, over its own of the same
// name. One without any instance gets an empty one, so that Prometheus with
// honor_labels does not add the gateway's (contract C21, C22).
func (f families) setLabels(grouping model.LabelSet) {
	shared := make([]*dto.LabelPair, 0, len(grouping))
	for name, value := range grouping {
		shared = append(shared, labelPair(name, value))
	}
	for _, family := range f {
		for _, metric := range family.GetMetric() {
			setLabels(metric, grouping, shared)
		}
	}
}

func setLabels(metric *dto.Metric, grouping model.LabelSet, shared []*dto.LabelPair) {
	own := slices.DeleteFunc(metric.Label, func(l *dto.LabelPair) bool {
		_, overwritten := grouping[model.LabelName(l.GetName())]
		return overwritten
	})
	labels := slices.Concat(own, shared)
	if !slices.ContainsFunc(labels, isInstance) {
		labels = append(labels, labelPair(model.InstanceLabel, ""))
	}
	slices.SortFunc(labels, func(a, b *dto.LabelPair) int {
		return strings.Compare(a.GetName(), b.GetName())
	})
	metric.Label = labels
}

func isInstance(l *dto.LabelPair) bool {
	return l.GetName() == model.InstanceLabel
}

func labelPair(name model.LabelName, value model.LabelValue) *dto.LabelPair {
	return &dto.LabelPair{Name: new(string(name)), Value: new(string(value))}
}

// setHelp replaces the HELP of families in help, so that a pushed go_goroutines
// fits the gateway's own whatever its HELP (contract C37).
func (f families) setHelp(help map[string]string) {
	for name, family := range f {
		if text, ok := help[name]; ok {
			family.Help = new(text)
		}
	}
}

// checkTimestamps refuses any timestamp, 0 too (contract C27).
func (f families) checkTimestamps() error {
	for name, family := range f {
		for _, metric := range family.GetMetric() {
			if metric.TimestampMs != nil {
				return fmt.Errorf("metric %q has a timestamp", name)
			}
		}
	}
	return nil
}

// maxBodyBytes bounds one push after decompression. A Pushgateway has no bound
// (contract C48); one body of 50 000 series is about 5 MB.
const maxBodyBytes = 64 << 20
