package push

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/promferry/promferry/convert"
)

// An Exposure is what a gateway's /metrics shows, without the values that were
// pushed.
type Exposure struct {
	Own         map[string]convert.Type // of the gateway's own families
	Series      int                     // lines of series
	Pushgateway bool                    // it has what every Pushgateway has
	Pushes      float64                 // requests for groups since the gateway's start
	CPU         time.Duration           // that the gateway has used since then; 0: it does not say

	types  types  // of all families
	family string // whose lines these are
}

// Exposure reads the gateway's /metrics, as a Prometheus that scrapes it does. A
// *StatusError in the chain of the error is an answer: 500 where a group breaks
// it for everybody (contract C8, C15). It takes at most Timeout. Reading is dear:
// nothing may do it periodically.
func (g *Gateway) Exposure(ctx context.Context) (Exposure, error) {
	ctx, cancel := context.WithTimeout(ctx, g.Timeout)
	defer cancel()
	x := Exposure{types: make(types), Own: make(types)}
	body, err := g.get(ctx, "/metrics")
	if err != nil {
		return x, err
	}
	defer body.Close()
	if err := readLines(&cappedReader{from: body, left: storedLimit}, x.line); err != nil {
		return x, fmt.Errorf("get %s: %w", g.urlOf("/metrics"), err)
	}
	return x, nil
}

func (x *Exposure) line(line []byte) {
	if len(bytes.TrimSpace(line)) == 0 {
		return
	}
	if line[0] == '#' {
		if name := x.types.line(line); name != "" {
			x.family = name
		}
		return
	}
	x.Series++
	own := isOwn(line)
	if own && x.family != "" {
		x.Own[x.family] = x.types[x.family]
	}
	name := line[:max(bytes.IndexAny(line, "{ "), 0)]
	switch {
	case string(name) == "push_time_seconds":
		x.Pushgateway = true
	case string(name) == "process_cpu_seconds_total" && own:
		x.CPU = time.Duration(valueOf(line) * float64(time.Second))
	case bytes.HasPrefix(name, []byte("pushgateway_")) && own:
		x.Pushgateway = true
		if string(name) == "pushgateway_http_requests_total" && bytes.Contains(line, []byte(`handler="push"`)) {
			x.Pushes += valueOf(line)
		}
	}
}

// isOwn tells the gateway's own series: all that are pushed have a job.
func isOwn(line []byte) bool {
	return !bytes.Contains(line, []byte(`{job="`)) && !bytes.Contains(line, []byte(`,job="`))
}

// valueOf is the number at the end of a line; 0 where there is none.
func valueOf(line []byte) float64 {
	line = bytes.TrimSpace(line)
	value, err := strconv.ParseFloat(string(line[bytes.LastIndexByte(line, ' ')+1:]), 64)
	if err != nil {
		return 0
	}
	return value
}
