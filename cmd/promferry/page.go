package main

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"time"

	"github.com/promferry/promferry/push"
	"github.com/promferry/promferry/relay"
)

//go:embed page.html
var pageHTML string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"ago":  ago,
	"took": func(d time.Duration) time.Duration { return d.Round(100 * time.Microsecond) },
	"path": groupPath,
}).Parse(pageHTML))

// page is the status page: one snapshot of all targets, rendered here.
type page struct {
	pool          *relay.Pool
	reloads       *reloader // or nil
	telemetryPath string
}

func (p page) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, struct {
		Version, TelemetryPath string
		Config                 reloadOutcome
		Targets                []relay.Status
	}{userAgent(), p.telemetryPath, p.reloads.outcome(), p.pool.Status()})
	if err != nil {
		http.Error(w, "render status page: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = b.WriteTo(w) // the reader may be gone
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
