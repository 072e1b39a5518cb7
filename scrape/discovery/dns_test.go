package discovery

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

func TestDNSFindsTheTargetsOfEachType(t *testing.T) {
	server := newNameServer(t)
	server.set("app.example.", dnsmessage.TypeA, reply{records: []dnsmessage.ResourceBody{
		a([4]byte{10, 0, 0, 2}), a([4]byte{10, 0, 0, 1}), a([4]byte{10, 0, 0, 2}),
	}})
	server.set("app.example.", dnsmessage.TypeAAAA, reply{records: []dnsmessage.ResourceBody{
		aaaa([16]byte{0: 0xfd, 15: 2}), aaaa([16]byte{0: 0xfd, 15: 1}),
	}})
	server.set("_metrics._tcp.example.", dnsmessage.TypeSRV, reply{records: []dnsmessage.ResourceBody{
		srv("b.example.", 9100), srv("a.example.", 9100), srv("a.example.", 9090), srv(".", 0),
	}})
	check := func(d *DNS, want string) {
		t.Helper()
		d.Dial = server.dial
		for range 3 { // the order stays
			checkAnswer(t, d, d.Names[0], want)
		}
	}

	check(&DNS{Type: TypeA, Port: 9100, Names: []string{"app.example."}}, "app.example. {} "+
		`{__address__="10.0.0.1:9100", __meta_dns_name="app.example."} `+
		`{__address__="10.0.0.2:9100", __meta_dns_name="app.example."}`+"\n")
	check(&DNS{Type: TypeAAAA, Port: 9100, Names: []string{"app.example."}}, "app.example. {} "+
		`{__address__="[fd00::1]:9100", __meta_dns_name="app.example."} `+
		`{__address__="[fd00::2]:9100", __meta_dns_name="app.example."}`+"\n")
	const of = `__meta_dns_name="_metrics._tcp.example.", __meta_dns_srv_record_port=`
	check(&DNS{Names: []string{"_metrics._tcp.example."}}, "_metrics._tcp.example. {} "+
		`{__address__="a.example:9090", `+of+`"9090", __meta_dns_srv_record_target="a.example."} `+
		`{__address__="a.example:9100", `+of+`"9100", __meta_dns_srv_record_target="a.example."} `+
		`{__address__="b.example:9100", `+of+`"9100", __meta_dns_srv_record_target="b.example."}`+"\n")
}

func TestDNSReadsLongAnswers(t *testing.T) {
	const n = 200
	server := newNameServer(t)
	var records []dnsmessage.ResourceBody
	for i := range n {
		records = append(records, srv(fmt.Sprintf("host-%d.example.", i), 9100))
	}
	server.set("many.example.", dnsmessage.TypeSRV, reply{records: records})
	answer := (&DNS{Names: []string{"many.example."}, Dial: server.dial}).Discover(t.Context())[0]
	if answer.Err != nil {
		t.Fatal(answer.Err)
	}
	if got := len(answer.Groups[0].Targets); got != n {
		t.Errorf("got %d targets, want %d", got, n)
	}
}

// TestDNSTellsNoNameFromNoAnswer: the first has no targets, of the other
// nothing is known.
func TestDNSTellsNoNameFromNoAnswer(t *testing.T) {
	server := newNameServer(t)
	server.set("empty.example.", dnsmessage.TypeA, reply{})
	server.set("fail.example.", dnsmessage.TypeA, reply{code: dnsmessage.RCodeServerFailure})
	server.set("refuse.example.", dnsmessage.TypeA, reply{code: dnsmessage.RCodeRefused})
	server.set("silent.example.", dnsmessage.TypeA, reply{silent: true})
	server.set("good.example.", dnsmessage.TypeA, reply{records: []dnsmessage.ResourceBody{a([4]byte{10, 0, 0, 1})}})
	want := map[string]string{
		"gone.example.": "", "empty.example.": "", "good.example.": "10.0.0.1:80",
		"fail.example.":   "error: server misbehaving",
		"refuse.example.": "error: server misbehaving",
		"silent.example.": "error: i/o timeout",
	}
	check := func(d *DNS) {
		t.Helper()
		d.Type, d.Port, d.Dial = TypeA, 80, server.dial
		for i, answer := range d.Discover(t.Context()) {
			name := d.Names[i]
			if answer.From != name {
				t.Errorf("got an answer from %s, want %s", answer.From, name)
			}
			text, bad := strings.CutPrefix(want[name], "error: ")
			switch {
			case bad:
				checkError(t, answer.Err, "discover targets in "+name+": ", text)
			case answer.Err != nil:
				t.Errorf("%s: %v", name, answer.Err)
			case addresses(answer.Groups) != text:
				t.Errorf("%s: got %q, want %q", name, addresses(answer.Groups), text)
			}
		}
	}
	check(&DNS{Names: []string{"gone.example.", "empty.example.", "fail.example.", "refuse.example.", "good.example."}})
	check(&DNS{Names: []string{"silent.example."}, Timeout: 100 * time.Millisecond})
}

