// Package gateway is an in-memory Pushgateway for `promferry demo`: pushes
// come in over HTTP, and its /metrics shows what Prometheus would scrape from
// a real one.
//
// It holds what promferry sends: PUT, POST and DELETE of groups, as text or
// protobuf, checked for consistency as a Pushgateway checks them. It has no
// persistence, no web page, no JSON API and no UTF-8 names in text. The cases
// in test/gateway-cases hold its statuses and its exposition to those of
// Pushgateway 1.5.1; "contract" with a number in this package's comments is
// the behaviour of that number, as observed there.
package gateway

import (
	"io"
	"net/http"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
)

// Gateway is a http.Handler that keeps pushed groups in memory. New makes one;
// Unchecked is set before it serves. Safe for concurrent use.
type Gateway struct {
	// Unchecked stores pushes without the consistency check and answers 202,
	// as --push.disable-consistency-check does; an inconsistent push then
	// turns /metrics into 500 (contract C8). The zero value checks.
	Unchecked bool

	handler  http.Handler
	requests *prometheus.CounterVec
	own      *prometheus.Registry
	ownHelp  map[string]string // HELP by family name, of what own showed at start

	mu     sync.Mutex
	groups snapshot
}

// New returns an empty gateway that shows the Go and process metrics of this
// process beside what is pushed, as a Pushgateway shows its own.
func New() *Gateway {
	g := &Gateway{
		own: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "pushgateway_http_requests_total",
			Help: "Total HTTP requests processed by the gateway, excluding scrapes.",
		}, []string{"code", "method"}),
		groups: snapshot{},
	}
	g.own.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		g.requests,
	)
	g.ownHelp = helpByName(g.own)
	g.handler = g.routes()
	return g
}

// helpByName returns the HELP of every family the registry has now. The
// request counter has no series yet and so is not in it; a pushed family of that
// name must bring the same HELP later (contract C38).
func helpByName(own *prometheus.Registry) map[string]string {
	families, _ := own.Gather() // an error here comes again at GET /metrics
	help := make(map[string]string, len(families))
	for _, family := range families {
		help[family.GetName()] = family.GetHelp()
	}
	return help
}

// ServeHTTP answers pushes and deletes under /metrics/job/ and
// /metrics/job@base64/, scrapes of /metrics, and /-/ready and /-/healthy.
// Paths with an empty, "." or ".." segment are redirected to the clean path
// (contract C10); a method that a path does not know gets 405 with Allow.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.handler.ServeHTTP(w, r)
}

// routes counts every request but the scrapes.
func (g *Gateway) routes() http.Handler {
	counted := http.NewServeMux()
	counted.HandleFunc("GET /-/ready", serveOK)
	counted.HandleFunc("GET /-/healthy", serveOK)
	for _, path := range []string{"/metrics/job/", "/metrics/job@base64/"} {
		counted.HandleFunc("PUT "+path, g.servePush)
		counted.HandleFunc("POST "+path, g.servePush)
		counted.HandleFunc("DELETE "+path, g.serveDelete)
	}

	all := http.NewServeMux()
	all.Handle("GET /metrics", promhttp.HandlerFor(prometheus.GathererFunc(g.gather), promhttp.HandlerOpts{}))
	all.Handle("GET /{$}", http.RedirectHandler("/metrics", http.StatusFound)) // for who opens the demo's address
	all.Handle("/", promhttp.InstrumentHandlerCounter(g.requests, counted))
	return all
}

func serveOK(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, "OK")
}

// gather returns what /metrics shows: the gateway's own metrics and the stored
// groups, with an error when they do not fit together.
func (g *Gateway) gather() ([]*dto.MetricFamily, error) {
	return prometheus.Gatherers{g.own, g.stored()}.Gather()
}

func (g *Gateway) stored() snapshot {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.groups
}
