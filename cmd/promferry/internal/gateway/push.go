package gateway

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
)

// servePush answers a PUT or POST: 200 when stored, 202 when unchecked, 400
// when it cannot be read or does not fit, 413 when it is too large.
func (g *Gateway) servePush(w http.ResponseWriter, r *http.Request) {
	err := g.push(w, r)
	status := g.pushStatus(err)
	if err != nil {
		http.Error(w, err.Error(), status)
		return
	}
	w.WriteHeader(status)
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

// push reads the request and stores it in its group.
func (g *Gateway) push(w http.ResponseWriter, r *http.Request) error {
	labels, err := parseGrouping(r.URL.Path)
	if err != nil {
		return err
	}
	body, err := readFamilies(w, r, maxBodyBytes)
	if err != nil {
		return err
	}
	body.setLabels(labels)
	body.setHelp(g.ownHelp)

	change := group.post
	if r.Method == http.MethodPut {
		change = group.put
	}
	err = g.store(labels, body, change)
	if g.Unchecked {
		return nil // a refusal shows in the group's failure marker alone
	}
	return err
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

// serveDelete answers 202 whether the group was there or not (contract C3).
func (g *Gateway) serveDelete(w http.ResponseWriter, r *http.Request) {
	labels, err := parseGrouping(r.URL.Path)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	g.remove(labels)
	w.WriteHeader(http.StatusAccepted)
}

func (g *Gateway) remove(labels model.LabelSet) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.groups = g.groups.without(labels)
}
