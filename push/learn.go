package push

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/promferry/promferry/push/internal/answers"
)

// statusLimit is how much of a gateway's status is read, in bytes. It has the
// flags, some two kilobytes.
const statusLimit = 1 << 20

// Learn asks the gateway what it takes, where Encoding or Compression depend on
// that and it was not asked before, or not since an error. Run does it by
// itself; Learn is for whoever makes only one batch, which would be encoded
// before the answer. It takes at most Timeout. Without an answer bodies are for
// any gateway: text, not compressed.
func (g *Gateway) Learn(ctx context.Context) {
	if !g.asks() && !g.reception.doubtful() {
		return
	}
	ask, asking := g.reception.begin()
	if ask {
		defer g.reception.end()
		g.ask(ctx)
	} else if asking != nil {
		select {
		case <-ctx.Done():
		case <-asking:
		}
	}
}

// ask learns anew. What is never asked is only in no doubt any more.
func (g *Gateway) ask(ctx context.Context) {
	var now facts
	var err error
	if g.asks() {
		now, err = g.readStatus(ctx)
	}
	if err != nil && ctx.Err() != nil {
		return
	}
	before := g.reception.learn(now, err)
	if now.version != before.version || now.utf8 != before.utf8 || now.answered && !before.answered {
		g.tellVersion(now, err)
	}
}

// tellVersion logs what the gateway is taken for. That it did not say is for who
// looks for a cause.
func (g *Gateway) tellVersion(now facts, err error) {
	p := g.profile()
	logger := g.logger().With("gateway", g.Name)
	about := []any{"version", now.version.String(), "encoding", string(p.format), "compression", string(p.compression), "utf8_names", p.utf8}
	switch {
	case err != nil:
		logger.Debug("gateway could not be asked for its version", append(about[2:], "err", err)...)
	case !now.version.known():
		logger.Debug("gateway does not say its version", about[2:]...)
	default:
		logger.Info("gateway was asked for its version", about...)
	}
}

// renew asks again before a push where the gateway is in doubt.
func (g *Gateway) renew(ctx context.Context) {
	if g.reception.doubtful() {
		g.Learn(ctx)
	}
}

// readStatus asks for the version and the flags (contract C55). An error is a
// question without an answer; no answer of something else than a Pushgateway is
// one.
func (g *Gateway) readStatus(ctx context.Context) (known facts, err error) {
	defer answers.Contain(&err)
	ctx, cancel := context.WithTimeout(ctx, g.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, g.urlOf("/api/v1/status"), http.NoBody)
	if err != nil {
		return facts{}, err
	}
	resp, err := g.roundTrip(req)
	if err != nil {
		return facts{}, fmt.Errorf("get %s: %w", req.URL.Redacted(), err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= http.StatusInternalServerError {
		return facts{}, fmt.Errorf("get %s: status %d", req.URL.Redacted(), resp.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, statusLimit))
	if err != nil {
		return facts{}, fmt.Errorf("get %s: %w", req.URL.Redacted(), err)
	}
	return parseStatus(resp.StatusCode, text), nil
}

// parseStatus returns what an answer says; of what is not a Pushgateway's,
// nothing.
func parseStatus(code int, text []byte) facts {
	known := facts{answered: true}
	d, err := parseDescription(text)
	known.foreign = isForeign(code, d, err)
	if code != http.StatusOK || err != nil {
		return known
	}
	known.version = parseVersion(d.Version)
	known.utf8 = d.Flags["push.enable-utf8-names"] == "true" // from 1.11.0 on (contract C19)
	switch d.Flags["push.disable-consistency-check"] {
	case "true":
		known.checks = unchecked
	case "false":
		known.checks = checked
	}
	return known
}
