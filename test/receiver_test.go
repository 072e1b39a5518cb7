package test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/klauspost/compress/snappy"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/prompb"

	"github.com/promferry/promferry/test/proc"
)

// A receiver takes remote_write, reads it as Prometheus does, and answers as the
// test last said. It keeps all requests.
type receiver struct {
	*scripted
	t    testing.TB
	mu   sync.Mutex
	away bool // takes nothing
	// got is in the order in which requests came.
	got []*written
}

// written is a request that came.
type written struct {
	request prompb.WriteRequest
	header  http.Header
	size    int // bytes
	at      time.Time
	code    int // the answer; 0: there was none, or none yet
}

// takes is the answer of a receiver that has stored all.
func takes(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }

// startRecording serves until the test ends.
func startRecording(t testing.TB) *receiver {
	t.Helper()
	r := &receiver{scripted: new(scripted), t: t}
	r.answer.Store(http.HandlerFunc(takes))
	r.Server = serverAt(t, proc.Address(t), r.take)
	r.Start()
	t.Cleanup(func() { r.Close() })
	return r
}

// leave stops listening, so that connections are refused. What is kept before that
// has its answer: a request whose connection seems idle to Close, as its head was
// read just then, is not kept, and rightly comes again.
func (r *receiver) leave() {
	r.mu.Lock()
	r.away = true
	r.mu.Unlock()
	r.Close()
}

// comeBack listens at the same address again.
func (r *receiver) comeBack() {
	r.t.Helper()
	r.away = false // nobody is there yet
	r.Server = serverAt(r.t, r.address(), r.take)
	r.Start()
}

// take keeps a request and answers it. One that Prometheus could not read is an
// error of the test.
func (r *receiver) take(w http.ResponseWriter, req *http.Request) {
	r.requests.Add(1)
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return // the client went in the middle of it
	}
	got := &written{header: req.Header.Clone(), size: len(body), at: time.Now()}
	if err := got.read(body); err != nil {
		r.t.Errorf("a request that is none of remote_write 1.0: %v", err)
	}
	if !r.keep(got) {
		panic(http.ErrAbortHandler)
	}
	answer := &noted{ResponseWriter: w, note: func(code int) {
		r.mu.Lock()
		defer r.mu.Unlock()
		got.code = code
	}}
	req.Body = io.NopCloser(bytes.NewReader(body))
	r.answer.Load().(http.HandlerFunc)(answer, req)
}

func (r *receiver) keep(got *written) (kept bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.away {
		r.got = append(r.got, got)
	}
	return !r.away
}

// noted is an answer whose code is noted before it leaves.
type noted struct {
	http.ResponseWriter
	note func(code int)
}

func (n *noted) WriteHeader(code int) {
	n.note(code)
	n.ResponseWriter.WriteHeader(code)
}

func (n *noted) Unwrap() http.ResponseWriter { return n.ResponseWriter }

// Hijack serves answers that are no HTTP.
func (n *noted) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(n.ResponseWriter).Hijack()
}

// read takes a request apart, and checks what the specification wants of it
// (https://prometheus.io/docs/specs/prw/remote_write_spec/).
func (w *written) read(body []byte) error {
	for name, want := range map[string]string{
		"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf", "X-Prometheus-Remote-Write-Version": "0.1.0",
	} {
		if got := w.header.Get(name); got != want {
			return fmt.Errorf("header %s is %q, want %q", name, got, want)
		}
	}
	if agent := w.header.Get("User-Agent"); !strings.HasPrefix(agent, "promferry/") {
		return fmt.Errorf("User-Agent %q, want one of promferry", agent)
	}
	plain, err := snappy.Decode(nil, body)
	if err != nil {
		return err
	}
	if err := w.request.Unmarshal(plain); err != nil {
		return err
	}
	for _, s := range w.request.Timeseries {
		if err := wellFormed(s); err != nil {
			return err
		}
	}
	return nil
}

// wellFormed checks one series of a request.
func wellFormed(s prompb.TimeSeries) error {
	byName := func(a, b prompb.Label) int { return strings.Compare(a.Name, b.Name) }
	if !slices.IsSortedFunc(s.Labels, byName) || len(slices.CompactFunc(slices.Clone(s.Labels), func(a, b prompb.Label) bool { return a.Name == b.Name })) != len(s.Labels) {
		return fmt.Errorf("labels are not sorted, or stand twice: %v", s.Labels)
	}
	if slices.ContainsFunc(s.Labels, func(l prompb.Label) bool { return l.Name == "" || l.Value == "" }) {
		return fmt.Errorf("an empty label: %v", s.Labels)
	}
	if seriesLabels(s).Get(model.MetricNameLabel) == "" {
		return fmt.Errorf("no name: %v", s.Labels)
	}
	if len(s.Samples)+len(s.Histograms) == 0 {
		return fmt.Errorf("no samples: %v", s.Labels)
	}
	return nil
}

func seriesLabels(s prompb.TimeSeries) labels.Labels {
	b := labels.NewScratchBuilder(len(s.Labels))
	for _, l := range s.Labels {
		b.Add(l.Name, l.Value)
	}
	return b.Labels()
}

// inTurn gives each request the next answer, and the last one to all that follow.
func inTurn(answers ...http.HandlerFunc) http.HandlerFunc {
	var n atomic.Int64
	return func(w http.ResponseWriter, r *http.Request) {
		answers[min(int(n.Add(1)), len(answers))-1](w, r)
	}
}

// later asks for another try after some seconds.
func later(code int, seconds string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", seconds)
		status(code, "later")(w, r)
	}
}
