package transport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	promconfig "github.com/prometheus/common/config"

	"github.com/promferry/promferry/test/certs"
)

func trusting(file string) promconfig.HTTPClientConfig {
	return promconfig.HTTPClientConfig{EnableHTTP2: true, TLSConfig: promconfig.TLSConfig{CAFile: file}}
}

// The CA's file may be missing when the program starts, be replaced while it
// runs, and be wrong for a while.
func TestCAIsReadAgain(t *testing.T) {
	old, young := certs.New(), certs.New()
	oldServer := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{old.Server()}}, echo("X-None"))
	youngServer := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{young.Server()}}, echo("X-None"))
	file := filepath.Join(t.TempDir(), "ca.pem")
	transport := newTransport(t, trusting(file))

	_, _, err := get(t, transport, oldServer.URL)
	checkFailure(t, err, ReasonTLS, "ca_file: open "+file)
	write(t, file, old.PEM())
	checkAnswer(t, transport, oldServer.URL, "")
	_, _, err = get(t, transport, youngServer.URL)
	checkFailure(t, err, ReasonTLS, "unknown authority")
	write(t, file, "no certificate")
	_, _, err = get(t, transport, oldServer.URL)
	checkFailure(t, err, ReasonTLS, file)
	write(t, file, young.PEM())
	checkAnswer(t, transport, youngServer.URL, "")
	_, _, err = get(t, transport, oldServer.URL) // its connection was trusted by the old CA alone
	checkFailure(t, err, ReasonTLS, "unknown authority")
}

func TestClientCertificateIsReadAgain(t *testing.T) {
	ca := certs.New()
	server := serveTLS(t, &tls.Config{
		Certificates: []tls.Certificate{ca.Server()},
		ClientAuth:   tls.RequireAndVerifyClientCert,
		ClientCAs:    ca.Pool(),
	}, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.TLS.PeerCertificates[0].Subject.CommonName)
	})
	certFile, keyFile := tempFile(t, ""), tempFile(t, "")
	use := func(cert, key string) {
		write(t, certFile, cert)
		write(t, keyFile, key)
	}
	cfg := trusting(tempFile(t, ca.PEM()))
	cfg.TLSConfig.CertFile, cfg.TLSConfig.KeyFile = certFile, keyFile
	transport := newTransport(t, cfg)

	first, firstKey := certs.PEM(ca.Client("first"))
	second, secondKey := certs.PEM(ca.Client("second"))
	use(first, firstKey)
	checkAnswer(t, transport, server.URL, "first")
	write(t, certFile, second) // half of it
	_, _, err := get(t, transport, server.URL)
	checkFailure(t, err, ReasonTLS, certFile, keyFile)
	write(t, keyFile, secondKey)
	checkAnswer(t, transport, server.URL, "second")
	stranger, strangerKey := certs.PEM(certs.New().Client("stranger"))
	use(stranger, strangerKey)
	_, _, err = get(t, transport, server.URL)
	checkFailure(t, err, ReasonTLS, "client certificate")
}

