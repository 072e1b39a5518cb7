package transport

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"

	promconfig "github.com/prometheus/common/config"

	"github.com/promferry/promferry/test/proc"
)

func parse(t testing.TB, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func through(t testing.TB, proxy string) promconfig.HTTPClientConfig {
	t.Helper()
	return promconfig.HTTPClientConfig{
		TLSConfig:   promconfig.TLSConfig{InsecureSkipVerify: true},
		ProxyConfig: promconfig.ProxyConfig{ProxyURL: promconfig.URL{URL: parse(t, proxy)}},
	}
}

// tunnel is a proxy that takes CONNECT to any host to the server at address.
func tunnel(address string, asked func(*http.Request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		asked(r)
		to, err := net.Dial("tcp", address)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer to.Close()
		w.WriteHeader(http.StatusOK)
		from, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer from.Close()
		done := make(chan struct{})
		go func() {
			defer close(done)
			io.Copy(from, to)
			from.Close()
		}()
		io.Copy(to, buffered)
		to.Close()
		<-done
	}
}

func TestProxyConnect(t *testing.T) {
	server := serveTLS(t, nil, echo("X-Tenant"))
	var header atomic.Value
	proxy := serve(t, tunnel(server.Listener.Addr().String(), func(r *http.Request) { header.Store(r.Header.Clone()) }))
	cfg := through(t, proxy.URL)
	cfg.ProxyConnectHeader = promconfig.ProxyHeader{"Proxy-Authorization": {"Basic canary"}}
	checkAnswer(t, newTransport(t, cfg), "https://push.example.net/", "") // and not to the server
	if got := header.Load().(http.Header).Get("Proxy-Authorization"); got != "Basic canary" {
		t.Errorf("got Proxy-Authorization %q at the proxy", got)
	}
}

// Fault N12.
func TestProxyFaults(t *testing.T) {
	check := func(name string, answer func(net.Conn), texts ...string) {
		t.Run(name, func(t *testing.T) {
			cfg := through(t, "http://user:canary@"+listen(t, answer))
			_, _, err := get(t, newTransport(t, cfg), "https://push.example.net/")
			checkFailure(t, err, ReasonProxy, texts...)
		})
	}
	say := func(text string) func(net.Conn) {
		return func(conn net.Conn) {
			http.ReadRequest(bufio.NewReader(conn))
			io.WriteString(conn, text)
		}
	}
	check("407", say("HTTP/1.1 407 canary\r\n\r\n"), "proxy refused CONNECT: status 407 Proxy Authentication Required")
	check("502", say("HTTP/1.1 502 Bad Gateway\r\n\r\n"), "status 502 Bad Gateway")
	check("hangs up", say(""), "no answer of the proxy to CONNECT")
	check("garbage", say("garbage\r\n\r\n"), "no answer of the proxy to CONNECT")
	t.Run("slow", checkSlowProxy)

	_, _, err := get(t, newTransport(t, through(t, "http://"+proc.Address(t))), "http://push.example.net/")
	checkFailure(t, err, ReasonProxy, "proxyconnect", "connection refused")
	_, _, err = get(t, newTransport(t, through(t, "http://proxy.invalid:1")), "https://push.example.net/")
	checkFailure(t, err, ReasonProxy, "proxyconnect")
	_, _, err = get(t, newTransport(t, through(t, "socks5://"+listen(t, func(net.Conn) {}))), "http://push.example.net/")
	checkFailure(t, err, ReasonProxy)
}

// checkSlowProxy has the time of a request end when the proxy has read CONNECT: a
// time of its own could do so before that, on a machine that is busy.
func checkSlowProxy(t *testing.T) {
	ctx, end := context.WithCancelCause(t.Context())
	defer end(nil)
	proxy := listen(t, func(conn net.Conn) {
		http.ReadRequest(bufio.NewReader(conn))
		end(context.DeadlineExceeded)
		io.Copy(io.Discard, conn)
	})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://push.example.net/", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = newTransport(t, through(t, "http://user:canary@"+proxy)).RoundTrip(req)
	checkFailure(t, err, ReasonProxy, "no answer of the proxy to CONNECT", "deadline")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want a deadline in its chain", err)
	}
}

// listen gives each connection to handle and closes it then, or when t ends.
func listen(t testing.TB, handle func(net.Conn)) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			handle(conn)
			conn.Close()
		}
	}()
	t.Cleanup(func() {
		listener.Close()
		<-ended
	})
	return listener.Addr().String()
}

// Fault N11: the environment's proxy is asked only where the settings say so,
// and never for this host.
func TestProxyFromEnvironment(t *testing.T) {
	for _, name := range []string{"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy"} {
		t.Setenv(name, "http://proxy.example.net:3128")
	}
	t.Setenv("NO_PROXY", "direct.example.net")
	check := func(cfg promconfig.ProxyConfig, u, want string) {
		t.Helper()
		find := newProxy(cfg).find
		if find == nil {
			if want != "" {
				t.Errorf("%s: got no proxy, want %s", u, want)
			}
			return
		}
		got, err := find(&http.Request{URL: parse(t, u)})
		if err != nil || (got == nil) != (want == "") || got != nil && got.Host != want {
			t.Errorf("%s: got proxy %v, %v; want %q", u, got, err, want)
		}
	}
	check(promconfig.ProxyConfig{}, "http://push.example.net/", "")
	asked := promconfig.ProxyConfig{ProxyFromEnvironment: true}
	check(asked, "http://push.example.net/", "proxy.example.net:3128")
	check(asked, "https://push.example.net/", "proxy.example.net:3128")
	check(asked, "https://direct.example.net/", "")
	for _, host := range []string{"localhost", "LOCALHOST:1", "localhost.:1", "app.localhost", "127.0.0.1", "127.9.9.9:1", "[::1]:1", "[::ffff:127.0.0.1]:1"} {
		check(asked, "http://"+host+"/", "")
		check(asked, "https://"+host+"/", "")
	}
	named := promconfig.ProxyConfig{ProxyURL: promconfig.URL{URL: parse(t, "http://named:1")}}
	check(named, "http://push.example.net/", "named:1")
	check(named, "http://localhost/", "named:1") // as in Prometheus: it was said
	named.NoProxy = "10.0.0.0/8"
	check(named, "http://10.1.2.3/", "")
	check(named, "http://11.1.2.3/", "named:1")
}
