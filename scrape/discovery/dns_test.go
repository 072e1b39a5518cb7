package discovery

import (
	"context"
	"fmt"
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
	d := &DNS{
		Names: []string{"gone.example.", "empty.example.", "fail.example.", "refuse.example.", "silent.example.", "good.example."},
		Type:  TypeA, Port: 80, Dial: server.dial, Timeout: 2 * time.Second, // also for those that answer
	}
	want := map[string]string{
		"gone.example.": "", "empty.example.": "", "good.example.": "10.0.0.1:80",
		"fail.example.":   "error: server misbehaving",
		"refuse.example.": "error: server misbehaving",
		"silent.example.": "error: i/o timeout",
	}
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
	server := newNameServer(t)
	d := &DNS{Names: []string{"gone.example."}, Dial: server.dial}
	d.Discover(t.Context())
	if got := server.asked.Load(); got != 2 {
		t.Errorf("a name that is gone was asked for %d times, want 2", got)
	}
	server.set("there.example.", dnsmessage.TypeSRV, reply{records: []dnsmessage.ResourceBody{srv("a.example.", 1)}})
	d.Names = []string{"there.example."}
	d.Discover(t.Context())
	if got := server.asked.Load(); got != 3 {
		t.Errorf("a name that is there was asked for %d times, want once", got-2)
	}
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
	time.AfterFunc(50*time.Millisecond, cancel)
	start := time.Now()
	answer := (&DNS{Names: []string{"silent.example."}, Dial: server.dial}).Discover(ctx)[0]
	checkError(t, answer.Err, "operation was canceled")
	if took := time.Since(start); took > 4*time.Second { // a try of the resolver's takes 5
		t.Errorf("it took %s", took)
	}
}
