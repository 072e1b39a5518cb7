package main

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"time"

	"github.com/promferry/promferry/push"
	"github.com/promferry/promferry/relay"
	"github.com/promferry/promferry/scrape/discovery"
)

//go:embed page.html
var pageHTML string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"ago":  ago,
	"for":  func(t time.Time) time.Duration { return time.Since(t).Round(time.Second) },
	"in":   func(t time.Time) time.Duration { return max(time.Until(t), 0).Round(time.Second) },
	"took": func(d time.Duration) time.Duration { return d.Round(100 * time.Microsecond) },
	"path": groupPath,
}).Parse(pageHTML))

// page is the status page: one snapshot of all gateways and targets, rendered
// here.
type page struct {
	ferry         *ferry
	reloads       *reloader // or nil
	telemetryPath string
}

func (p page) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, struct {
		Version, TelemetryPath string
		Config                 reloadOutcome
		Gateways               []push.GatewayStatus
		Searches               []searchStatus
		Targets                []relay.Status
	}{userAgent(), p.telemetryPath, p.reloads.outcome(), p.ferry.gatewayStatus(), p.ferry.searches(), p.ferry.pool.Status()})
	if err != nil {
		http.Error(w, "render status page: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = b.WriteTo(w) // the reader may be gone
}

// gatewayStatus is that of all gateways and their shards, in the order of the
// configuration.
func (f *ferry) gatewayStatus() []push.GatewayStatus {
	var all []push.GatewayStatus
	for _, g := range f.gateways() {
		all = append(all, g.Status())
	}
	return all
}

// A searchStatus says how the search for a job's targets goes.
type searchStatus struct {
	Job              string
	Targets, Dropped int
	Refused          []error // the first ones
	MoreRefused      int
	Discovery        []discoveryStatus
}

// maxRefusedShown bounds a row of the page; promferry targets shows all.
const maxRefusedShown = 10

// A discoveryStatus is that of one block.
type discoveryStatus struct {
	Kind string
	discovery.Status
}

// searches are those of the jobs that find targets.
func (f *ferry) searches() (all []searchStatus) {
	for _, job := range f.current().jobs {
		if len(job.finders) == 0 {
			continue
		}
		s := searchStatus{Job: job.settings.Name, Targets: len(job.of), Dropped: len(job.dropped)}
		shown := min(len(job.refused), maxRefusedShown)
		for _, t := range job.refused[:shown] {
			s.Refused = append(s.Refused, t.err)
		}
		s.MoreRefused = len(job.refused) - shown
		for _, fi := range job.finders {
			s.Discovery = append(s.Discovery, discoveryStatus{fi.settings.Kind(), fi.Status()})
		}
		all = append(all, s)
	}
	return all
}

// ago is the age of a moment for people.
func ago(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return time.Since(t).Round(time.Second).String() + " ago"
}

// groupPath is where a target is pushed to.
func groupPath(s relay.Status) string {
	path, err := push.GroupPath(s.Labels)
	if err != nil {
		return err.Error()
	}
	return path
}
