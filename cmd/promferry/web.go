package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path"
	"strings"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/exporter-toolkit/web"
	"go.yaml.in/yaml/v3"

	"github.com/promferry/promferry/cmd/promferry/internal/status"
)

// defaultListenAddress is on loopback: the page shows the inside of a host.
const defaultListenAddress = "127.0.0.1:9097"

// defaultTelemetryPath is where Prometheus looks.
const defaultTelemetryPath = "/metrics"

// webFlags are those of the own web server.
type webFlags struct {
	listenAddress string
	telemetryPath string
	configFile    string // TLS and users, in the format of all Prometheus programs
	lifecycle     bool   // who can reach the server may reload
}

func (w *webFlags) register(to flagger) {
	flag(to, "web.listen-address", "Address of the status page and the own metrics; empty: no web server.").Default(listenDefault()).StringVar(&w.listenAddress)
	flag(to, "web.config.file", "File with TLS and users of the web server, in the format of exporter-toolkit.").PlaceHolder("FILE").StringVar(&w.configFile)
	flag(to, "web.telemetry-path", "Path of the own metrics.").Default(defaultTelemetryPath).StringVar(&w.telemetryPath)
}

// listenDefault is the address, but for who sets the twin in the environment to
// nothing: kingpin takes that for not set.
func listenDefault() string {
	if v, set := os.LookupEnv("PROMFERRY_WEB_LISTEN_ADDRESS"); set && v == "" {
		return ""
	}
	return defaultListenAddress
}

// check says what is wrong with the flags.
func (w *webFlags) check() error {
	p := w.telemetryPath
	if p == "/" || !strings.HasPrefix(p, "/") || p != path.Clean(p) || isOwn(p) || strings.ContainsAny(p, "{} ") {
		return fmt.Errorf("--web.telemetry-path=%q: want a path such as /metrics", w.telemetryPath)
	}
	if err := web.Validate(w.configFile); err != nil {
		return fmt.Errorf("--web.config.file=%s: %w", w.configFile, err)
	}
	return nil
}

// isOwn tells the paths that have another meaning.
func isOwn(p string) bool {
	return p == "/config" || strings.HasPrefix(p, "/-/") || strings.HasPrefix(p, "/api/")
}

// listen takes the address before anything is scraped, so that a second
// promferry fails instead of pushing beside the first. It is nil for no server.
func (w *webFlags) listen() (net.Listener, error) {
	if w.listenAddress == "" {
		return nil, nil
	}
	l, err := net.Listen("tcp", w.listenAddress)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w%s", w.listenAddress, cause(err), listenHint(err))
	}
	return l, nil
}

func listenHint(err error) string {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return "; another promferry? Choose another --web.listen-address, or an empty one for no web server"
	case errors.Is(err, fs.ErrPermission):
		return "; choose a --web.listen-address with a port above 1023"
	}
	return "; --web.listen-address is host:port, or empty for no web server"
}

func cause(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

// serve answers until the returned function is called.
func (w *webFlags) serve(l net.Listener, f *ferry, reloads *reloader, logger *slog.Logger) (stop func()) {
	if l == nil {
		return func() {}
	}
	server := &http.Server{
		Handler:           guarded(w.handler(f, reloads), l.Addr()),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		err := web.Serve(l, server, &web.FlagConfig{WebConfigFile: &w.configFile}, logger)
		if !errors.Is(err, http.ErrServerClosed) { // the relay goes on, but nobody can ask it
			logger.Error("web server ended", "err", err)
		}
	}()
	logger.Info("status page", "url", w.scheme()+"://"+reachable(l.Addr().String())+"/")
	return func() {
		_ = server.Close() // pages and metrics: nobody loses anything
		<-ended
	}
}

// scheme is what stands in front of the address. The file was checked; where it is
// gone meanwhile, the server says so itself.
func (w *webFlags) scheme() string {
	var c web.Config
	text, err := os.ReadFile(w.configFile)
	if err == nil && yaml.Unmarshal(text, &c) == nil && c.TLSConfig.IsEnabled() {
		return "https"
	}
	return "http"
}

func (w *webFlags) handler(f *ferry, reloads *reloader) http.Handler {
	mux := http.NewServeMux()
	fine := func(rw http.ResponseWriter, _ *http.Request) { fmt.Fprintln(rw, "OK") }
	mux.HandleFunc("GET /-/healthy", fine)
	mux.HandleFunc("GET /-/ready", fine) // the listener is open only once the configuration is good
	mux.Handle("GET "+w.telemetryPath, promhttp.HandlerFor(f.registry, promhttp.HandlerOpts{Registry: f.registry}))
	mux.Handle("POST /-/reload", w.onlyLifecycle(reloads))
	p := pages{f, reloads, w.telemetryPath}
	mux.HandleFunc("GET /{$}", p.people)
	mux.HandleFunc("GET /api/v1/targets", p.targets)
	mux.HandleFunc("GET /api/v1/gateways", p.gateways)
	mux.HandleFunc("GET /api/v1/remote_writes", p.remoteWrites)
	mux.HandleFunc("GET /config", p.config)
	return secured(mux)
}

// onlyLifecycle refuses what changes the process, unless the user allows it.
func (w *webFlags) onlyLifecycle(next http.Handler) http.Handler {
	if w.lifecycle {
		return next
	}
	return http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		http.Error(rw, "not enabled: start promferry with --web.enable-lifecycle, or reload by SIGHUP", http.StatusForbidden)
	})
}

// secured adds the headers that keep a page from being used by another.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		h := rw.Header()
		h.Set("Content-Security-Policy", status.Policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(rw, r)
	})
}
