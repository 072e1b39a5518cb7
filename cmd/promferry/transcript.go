package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/promferry/promferry/configs"
	"github.com/promferry/promferry/push"
	"github.com/promferry/promferry/push/remote"
)

// transcriptTime is how long the demo prints each request.
const transcriptTime = 12 * time.Second

// A transcript prints a line for each request of the first seconds, and for each
// that fails.
type transcript struct {
	mu    sync.Mutex
	to    io.Writer
	start time.Time
}

func (t *transcript) push(out push.Outcome) {
	t.line(out.Err, fmt.Sprintf("%-6s %s  %d series, %d bytes, %v", out.Method, out.Path, out.Series, out.Bytes, rounded(out.Took)))
}

// stored is for requests to the stores of a configuration.
func (t *transcript) stored(cfg *configs.Config) func(remote.Outcome) {
	paths := make(map[string]string)
	for _, w := range cfg.RemoteWrites {
		paths[w.Name] = w.URL.EscapedPath()
	}
	return func(out remote.Outcome) {
		t.line(out.Err, fmt.Sprintf("%-6s %s  %s, %d bytes, %v", "POST", paths[out.Store], count(out.Samples, "sample", "samples"), out.Bytes, rounded(out.Took)))
	}
}

func (t *transcript) line(err error, text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Since(t.start) > transcriptTime && err == nil {
		return
	}
	result := paint(t.to, good, "stored")
	if err != nil {
		result = paint(t.to, bad, err.Error())
	}
	fmt.Fprintf(t.to, "%s  %s: %s\n", time.Now().Format(time.TimeOnly), text, result)
}

func rounded(took time.Duration) time.Duration { return took.Round(10 * time.Microsecond) }
