package convert

import (
	"math"
	"strconv"
	"strings"
)

// suffix reads what follows the labels: value, timestamp, exemplar, newline.
func (r *reader) suffix(s *sample) error {
	var err error
	if s.value, err = r.value(); err != nil {
		return err
	}
	if r.openMetrics {
		return r.openMetricsSuffix(s)
	}
	r.blanks()
	start := r.pos
	for c, more := r.peek(); more && isDigit(c); c, more = r.peek() {
		r.pos++
	}
	if r.pos > start {
		if s.at, err = strconv.ParseInt(r.in[start:r.pos], 10, 64); err != nil {
			return r.errorAt(start, "timestamp %.50q is out of range", r.in[start:r.pos])
		}
		s.timestamp = true
		r.blanks()
	}
	return r.lineEnd()
}

func (r *reader) openMetricsSuffix(s *sample) error {
	const mark = " # {"
	var err error
	if r.at(' ') && !r.atText(mark) {
		if s.at, err = r.openMetricsTimestamp(); err != nil {
			return err
		}
		s.timestamp = true
	}
	if r.atText(mark) {
		r.pos += len(mark) - 1
		s.exemplar, err = r.exemplar()
		return err
	}
	return r.lineEnd()
}

func (r *reader) openMetricsTimestamp() (ms int64, err error) {
	start := r.pos
	ts, err := r.value()
	if err != nil || math.IsNaN(ts) || math.IsInf(ts, 0) {
		r.pos = start
		return 0, r.errorAt(start+1, "want a timestamp in seconds, an exemplar or a line break")
	}
	return milliseconds(ts), nil
}

// exemplar reads an exemplar from its opening brace on. Where Prometheus would
// refuse its labels the exemplar alone is lost, and is one without labels.
func (r *reader) exemplar() (*exemplar, error) {
	start := r.pos
	var e entry
	if err := r.braces(&e); err != nil {
		return nil, err
	}
	if e.named {
		return nil, r.errorAt(start, "an exemplar has no name")
	}
	if strings.Contains(r.in[start:r.pos], "\n") { // in a name in quotes
		return nil, r.errorAt(start, "the exemplar's labels do not end in its line")
	}
	x := &exemplar{labels: e.sample.labels, refused: e.sample.refused != nil}
	sortLabels(x.labels)
	var err error
	if x.value, err = r.value(); err != nil {
		return nil, err
	}
	if r.at(' ') {
		if x.at, err = r.openMetricsTimestamp(); err != nil {
			return nil, err
		}
		x.timed = true
	}
	return x, r.lineEnd()
}

// value reads a number; in OpenMetrics one blank stands before it.
func (r *reader) value() (float64, error) {
	if !r.openMetrics {
		r.blanks()
	} else if !r.at(' ') {
		return 0, r.errorAt(r.pos, "want a blank and a value")
	} else {
		r.pos++
	}
	start := r.pos
	for c, more := r.peek(); more && !endsValue(c, r.openMetrics); c, more = r.peek() {
		r.pos++
	}
	v, err := parseFloat(r.in[start:r.pos])
	if err != nil {
		return 0, r.errorAt(start, "want a value, got %.50q", r.in[start:r.pos])
	}
	return v, nil
}

func endsValue(c byte, openMetrics bool) bool {
	return c == ' ' || c == '\n' || !openMetrics && (c == '\t' || c == '{')
}

// parseFloat takes what Prometheus takes: no hexadecimal, no underscores.
// strconv has one NaN only, so a value can never be a stale marker.
func parseFloat(s string) (float64, error) {
	if strings.ContainsAny(s, "pP_") {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseFloat(s, 64)
}

func (r *reader) lineEnd() error {
	switch c, more := r.peek(); {
	case more && c == '\n':
		r.pos++
	case more && r.openMetrics:
		return r.errorAt(r.pos, "want the end of the line")
	case more:
		return r.errorAt(r.pos, "want a timestamp in milliseconds or a line break")
	case r.openMetrics:
		return r.errorAt(r.pos, "the body does not end with # EOF")
	}
	return nil
}
