package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
)

// A world is one server that is all targets, one that is a gateway, and the
// file with the targets.
type world struct {
	options
	target, gateway *httptest.Server

	mu     sync.Mutex
	groups map[string]bool // at the gateway
}

func newWorld(o options) *world {
	w := &world{options: o, groups: make(map[string]bool)}
	w.target = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "text/plain; version=0.0.4")
		_, _ = io.WriteString(rw, "m 1\n")
	}))
	w.gateway = httptest.NewServer(http.HandlerFunc(w.push))
	return w
}

func (w *world) close() {
	w.target.Close()
	w.gateway.Close()
}

func (w *world) push(rw http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.mu.Lock()
	defer w.mu.Unlock()
	switch r.Method {
	case http.MethodPut:
		w.groups[r.URL.Path] = true
	case http.MethodDelete:
		delete(w.groups, r.URL.Path)
		rw.WriteHeader(http.StatusAccepted)
	default:
		http.NotFound(rw, r)
	}
}

// pushed counts the groups that the gateway has.
func (w *world) pushed() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.groups)
}

// write makes the file that of a round: each round some targets are others.
func (w *world) write(round int) error {
	type group struct {
		Targets []string          `json:"targets"`
		Labels  map[string]string `json:"labels"`
	}
	groups := make([]group, w.options.targets)
	for i := range groups {
		n := i + round*w.replaced
		groups[i] = group{
			[]string{w.target.Listener.Addr().String()},
			map[string]string{"instance": fmt.Sprintf("host%d:9100", n), "rack": fmt.Sprintf("r%d", n%100), "env": "production"},
		}
	}
	text, err := json.Marshal(groups)
	if err != nil {
		return err
	}
	if err := os.WriteFile(w.file()+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(w.file()+".new", w.file())
}

func (w *world) file() string { return filepath.Join(w.dir, "targets.json") }

// config has a rule for what most have, and an interval in which all are
// scraped once within the measured time.
func (w *world) config() string {
	return fmt.Sprintf(`
global {
  scrape_interval = "30s"
  on_shutdown     = "keep"
}
gateway "default" {
  url = %q
}
job "node" {
  file_sd_config {
    files = [%q]
  }
  relabel_config {
    source_labels = ["instance"]
    regex         = "(.+):[0-9]+"
    target_label  = "instance"
  }
}
`, w.gateway.URL, w.file())
}
