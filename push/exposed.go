package push

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/promferry/promferry/convert"
)

// An exposed is what a gateway's /metrics shows of one group. It is read as
// lines: only few of them are of interest.
type exposed struct {
	name   []byte   // of a family that was pushed; nil: none
	labels [][]byte // of the group, as they stand in a line

	empty       bool // nothing at all
	pushgateway bool // what every Pushgateway has
	pushTime    bool // of the group
	series      bool // of the group and that name
}

// newExposed looks for a family of the content: one that has lines of its name,
// which is written as it is.
func newExposed(group convert.Labels, c *content) *exposed {
	e := &exposed{empty: true}
	for _, l := range group {
		value := strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`).Replace(l.Value)
		e.labels = append(e.labels, []byte(l.Name+`="`+value+`"`))
	}
	if c == nil {
		return e
	}
	for f := range c.blocks() {
		if f.Type.Simple() && model.LegacyValidation.IsValidMetricName(f.Name) {
			e.name = []byte(f.Name)
			break
		}
	}
	return e
}

// readExposed reads all of the gateway's /metrics.
func (g *Gateway) readExposed(ctx context.Context, e *exposed) error {
	ctx, cancel := context.WithTimeout(ctx, g.Timeout)
	defer cancel()
	body, err := g.get(ctx, "/metrics")
	if err != nil {
		return err
	}
	defer body.Close()
	if err := e.read(&cappedReader{from: body, left: storedLimit}); err != nil {
		return fmt.Errorf("get %s: %w", g.urlOf("/metrics"), err)
	}
	return nil
}

func (e *exposed) read(r io.Reader) error { return readLines(r, e.line) }

func (e *exposed) line(line []byte) {
	e.empty = e.empty && len(bytes.TrimSpace(line)) == 0
	name := line[:max(bytes.IndexAny(line, "{ "), 0)]
	switch {
	case string(name) == "push_time_seconds":
		e.pushgateway = true
		e.pushTime = e.pushTime || e.ours(line)
	case bytes.HasPrefix(name, []byte("pushgateway_")):
		e.pushgateway = true
	case len(name) > 0 && bytes.Equal(name, e.name):
		e.series = e.series || e.ours(line)
	}
}

// ours tells whether a line has all labels of the group.
func (e *exposed) ours(line []byte) bool {
	for _, label := range e.labels {
		if !bytes.Contains(line, append([]byte{'{'}, label...)) && !bytes.Contains(line, append([]byte{','}, label...)) {
			return false
		}
	}
	return len(e.labels) > 0
}
