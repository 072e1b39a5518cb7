package answers

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"

	"github.com/promferry/promferry/transport"
)

// Reason names the kind of an error without an answer in one word, for a metric.
func Reason(err error) string {
	var panicked *PanicError
	var dns *net.DNSError
	var timeout net.Error
	var dial *net.OpError
	var way *transport.Error
	switch {
	case errors.As(err, &panicked):
		return "panic"
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.As(err, &way):
		return string(way.Reason)
	case errors.As(err, &dns):
		return "dns"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	case errors.As(err, &dial) && dial.Op == "dial":
		return "connect"
	}
	return "connection"
}

// StatusReason is the code, if it is one that has a meaning: a server may make
// up any number.
func StatusReason(code int) string {
	if http.StatusText(code) == "" {
		return "unknown_status"
	}
	return strconv.Itoa(code)
}
