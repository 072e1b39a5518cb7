package test

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
)

// remote pushes a target of this host, and one across the cable, to a gateway of
// this host and one across the cable.
func (p pair) remote(t *testing.T) (ferry *netFerry, near, across *inbox) {
	t.Helper()
	near, across = new(inbox), new(inbox)
	local := p.relay.listen(t, "127.0.0.1:8000", exposition(goodText))
	gw := p.relay.listen(t, "127.0.0.1:9091", near.note)
	p.far.listen(t, "10.77.0.2:8000", exposition(goodText))
	p.far.listen(t, "10.77.0.2:9091", across.note)
	ferry = p.relay.ferry(t, config(t, `
		global {
			scrape_interval = "400ms"
			scrape_timeout  = "300ms"
		}
		gateway "near" { url = %q }
		gateway "across" {
			url     = "http://10.77.0.2:9091"
			timeout = "500ms"
		}
		job "local" { targets = [%q] }
		job "remote" {
			targets  = ["10.77.0.2:8000"]
			gateways = ["near"]
		}
	`, gw.URL, local.address()))
	return ferry, near, across
}

// TestLinkDownAndUp (N1): while a link is down all that is on this side goes on;
// when it is back, so does the rest.
func TestLinkDownAndUp(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	ferry, near, across := p.remote(t)
	across.more(t, "pushes across", 3)

	p.far.ip(t, "link set veth1 down")
	ferry.atLeast(t, `promferry_scrape_errors_total{job="remote",reason="timeout"}`, 2)
	ferry.atLeast(t, `promferry_push_errors_total{gateway="across",reason="timeout"}`, 1)
	near.more(t, "pushes of this host", 4)

	p.far.ip(t, "link set veth1 up")
	across.more(t, "pushes across, later", 2)
	eventually(t, "remote target", func() error { return ferry.logged("scrape works again", "job=remote") })
}

// TestHalfOpenPeer (N2): the other side vanishes without a word, and another
// process has its place. Connections that only this side knows are dropped.
func TestHalfOpenPeer(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	across := new(inbox)
	gw := p.far.listen(t, "10.77.0.2:9091", across.note)
	local := p.relay.listen(t, "127.0.0.1:8000", exposition(goodText))
	p.relay.ferry(t, config(t, `
		global { scrape_interval = "300ms" }
		gateway "across" {
			url     = "http://10.77.0.2:9091"
			timeout = "500ms"
		}
		job "local" { targets = [%q] }
	`, local.address()))
	across.more(t, "pushes", 2)

	p.far.ip(t, "link set veth1 down")
	gw.answer.Store(rawReset("")) // no FIN that could be sent again later
	gw.CloseClientConnections()
	gw.Close()
	p.far.ip(t, "link set veth1 up")
	p.far.listen(t, "10.77.0.2:9091", across.note)
	across.more(t, "pushes to the new process", 2)
}

// TestRoutes (N4): a destination that nobody answers for takes the timeout, one
// without a route fails at once, and they are counted apart.
func TestRoutes(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	near := new(inbox)
	gw := p.relay.listen(t, "127.0.0.1:9091", near.note)
	p.relay.ip(t, "route add 10.78.0.0/24 via 10.77.0.2")
	p.far.ip(t, "route add blackhole 10.78.0.0/24")
	p.relay.ip(t, "route add unreachable 10.79.0.0/24")
	ferry := p.relay.ferry(t, config(t, `
		global {
			scrape_interval = "500ms"
			scrape_timeout  = "300ms"
		}
		gateway "near" { url = %q }
		gateway "blackhole" {
			url     = "http://10.78.0.1:9091"
			timeout = "300ms"
		}
		gateway "unreachable" { url = "http://10.79.0.1:9091" }
		job "blackhole"   { targets = ["10.78.0.1:80"] }
		job "unreachable" { targets = ["10.79.0.1:80"] }
	`, gw.URL))
	for _, series := range []string{
		`promferry_scrape_errors_total{job="blackhole",reason="timeout"}`,
		`promferry_scrape_errors_total{job="unreachable",reason="connect"}`,
		`promferry_push_errors_total{gateway="blackhole",reason="timeout"}`,
		`promferry_push_errors_total{gateway="unreachable",reason="connect"}`,
	} {
		ferry.atLeast(t, series, 2)
	}
	if near.good.Load() != 0 || near.down.Load() < 4 {
		t.Errorf("%d pushes with up 1, %d without, want none and all", near.good.Load(), near.down.Load())
	}
}

