package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http/httptrace"
	"strings"
	"sync"

	"github.com/promferry/promferry/scrape"
	"github.com/promferry/promferry/transport"
)

// A trail is how far a request came, seen from inside of it: the request is the
// one that a scrape or a push would make, with its proxy, TLS and credentials.
// After a redirect it is that of the last request.
type trail struct {
	mu         sync.Mutex
	origin     string // host and port that are to be asked; "": redirects are not followed
	visited    bool   // these were asked
	redirected string // host and port that a redirect led to
	host       string // the name that was asked for; "": it was an address
	asked      bool
	addresses  []string
	resolveErr error
	dialing    string // an address that was tried
	connectErr error
	connected  string // the address; "": none yet
	handshake  bool   // was begun
	tlsErr     error
	tls        *tls.ConnectionState // nil: none yet
	answered   bool
}

// watch returns a context for the request.
func (t *trail) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:  t.begin,
		DNSStart: func(info httptrace.DNSStartInfo) { t.note(func() { t.asked, t.host = true, info.Host }) },
		DNSDone:  t.resolved,
		ConnectStart: func(_, address string) {
			t.note(func() { t.dialing = address })
		},
		ConnectDone:          t.dialed,
		TLSHandshakeStart:    func() { t.note(func() { t.handshake = true }) },
		TLSHandshakeDone:     t.shook,
		GotConn:              func(info httptrace.GotConnInfo) { t.note(func() { t.got(info.Conn) }) },
		GotFirstResponseByte: func() { t.note(func() { t.answered = true }) },
	})
}

// note changes fields: net/http calls from several goroutines.
func (t *trail) note(change func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	change()
}

// begin forgets an earlier request: the connection is that of the next one.
func (t *trail) begin(hostPort string) {
	t.note(func() {
		t.redirected = "" // a proxy, or who gives tokens, is asked before the origin, or in its place
		if hostPort == t.origin {
			t.visited = true
		} else if t.visited {
			t.redirected = hostPort
		}
		t.host, t.asked, t.addresses, t.resolveErr = "", false, nil, nil
		t.dialing, t.connectErr, t.connected = "", nil, ""
		t.handshake, t.tlsErr, t.tls, t.answered = false, nil, nil, false
	})
}

func (t *trail) resolved(info httptrace.DNSDoneInfo) {
	t.note(func() {
		t.resolveErr = info.Err
		for _, a := range info.Addrs {
			t.addresses = append(t.addresses, a.String())
		}
	})
}

func (t *trail) dialed(_, address string, err error) {
	t.note(func() {
		if err == nil {
			t.connected = address
		} else if t.connected == "" {
			t.connectErr = err
		}
	})
}

func (t *trail) shook(state tls.ConnectionState, err error) {
	t.note(func() {
		if t.tlsErr = err; err == nil {
			t.tls = &state
		}
	})
}

// got is for a connection that was there already.
func (t *trail) got(conn net.Conn) {
	if t.connected == "" && conn.RemoteAddr() != nil {
		t.connected = conn.RemoteAddr().String()
	}
	if secure, ok := conn.(*tls.Conn); ok && t.tls == nil {
		state := secure.ConnectionState()
		t.tls = &state
	}
}

// isConnected tells whether there was a connection to send on.
func (t *trail) isConnected() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.connected != ""
}

// isAnswered tells whether something came back.
func (t *trail) isAnswered() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.answered
}

// The links of a chain that every request goes through.
const (
	linkResolve = "resolve"
	linkConnect = "connect"
	linkTLS     = "tls"
)

// links adds what the trail shows, up to the link where err ended it. It is
// false where that was one of these links, and not one behind them. The checks
// behind are for the caller.
func (t *trail) links(cs *Checks, secure bool, err error, who speaker) (reached bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	broken, ended := "", false
	switch {
	case isWithoutCredentials(err):
		return true // what was seen is a token endpoint, if anything
	case err != nil:
		broken = t.broken(err)
	}
	for _, link := range []string{linkResolve, linkConnect, linkTLS} {
		switch {
		case link == linkTLS && !secure && broken != linkTLS:
		case ended:
			cs.notReached(link)
		case link == broken:
			t.fail(cs, link, err, who)
			ended = true
		default:
			t.good(cs, link, who)
		}
	}
	return !ended
}

// fail adds the link where err ended the way.
func (t *trail) fail(cs *Checks, link string, err error, who speaker) {
	found := t.failure(link, err)
	if t.redirected != "" {
		cs.fail(link, oneLine("after a redirect to "+t.redirected+": "+found), who.redirectAdvice())
		return
	}
	cs.fail(link, found, who.advice(link, t.host, err))
}

// broken is the link that err is about; "" for one behind these.
func (t *trail) broken(err error) string {
	var way *transport.Error
	errors.As(err, &way)
	switch {
	case t.answered:
		return ""
	case t.tlsErr != nil, way != nil && way.Reason == transport.ReasonTLS:
		return linkTLS
	case way != nil && way.Reason == transport.ReasonProxy:
		return linkConnect
	case t.resolveErr != nil, t.asked && len(t.addresses) == 0 && t.connected == "":
		return linkResolve
	case t.connected == "" && (t.dialing != "" || isDial(err)):
		return linkConnect
	case t.handshake && t.tls == nil:
		return linkTLS
	}
	return ""
}

// isWithoutCredentials tells a request that was not sent, as its secret or its
// token could not be had.
func isWithoutCredentials(err error) bool {
	var way *transport.Error
	var failed *scrape.Error
	return errors.As(err, &way) && way.Reason == transport.ReasonCredentials ||
		errors.As(err, &failed) && failed.Reason == scrape.ReasonCredentials
}

func isDial(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// failure says what went wrong without the layers around it.
func (t *trail) failure(link string, err error) string {
	var dns *net.DNSError
	var op *net.OpError
	var way *transport.Error
	switch {
	case link == linkResolve && errors.As(err, &dns):
		return dns.Error()
	case link == linkConnect && t.connectErr != nil && errors.As(t.connectErr, &op):
		return op.Error()
	case link == linkTLS && errors.As(err, &way):
		return oneLine(way.Error())
	}
	return oneLine(plain(err).Error())
}

// good adds a link that was passed.
func (t *trail) good(cs *Checks, link string, who speaker) {
	switch {
	case link == linkResolve && t.host != "":
		cs.ok(link, t.host+" is "+strings.Join(t.addresses[:min(len(t.addresses), 4)], ", "))
	case link == linkResolve:
		cs.ok(link, "an address, no name")
	case link == linkConnect:
		cs.ok(link, t.connected)
	case t.tls != nil:
		checkCertificate(cs, t.tls, who)
	default:
		cs.ok(link, "")
	}
}
