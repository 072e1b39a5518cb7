//go:build unix

package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
)

// targets are one server that is all of them. Each has the same series, whose
// value is how often it was scraped: so each sample can be told from all others.
type targets struct {
	*httptest.Server
	lines   [][]byte // without values; comments as they are
	series  int
	scrapes []atomic.Int64 // by target
}

func newTargets(count int, body []byte) *targets {
	t := &targets{scrapes: make([]atomic.Int64, count)}
	for line := range bytes.Lines(body) {
		if line[0] != '#' {
			line = line[:bytes.LastIndexByte(line, ' ')+1]
			t.series++
		}
		t.lines = append(t.lines, line)
	}
	t.Server = httptest.NewServer(http.HandlerFunc(t.serve))
	return t
}

func (t *targets) serve(rw http.ResponseWriter, r *http.Request) {
	i, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
	if err != nil || i >= len(t.scrapes) {
		http.NotFound(rw, r)
		return
	}
	n := t.scrapes[i].Add(1)
	rw.Header().Set("Content-Type", "text/plain; version=0.0.4")
	_, _ = rw.Write(t.text(n)) // a client that goes has not scraped it, and says so
}

// text is what a target offers when it is scraped the n-th time.
func (t *targets) text(n int64) []byte {
	value := fmt.Appendf(nil, "%d\n", n)
	var text bytes.Buffer
	for _, line := range t.lines {
		text.Write(line)
		if line[0] != '#' {
			text.Write(value)
		}
	}
	return text.Bytes()
}

// job has the targets from one number to another.
func (t *targets) job(name string, from, to int) string {
	var job strings.Builder
	fmt.Fprintf(&job, "job %q {\n", name)
	for i := from; i < to; i++ {
		fmt.Fprintf(&job, "\tstatic_config {\n\t\ttargets = [\"%s/%d\"]\n\t\tlabels  = { instance = \"t%d\" }\n\t}\n", t.URL, i, i)
	}
	return job.String() + "}\n"
}