// TestMTUBlackHole (N9): a path that loses large packets without a word. Pushes
// time out and are counted; when the path is mended, they arrive.
func TestMTUBlackHole(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	across := new(inbox)
	p.far.listen(t, "10.77.0.2:9091", across.note)
	local := p.relay.listen(t, "127.0.0.1:8000", exposition(goodText+"# HELP x "+strings.Repeat("x", 400)+"\nx 1\n"))
	p.far.ip(t, "link set veth1 mtu 600")
	p.far.ip(t, "route change 10.77.0.0/24 dev veth1 advmss 1460") // else TCP would know
	ferry := p.relay.ferry(t, config(t, `
		global { scrape_interval = "300ms" }
		gateway "across" {
			url     = "http://10.77.0.2:9091"
			timeout = "300ms"
		}
		job "local" { targets = [%q] }
	`, local.address()))
	ferry.atLeast(t, `promferry_push_errors_total{gateway="across",reason="timeout"}`, 2)
	if n := across.good.Load(); n != 0 {
		t.Fatalf("%d pushes came through: the path is not as it should be", n)
	}
	p.far.ip(t, "link set veth1 mtu 1500")
	across.more(t, "pushes over the mended path", 2)
}

// TestPortsUsedUp (N10): without a free port nothing can be dialled. That is an
// error that says so, and is over when there are ports again.
func TestPortsUsedUp(t *testing.T) {
	t.Parallel()
	n := newNetns(t)
	count := new(inbox)
	gw := n.listen(t, "127.0.0.1:9091", count.note)
	target := n.listen(t, "127.0.0.1:8000", exposition(goodText))
	n.sysctl(t, "net.ipv4.ip_local_port_range", "40000 40003")
	var hogs []net.Conn
	for range 4 {
		conn, err := n.dial(t.Context(), "tcp", gw.address())
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.(*net.TCPConn).SetLinger(0) // no TIME_WAIT later
		hogs = append(hogs, conn)
	}
	ferry := n.ferry(t, config(t, `
		global { scrape_interval = "300ms" }
		gateway "default" { url = %q }
		job "app" { targets = [%q] }
	`, gw.URL, target.address()))
	ferry.atLeast(t, `promferry_push_errors_total{gateway="default",reason="connect"}`, 2)
	if err := ferry.logged("cannot assign requested address"); err != nil {
		t.Error(err)
	}
	for _, conn := range hogs {
		conn.Close()
	}
	count.more(t, "pushes when there are ports", 20) // with one connection
	if set, err := ferry.metrics(); err != nil || set["process_open_fds"] > 20 {
		t.Errorf("%v open descriptors (%v)", set["process_open_fds"], err)
	}
}

func (f *netFerry) logged(parts ...string) error {
	if len(linesWith(f.stderr.String(), parts...)) == 0 {
		return fmt.Errorf("no line with %q in %s", parts, &f.stderr)
	}
	return nil
}

// TestNames (N5, N6, N8): what the resolver says is the fate of one target.
func TestNames(t *testing.T) {
	t.Parallel()
	n := newNetns(t)
	n.replace(t, "/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
	zone := n.serveNames(t)
	zone.set("gateway.test.", "127.0.0.1", "")
	zone.set("dual.test.", "127.0.0.1", "::1")
	zone.set("moves.test.", "127.0.0.2", "")
	count := new(inbox)
	n.listen(t, "127.0.0.1:9091", count.note)
	n.listen(t, "127.0.0.1:8000", exposition(goodText)) // nothing listens at ::1
	before := n.listen(t, "127.0.0.2:8000", exposition(goodText))
	after := n.listen(t, "127.0.0.3:8000", exposition(goodText))
	ferry := n.ferry(t, config(t, `
		global {
			scrape_interval = "500ms"
			scrape_timeout  = "400ms"
		}
		gateway "default" { url = "http://gateway.test:9091" }
		gateway "nowhere" { url = "http://nowhere.test:9091" }
		job "nxdomain" { targets = ["nowhere.test:8000"] }
		job "servfail" { targets = ["broken.test:8000"] }
		job "silent"   { targets = ["silent.test:8000"] }
		job "dual"     { targets = ["dual.test:8000"] }
		job "moves"    { targets = ["moves.test:8000"] }
	`))
	for _, series := range []string{
		`promferry_scrape_errors_total{job="nxdomain",reason="dns"}`,
		`promferry_scrape_errors_total{job="servfail",reason="dns"}`,
		`promferry_scrape_errors_total{job="silent",reason="timeout"}`,
		`promferry_push_errors_total{gateway="nowhere",reason="dns"}`,
	} {
		ferry.atLeast(t, series, 2)
	}
	count.more(t, "pushes of the others", 6)

	zone.set("moves.test.", "127.0.0.3", "")
	before.answer.Store(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		exposition(goodText)(w, r)
	}))
	eventually(t, "scrapes at the new address", func() error {
		if after.requests.Load() < 2 {
			return fmt.Errorf("%d, and %d at the old one", after.requests.Load(), before.requests.Load())
		}
		return nil
	})
	set, err := ferry.metrics()
	if err != nil {
		t.Fatal(err)
	}
	for series, value := range set {
		// A scrape may be too slow on a machine that is busy; a wrong address refuses.
		if strings.HasPrefix(series, "promferry_scrape_errors_total") && !strings.Contains(series, `"timeout"`) &&
			(strings.Contains(series, `"dual"`) || strings.Contains(series, `"moves"`)) {
			t.Errorf("%s is %v, want no such series", series, value)
		}
	}
}