// TestDNSKeepsTheTargetsOfANameThatCannotBeAsked until it says that there are
// none.
func TestDNSKeepsTheTargetsOfANameThatCannotBeAsked(t *testing.T) {
	server := newNameServer(t)
	set := func(r reply) { server.set("app.example.", dnsmessage.TypeSRV, r) }
	w := &Watcher{Discoverer: &DNS{Names: []string{"app.example."}, Dial: server.dial}}
	look := func(want string) {
		t.Helper()
		w.Look(t.Context())
		if got := addresses(w.Groups()); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	set(reply{records: []dnsmessage.ResourceBody{srv("a.example.", 1)}})
	look("a.example:1")
	set(reply{code: dnsmessage.RCodeServerFailure})
	look("a.example:1")
	set(reply{records: []dnsmessage.ResourceBody{srv("b.example.", 1)}})
	look("b.example:1")
	set(reply{code: dnsmessage.RCodeNameError})
	look("")
}

// TestDNSAsksTwiceBeforeANameIsGone: where one of several search domains or
// servers fails, the first look-up may say that there is no such name.
func TestDNSAsksTwiceBeforeANameIsGone(t *testing.T) {
	check := func(name string, want int64) {
		t.Helper()
		server := newNameServer(t)
		server.set("there.example.", dnsmessage.TypeSRV, reply{records: []dnsmessage.ResourceBody{srv("a.example.", 1)}})
		start := time.Now()
		(&DNS{Names: []string{name}, Dial: server.dial}).Discover(t.Context())
		late := time.Since(start) >= time.Second // the resolver may have asked once more for itself
		if got := server.asked.Load(); got < want || got > want && !late {
			t.Errorf("%s was asked for %d times, want %d", name, got, want)
		}
	}
	check("gone.example.", 2)
	check("there.example.", 1)
}

func TestDNSFollowsAnAlias(t *testing.T) {
	server := newNameServer(t)
	server.set("alias.example.", dnsmessage.TypeA, reply{records: []dnsmessage.ResourceBody{
		cname("real.example."), a([4]byte{10, 0, 0, 1}),
	}})
	checkAnswer(t, &DNS{Names: []string{"alias.example."}, Type: TypeA, Port: 80, Dial: server.dial}, "alias.example.",
		`alias.example. {} {__address__="10.0.0.1:80", __meta_dns_name="alias.example."}`+"\n")
}

func TestDNSRefusesOtherTypes(t *testing.T) {
	checkFailure(t, &DNS{Names: []string{"app.example."}, Type: "TXT"}, `type "TXT" is none of A, AAAA, SRV`)
}

func TestDNSEndsWithItsContext(t *testing.T) {
	server := newNameServer(t)
	server.set("silent.example.", dnsmessage.TypeSRV, reply{silent: true})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	answer := (&DNS{Names: []string{"silent.example."}, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := server.dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &lastQuestion{conn.(*net.UDPConn), cancel}, nil
	}}).Discover(ctx)[0]
	checkError(t, answer.Err, "operation was canceled")
}

// A lastQuestion ends its context once it is asked. The resolver's own time for an
// answer never ends: were the question to wait for that, so would the test.
type lastQuestion struct {
	*net.UDPConn
	end context.CancelFunc
}

func (q *lastQuestion) Write(p []byte) (int, error) {
	defer q.end()
	return q.UDPConn.Write(p)
}

func (q *lastQuestion) SetDeadline(time.Time) error { return nil }
