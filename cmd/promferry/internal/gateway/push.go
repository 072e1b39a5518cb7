package gateway

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
)

// servePush answers a PUT or POST: 200 when stored, 202 when unchecked, 400
// when it cannot be read or does not fit, 413 when it is too large.
func (g *Gateway) servePush(w http.ResponseWriter, r *http.Request) {
	body := &countingBody{ReadCloser: r.Body}
	r.Body = body
	series, err := g.push(w, r)
	g.answer(w, err, Push{
		Method: r.Method,
		Path:   r.URL.EscapedPath(),
		Status: g.pushStatus(err),
		Bytes:  body.read,
		Series: series,
	})
}

// serveDelete answers 202 whether the group was there or not (contract C3).
func (g *Gateway) serveDelete(w http.ResponseWriter, r *http.Request) {
	done := Push{Method: r.Method, Path: r.URL.EscapedPath(), Status: http.StatusAccepted}
	labels, err := parseGrouping(r.URL.Path)
	if err != nil {
		done.Status = http.StatusBadRequest
	} else {
		g.remove(labels)
	}
	g.answer(w, err, done)
}

func (g *Gateway) answer(w http.ResponseWriter, err error, done Push) {
	if err != nil {
		http.Error(w, err.Error(), done.Status)
	} else {
		w.WriteHeader(done.Status)
	}
	if g.OnPush != nil {
		g.OnPush(done)
	}
}

func (g *Gateway) pushStatus(err error) int {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return http.StatusRequestEntityTooLarge
	case err != nil:
		return http.StatusBadRequest
	case g.Unchecked:
		return http.StatusAccepted
	}
	return http.StatusOK
}

// push reads the request and stores it in its group. It returns the number of
// metrics read, also with an error.
func (g *Gateway) push(w http.ResponseWriter, r *http.Request) (series int, err error) {
	labels, err := parseGrouping(r.URL.Path)
	if err != nil {
		return 0, err
	}
	body, err := readFamilies(w, r, maxBodyBytes)
	if err != nil {
		return 0, err
	}
	body.setLabels(labels)
	body.setHelp(g.ownHelp)

	change := group.post
	if r.Method == http.MethodPut {
		change = group.put
	}
	err = g.store(labels, body, change)
	if g.Unchecked {
		err = nil // a refusal shows in the group's failure marker alone
	}
	return body.series(), err
}

// store makes the change when what /metrics would show with it is consistent.
// If not, nothing of the body is kept and the group is marked as failed
// (contract C6, C7).
func (g *Gateway) store(labels model.LabelSet, body families, change func(group, families, time.Time) group) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	old, now := g.groups.group(labels), time.Now()
	next := g.groups.with(change(old, body, now))
	if err := g.check(body, next); err != nil {
		g.groups = g.groups.with(old.fail(now))
		return fmt.Errorf("pushed metrics are invalid or inconsistent with existing metrics: %w", err)
	}
	g.groups = next
	return nil
}

// check gathers next beside the gateway's own metrics, as a scrape would:
// client_golang finds the duplicates and conflicts, in all groups.
func (g *Gateway) check(body families, next snapshot) error {
	if err := body.checkTimestamps(); err != nil || g.Unchecked {
		return err
	}
	_, err := prometheus.Gatherers{g.own, next}.Gather()
	return err
}

func (g *Gateway) remove(labels model.LabelSet) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.groups = g.groups.without(labels)
}

// countingBody counts what is read of a request body.
type countingBody struct {
	io.ReadCloser
	read int64 // bytes
}

func (b *countingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	return n, err
}