// A connection that breaks where a good certificate was sent is no matter of TLS;
// where none was sent, it is how some servers refuse that.
func TestBrokenConnectionOfClientCertificates(t *testing.T) {
	ca := certs.New()
	server := serveTLS(t, &tls.Config{
		Certificates: []tls.Certificate{ca.Server()},
		ClientAuth:   tls.RequestClientCert,
		NextProtos:   []string{"http/1.1"},
	}, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	cfg := trusting(tempFile(t, ca.PEM()))
	_, _, err := get(t, newTransport(t, cfg), server.URL)
	checkFailure(t, err, ReasonTLS, "client certificate")

	cert, key := certs.PEM(ca.Client("good"))
	cfg.TLSConfig.CertFile, cfg.TLSConfig.KeyFile = tempFile(t, cert), tempFile(t, key)
	_, _, err = get(t, newTransport(t, cfg), server.URL)
	var failed *Error
	if err == nil || errors.As(err, &failed) {
		t.Errorf("got %T %v, want the error of net/http", err, err)
	}
}

// Fault T37.
func TestTLSFaults(t *testing.T) {
	ca := certs.New()
	cfg := trusting(tempFile(t, ca.PEM()))
	with := func(template *x509.Certificate) *tls.Config {
		return &tls.Config{Certificates: []tls.Certificate{ca.Issue(template)}}
	}
	here := []net.IP{net.IPv4(127, 0, 0, 1)}
	check := func(name string, server *tls.Config, says string) {
		t.Run(name, func(t *testing.T) {
			target := serveTLS(t, server, func(http.ResponseWriter, *http.Request) { t.Error("got a request, want none") })
			_, _, err := get(t, newTransport(t, cfg), target.URL)
			checkFailure(t, err, ReasonTLS, says)
		})
	}
	check("expired", with(&x509.Certificate{IPAddresses: here, NotAfter: time.Now().Add(-time.Minute)}), "expired")
	check("wrong name", with(&x509.Certificate{DNSNames: []string{"other"}}), "127.0.0.1")
	check("unknown CA", &tls.Config{Certificates: []tls.Certificate{certs.New().Server()}}, "unknown authority")
	wantsCertificate := with(&x509.Certificate{IPAddresses: here})
	wantsCertificate.ClientAuth = tls.RequireAnyClientCert
	check("client certificate wanted", wantsCertificate, "client certificate")
	wantsCertificate = wantsCertificate.Clone()
	wantsCertificate.MaxVersion = tls.VersionTLS12
	check("client certificate wanted in TLS 1.2", wantsCertificate, "certificate")
	older := with(&x509.Certificate{IPAddresses: here})
	older.MinVersion, older.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	check("TLS 1.1", older, "protocol version")

	plain := serve(t, echo("X-None"))
	_, _, err := get(t, newTransport(t, cfg), "https"+plain.URL[len("http"):])
	checkFailure(t, err, ReasonTLS, "HTTP response to HTTPS client")
	cfg.TLSConfig.ServerName = "other"
	target := serveTLS(t, with(&x509.Certificate{DNSNames: []string{"other"}}), echo("X-None"))
	checkAnswer(t, newTransport(t, cfg), target.URL, "")
}

// connections counts those that a server has.
type connections struct {
	mu   sync.Mutex
	all  int
	open int
}

func (c *connections) note(_ net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch state {
	case http.StateNew:
		c.all++
		c.open++
	case http.StateClosed, http.StateHijacked:
		c.open--
	}
}

func (c *connections) counts() (all, open int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.all, c.open
}

// Many requests at once see a new file, and the connections of the old ones
// are not kept.
func TestRotationKeepsNoConnections(t *testing.T) {
	ca := certs.New()
	var seen connections
	server := httptest.NewUnstartedServer(echo("X-None"))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{ca.Server()}}
	server.Config.ConnState = seen.note
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	file := tempFile(t, ca.PEM())
	cfg := trusting(file)
	cfg.EnableHTTP2 = false
	transport := newTransport(t, cfg)
	for round := range 10 {
		write(t, file, ca.PEM()+string(make([]byte, round)))
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() { checkAnswer(t, transport, server.URL, "") })
		}
		group.Wait()
	}
	closeIdle(transport)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	end := time.Now().Add(30 * time.Second)
	for all, open := seen.counts(); all < 10 || open > 0; all, open = seen.counts() {
		if time.Now().After(end) {
			t.Fatalf("%d of %d connections are open, want none of at least 10", open, all)
		}
		<-tick.C
	}
}

// pipes is a server on connections in memory; silent ones never answer.
type pipes struct {
	dials, open atomic.Int32
	silent      atomic.Bool
}

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	p.dials.Add(1)
	client, server := net.Pipe()
	p.open.Add(1)
	go func() {
		defer p.open.Add(-1)
		defer server.Close()
		buffer := make([]byte, 4096)
		for {
			if _, err := server.Read(buffer); err != nil {
				return
			}
			if p.silent.Load() {
				continue
			}
			if _, err := io.WriteString(server, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"); err != nil {
				return
			}
		}
	}()
	return client, nil
}

// A request that goes out while its generation is given up leaves no connection
// behind.
func TestLateRequestKeepsNoConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := new(pipes)
		n := &network{dial: server.dial}
		n.proxy = &proxy{find: func(*http.Request) (*url.URL, error) {
			n.CloseIdleConnections() // before net/http looks for a connection
			return nil, nil
		}}
		checkAnswer(t, n, "http://gateway/", "ok")
		synctest.Wait()
		if n := server.open.Load(); n != 0 {
			t.Errorf("%d connections are open, want none", n)
		}
	})
}

// Fault N6: a name that leads elsewhere is followed although the old server
// answers.
func TestConnectionsHaveAnAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := new(pipes)
		transport := &observer{&network{proxy: newProxy(promconfig.ProxyConfig{}), dial: server.dial}}
		defer transport.CloseIdleConnections()
		for range 4 * 15 { // a quarter of an hour
			checkAnswer(t, transport, "http://gateway/", "ok")
			<-time.After(15 * time.Second)
		}
		if got := server.dials.Load(); got != 3 {
			t.Errorf("got %d connections in a quarter of an hour, want 3", got)
		}
	})
}

// Faults N1 and N2: where one of the connections that were kept has died
// without a word, the next request takes none of the others.
func TestSilentConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := new(pipes)
		transport := &observer{&network{proxy: newProxy(promconfig.ProxyConfig{}), dial: server.dial}}
		defer transport.CloseIdleConnections()
		ask := func() error {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://gateway/", nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := transport.RoundTrip(req)
			if err == nil {
				resp.Body.Close()
			}
			return err
		}
		var group sync.WaitGroup
		for range 3 {
			group.Go(func() { checkAnswer(t, transport, "http://gateway/", "ok") })
		}
		group.Wait()
		synctest.Wait()
		kept := server.dials.Load()
		server.silent.Store(true)
		if err := ask(); !isTimeout(err) || server.dials.Load() != kept {
			t.Errorf("got %v on a new connection: %v; want a timeout on one that was kept", err, server.dials.Load() != kept)
		}
		server.silent.Store(false)
		if err := ask(); err != nil || server.dials.Load() != kept+1 {
			t.Errorf("got %v on a new connection: %v; want an answer on a new one", err, server.dials.Load() != kept)
		}
	})
}
