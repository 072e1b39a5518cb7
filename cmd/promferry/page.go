package main

import (
	"bytes"
	"io"
	"net/http"

	"github.com/promferry/promferry/cmd/promferry/internal/status"
)

// pages serve the status of a ferry: for people at /, for programs below /api/v1.
// All of them show one snapshot.
type pages struct {
	ferry         *ferry
	reloads       *reloader // or nil
	telemetryPath string
}

func (p pages) snapshot() status.Snapshot {
	s := p.ferry.snapshot()
	s.TelemetryPath = p.telemetryPath
	last := p.reloads.outcome()
	s.Load = status.Load{At: last.At, Failed: last.Failed, Text: last.Text}
	return s
}

// people serves the page, or the same as text.
func (p pages) people(w http.ResponseWriter, r *http.Request) {
	q, err := status.ParseQuery(r.URL.Query())
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadRequest)
	case q.Format == status.FormatText:
		respond(w, "text/plain; charset=utf-8", http.StatusOK, p.snapshot().ViewAll(q).WriteText)
	default:
		respond(w, "text/html; charset=utf-8", http.StatusOK, p.snapshot().View(q).WriteHTML)
	}
}

func (p pages) targets(w http.ResponseWriter, r *http.Request) {
	q, err := status.ParseTargetsQuery(r.URL.Query())
	if err != nil {
		respond(w, "application/json", http.StatusBadRequest, func(to io.Writer) error { return status.WriteError(to, err) })
		return
	}
	respond(w, "application/json", http.StatusOK, func(to io.Writer) error { return p.snapshot().WriteTargets(to, q) })
}

func (p pages) gateways(w http.ResponseWriter, _ *http.Request) {
	respond(w, "application/json", http.StatusOK, p.snapshot().WriteGateways)
}

func (p pages) remoteWrites(w http.ResponseWriter, _ *http.Request) {
	respond(w, "application/json", http.StatusOK, p.snapshot().WriteStores)
}

// config shows the configuration that runs, with secrets hidden.
func (p pages) config(w http.ResponseWriter, _ *http.Request) {
	respond(w, "text/plain; charset=utf-8", http.StatusOK, func(to io.Writer) error {
		_, err := io.WriteString(to, p.ferry.current().text)
		return err
	})
}

// respond sends what write makes: all of it, or an error.
func respond(w http.ResponseWriter, mediaType string, code int, write func(to io.Writer) error) {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		http.Error(w, "show status: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_, _ = b.WriteTo(w) // the reader may be gone
}
