package transport

import (
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	promconfig "github.com/prometheus/common/config"
)

// A network is the connections to servers, in generations. A new generation
// takes over where a TLS file has changed, where the old one is so old that its
// hosts may have moved, and where a connection that was kept has fallen silent
// and no other was heard meanwhile: then all that were kept may be dead. The old
// one's connections end with the requests that are on them; net/http lets one of
// HTTP/2 be idle for maxAge first.
type network struct {
	tls   promconfig.TLSConfig
	http2 bool
	proxy *proxy
	dial  dialFunc

	mu      sync.Mutex
	current *generation // nil before the first request
}

type generation struct {
	*http.Transport
	born  time.Time
	files fingerprint
	heard atomic.Int64 // answers on connections that were kept
}

func (n *network) RoundTrip(req *http.Request) (*http.Response, error) {
	g, err := n.generation()
	if err != nil {
		return nil, err
	}
	heard := g.heard.Load()
	resp, err := g.RoundTrip(req)
	a := attemptOf(req.Context())
	switch {
	case err == nil && a.kept.Load():
		g.heard.Add(1)
	case a.isSilent(err) && g.heard.Load() == heard: // else the server is slow, or dead alone
		n.end(g)
	}
	if !n.isCurrent(g) {
		g.CloseIdleConnections() // this one, too, once its body is read
	}
	return resp, err
}

// generation returns the current one, or makes the next.
func (n *network) generation() (*generation, error) {
	files, err := n.fingerprint()
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if g := n.current; g != nil && g.files == files && time.Since(g.born) < maxAge {
		return g, nil
	}
	transport, err := n.transport()
	if err != nil {
		return nil, err
	}
	n.retire()
	n.current = &generation{Transport: transport, born: time.Now(), files: files}
	return n.current, nil
}

func (n *network) isCurrent(g *generation) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.current == g
}

// end has a new generation take over, unless one has.
func (n *network) end(g *generation) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.current == g {
		n.retire()
	}
}

// CloseIdleConnections ends the generation.
func (n *network) CloseIdleConnections() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.retire()
}

// retire lets the next request begin a generation. n.mu is held.
func (n *network) retire() {
	if n.current != nil {
		n.current.CloseIdleConnections()
		n.current = nil
	}
}

func (n *network) transport() (*http.Transport, error) {
	tlsConfig, err := promconfig.NewTLSConfig(&n.tls)
	if err != nil {
		return nil, &Error{ReasonTLS, err}
	}
	watchCertificate(tlsConfig)
	t := &http.Transport{
		MaxIdleConns:           20000,
		MaxIdleConnsPerHost:    1000,
		IdleConnTimeout:        maxAge,
		TLSClientConfig:        tlsConfig,
		TLSHandshakeTimeout:    10 * time.Second,
		ExpectContinueTimeout:  time.Second,
		DisableCompression:     true,
		DialContext:            n.dial,
		MaxResponseHeaderBytes: maxHeaderBytes,
		Protocols:              new(http.Protocols),
	}
	t.Protocols.SetHTTP1(true)
	if n.http2 {
		t.Protocols.SetHTTP2(true)
		t.HTTP2 = &http.HTTP2Config{SendPingTimeout: pingAfter} // net/http gives the answer 15 s
	}
	n.proxy.use(t)
	return t, nil
}

// watchCertificate tells the attempt that the server asks for a certificate, and
// whether it gets one.
func watchCertificate(cfg *tls.Config) {
	choose := cfg.GetClientCertificate
	cfg.GetClientCertificate = func(asked *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		a := attemptOf(asked.Context())
		a.certificate.Store(true)
		if choose == nil {
			a.anonymous.Store(true)
			return new(tls.Certificate), nil
		}
		return choose(asked)
	}
}

// A fingerprint tells the contents of files from others.
type fingerprint [sha256.Size]byte

// fingerprint is that of the TLS files as they are now.
func (n *network) fingerprint() (all fingerprint, err error) {
	hash := sha256.New()
	for _, file := range []struct{ attribute, path string }{
		{"ca_file", n.tls.CAFile}, {"cert_file", n.tls.CertFile}, {"key_file", n.tls.KeyFile},
	} {
		if file.path == "" {
			continue
		}
		one, err := fingerprintOf(file.path)
		if err != nil {
			return all, &Error{ReasonTLS, fmt.Errorf("%s: %w", file.attribute, err)}
		}
		hash.Write(one[:])
	}
	return fingerprint(hash.Sum(nil)), nil
}

func fingerprintOf(path string) (of fingerprint, err error) {
	f, err := os.Open(path)
	if err != nil {
		return of, err
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, io.LimitReader(f, maxTLSFileBytes)); err != nil {
		return of, err
	}
	return fingerprint(hash.Sum(nil)), nil
}

const (
	// maxAge is how long a server is asked at the address that its name once
	// had, and how long a connection is kept that nobody uses.
	maxAge = 5 * time.Minute
	// pingAfter is the silence after which a connection of HTTP/2 has to show
	// that it is alive: requests that end by their timeouts leave it open.
	pingAfter = 10 * time.Second
	// maxHeaderBytes bounds the head of an answer; net/http would take 10 MiB.
	maxHeaderBytes = 64 << 10
	// maxTLSFileBytes is some times as much as the CA bundle of a system.
	maxTLSFileBytes = 4 << 20
)
