package status

import (
	"strings"
	"testing"
	"time"
)

func TestWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0s", 1234 * time.Microsecond: "1ms", 250 * time.Microsecond: "250µs", 59*time.Second + 700*time.Millisecond: "1m",
		2 * time.Minute: "2m", 125 * time.Second: "2m 5s", 3*time.Hour + 2*time.Minute: "3h 2m", 50 * time.Hour: "2d 2h",
	} {
		if got := short(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
	for n, want := range map[int]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 88_123: "88.1 kB", 123_456: "123 kB", 999_600: "1.0 MB", 4_000_000_000: "4.0 GB"} {
		if got := size(n); got != want {
			t.Errorf("%d bytes are %q, want %q", n, got, want)
		}
	}
	for n, want := range map[int]string{1: "1", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := number(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}

// TestGatewayWords: what has never answered does not look as if it had.
func TestGatewayWords(t *testing.T) {
	silent := Gateway{Name: "eu", State: GatewayUnknown, Version: UnknownVersion, Encoding: "text", Compression: "none"}
	asked := silent
	asked.Version = "1.11.3"
	dead := silent
	dead.State, dead.Since, dead.NextTry = GatewayDown, before(20*time.Second), before(0)
	quiet := silent
	quiet.State = GatewayAnswering
	for _, test := range []struct {
		gateway      Gateway
		state, takes string
	}{
		{silent, "no answer yet", "not known yet"},
		{asked, "nothing pushed yet", "version 1.11.3<br>text, not compressed"},
		{dead, "down</span> for 20s<br>trying now", "not known yet"},
		{quiet, "answering", "version unknown<br>text, not compressed"},
	} {
		page := pageOf(t, snapshot(test.gateway))
		for _, want := range []string{test.state, `<td data-label="Takes">` + test.takes + "</td>"} {
			if !strings.Contains(page, want) {
				t.Errorf("%+v: without %q", test.gateway, want)
			}
		}
	}
	if text := textOf(t, snapshot(silent)); !strings.Contains(text, "no answer yet  -    never         -        -         -            0\n") {
		t.Errorf("a gateway that never answered looks as if it had:\n%s", text)
	}
}

// TestDoubt: what takes pushes and may be no Pushgateway does not look good.
func TestDoubt(t *testing.T) {
	gateway := answering("eu")
	gateway.Doubt = "it does not say that it is a Pushgateway"
	s := snapshot(gateway)
	if page := pageOf(t, s); !strings.Contains(page, `<span class="state warning">answering</span> for 1h<p class="doubt">it does not say`) {
		t.Errorf("the page does not show the doubt: %s", page)
	}
	if text := textOf(t, s); !strings.Contains(text, "\n  doubt: it does not say that it is a Pushgateway\n") {
		t.Errorf("the text does not show the doubt:\n%s", text)
	}
}

// TestHeldPush: what a gateway's outage means for each group is said once.
func TestHeldPush(t *testing.T) {
	held := up("j", "held")
	held.Pushes[0].LastError, held.Pushes[0].Held = "not sent: the gateway is down since 11:58:00", true
	probe := up("j", "probe")
	probe.Pushes[0].LastError = gone("eu").LastError
	own := unpushed("j", "own")
	never := pending("j", "never")
	never.LastScrape, never.Pushes[0].LastError = before(time.Second), "no such host"
	s := snapshot(gone("eu"), Job{Name: "j", Targets: []Target{held, own, never, probe}})
	page, text := pageOf(t, s), textOf(t, s)
	for _, want := range []string{
		`gateway &#34;eu&#34; is down, <a href="#gateway-ZXU">see above</a>`, `<tr id="gateway-ZXU">`,
		"status 503, want 200 or 202", "<bdi>eu</bdi>: never stored\n<br>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page is without %q: %s", want, page)
		}
	}
	if strings.Contains(page+text, "not sent") || strings.Count(page, "connection refused") != 1 {
		t.Error("the outage is told again with a group")
	}
	if want := "  eu: gateway \"eu\" is down, see above\n"; !strings.Contains(text, want) {
		t.Errorf("the text is without %q:\n%s", want, text)
	}
	s.Gateways[0] = answering("eu")
	if page := pageOf(t, s); !strings.Contains(page, "not sent: the gateway is down since 11:58:00") {
		t.Error("a group whose gateway is back does not say why it is not stored")
	}
}

func TestDiscoveryThatFindsNothing(t *testing.T) {
	empty := Job{Name: "web", Discovery: []Discovery{{Kind: "file_sd", Place: "/etc/targets/*.json", Success: before(time.Second)}}}
	fine := Job{Name: "db", Discovery: []Discovery{{Kind: "dns_sd", Targets: 1, Success: before(time.Second)}}, Targets: []Target{up("db", "a")}}
	first := Job{Name: "new", Discovery: []Discovery{{Kind: "dns_sd"}}}
	s := snapshot(answering("eu"), fine, first, empty)
	v := s.View(Query{Page: 1})
	if want := (Verdict{Warn, "The one target is up and pushed", `Job "web" finds nothing by file_sd`}); v.Verdict != want {
		t.Errorf("got %+v, want %+v", v.Verdict, want)
	}
	if got := v.Searches[0].Name; got != "web" {
		t.Errorf("the first discovery is that of %q, want that which finds nothing", got)
	}
	if page, want := pageOf(t, s), `<span class="state warning">finds nothing</span> in <code>/etc/targets/*.json</code>, looked <time`; strings.Count(page, "finds nothing</span>") != 1 || !strings.Contains(page, want) {
		t.Errorf("the page is without one %q: %s", want, page)
	}
	if text, want := textOf(t, s), "file_sd: finds nothing in /etc/targets/*.json, looked 1s ago\n"; !strings.Contains(text, want) {
		t.Errorf("the text is without %q:\n%s", want, text)
	}
}

func pageOf(t *testing.T, s Snapshot) string {
	t.Helper()
	var page strings.Builder
	if err := s.View(Query{Page: 1}).WriteHTML(&page); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

func textOf(t *testing.T, s Snapshot) string {
	t.Helper()
	var text strings.Builder
	if err := s.ViewAll(Query{}).WriteText(&text); err != nil {
		t.Fatal(err)
	}
	return text.String()
}
