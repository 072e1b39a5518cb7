package push

import (
	"context"
	"errors"
	"net/http"

	"github.com/promferry/promferry/convert"
)

// accepted returns how a body is sent that was encoded as p: so, but for what
// the gateway is known by now to lose or to refuse. A body may have waited since
// another gateway was there.
func (g *Gateway) accepted(p profile) profile {
	now := g.profile()
	if p.format == convert.Protobuf && now.format != convert.Protobuf {
		return plainText
	}
	p.utf8 = p.utf8 && now.utf8
	if g.reception.facts().plainOnly {
		p.compression = CompressionNone
	}
	return p
}

// isRefused tells the errors that a gateway, or what stands before it, gives for
// a compression that it does not know: most take the bytes for text (contract
// C47).
func isRefused(err error) bool {
	var status *StatusError
	if !errors.As(err, &status) || status.inconsistent {
		return false
	}
	return status.Code == http.StatusBadRequest || status.Code == http.StatusUnsupportedMediaType
}

// transferPlain sends a body uncompressed that was refused compressed. If the
// gateway understands that, it gets no more compressed ones.
func (g *Gateway) transferPlain(ctx context.Context, out *Outcome, fit fitted, p profile) error {
	plain := p
	plain.compression = CompressionNone
	err := g.transfer(ctx, out, fit, plain)
	switch {
	case isRefused(err):
		g.reception.triedInVain()
	case err != nil && !isInconsistent(err): // says nothing of the compression
	case g.reception.takesPlain():
		g.logger().Warn("gateway does not take this compression, its bodies go uncompressed", "gateway", g.Name, "compression", string(p.compression))
	}
	return err
}
