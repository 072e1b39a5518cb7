package push

import (
	"net/http"
	"time"

	"github.com/promferry/promferry/push/internal/answers"
)

// noteClock compares this host's clock with the gateway's, as an answer to a
// request that began then shows it. That asks the gateway for nothing.
func (g *Gateway) noteClock(header http.Header, began time.Time) {
	if offset, found := answers.ClockOffset(header, began, time.Now()); found {
		g.Metrics.clock(g.address(), offset)
	}
}
