package status

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/promferry/promferry/convert"
)

// hostile are texts that would do harm where they are not taken as text.
var hostile = []string{
	`<script>alert(1)</script>`,
	`"><img src=x onerror=alert(1)>`,
	`'-alert(1)-'`,
	`</style><style>*{display:none}`,
	"{{.Version}}",
	"line\nline",
	"\u202egnp.exe",
	strings.Repeat("w", 1000),
}

// TestHostileTextsStayText: the page has the same elements and attributes
// whatever the texts are that others sent.
func TestHostileTextsStayText(t *testing.T) {
	want := elements(t, hostilePage(t, "harmless"))
	for _, text := range hostile {
		if got := elements(t, hostilePage(t, text)); got != want {
			t.Errorf("%.40q makes other elements", text)
		}
	}
}

// hostilePage has the text wherever another may have a hand in one.
func hostilePage(t *testing.T, text string) []byte {
	t.Helper()
	target := down("job", "a")
	target.Job, target.Address, target.Error, target.Losses = text, "http://"+text, text, []Loss{{1, text}}
	target.Labels = convert.Labels{{Name: "instance", Value: text}}
	target.Pushes[0].LastError, target.Pushes[0].LeftOut, target.Pushes[0].Path = text, []string{text}, "/metrics/"+text
	gateway := gone(text)
	gateway.LastError, gateway.Version, gateway.Shard, gateway.Doubt = text, text, text, text
	s := snapshot(gateway, Job{
		Name: text, Targets: []Target{target},
		Discovery: []Discovery{{Kind: "http_sd", Error: text}, {Kind: "file_sd", Place: text, Success: now}},
		Dropped:   []convert.Labels{{{Name: "a", Value: text}}},
		Refused:   []Refused{{Error: text}},
	})
	unspooled := lost(text)
	unspooled.URL, unspooled.LastError, unspooled.Dropped = text, text, map[string]int{text: 1}
	unspooled.Spool.Directory, unspooled.Spool.Error = text, text
	s.Stores = []Store{unspooled}
	s.Jobs[0].Targets[0].Feeds = []Feed{{text, GatewayDown}, {text, GatewayAnswering}}
	s.Load = Load{At: now, Failed: true, Text: text}
	var page bytes.Buffer
	if err := s.View(Query{Page: 1, Refresh: 10}).WriteHTML(&page); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(page.String(), "\u202e") {
		t.Error("a mark of direction is on the page")
	}
	query := Query{Page: 1, Refresh: 10, Text: text}
	if err := s.View(query).WriteHTML(&page); err != nil { // with what somebody typed, too
		t.Fatal(err)
	}
	return page.Bytes()
}

// elements are the names of all elements and attributes.
func elements(t *testing.T, page []byte) string {
	t.Helper()
	var names strings.Builder
	tokens := html.NewTokenizer(bytes.NewReader(page))
	for tokens.Next() != html.ErrorToken {
		token := tokens.Token()
		if token.Type == html.TextToken {
			continue
		}
		names.WriteString(token.Type.String() + " " + token.Data)
		for _, a := range token.Attr {
			names.WriteString(" " + a.Key)
		}
		names.WriteByte('\n')
	}
	if !strings.Contains(names.String(), "StartTag input id name type value") {
		t.Fatalf("these are not all elements:\n%s", &names)
	}
	return names.String()
}

// TestPolicyNamesStyleAndScript: what the browser hashes is what the page has.
func TestPolicyNamesStyleAndScript(t *testing.T) {
	page := string(hostilePage(t, "harmless"))
	for name, pattern := range map[string]string{"style-src": `(?s)<style>(.*?)</style>`, "script-src": `(?s)<script>(.*?)</script>`} {
		inline := regexp.MustCompile(pattern).FindStringSubmatch(page)
		if inline == nil || !strings.Contains(Policy, name+" '"+hash(inline[1])+"';") {
			t.Errorf("the policy does not name the %s of the page: %s", name, Policy)
		}
	}
	if strings.Contains(Policy, "unsafe") || strings.Contains(page, "style=") {
		t.Errorf("the policy is not strict: %s", Policy)
	}
}

// TestRefreshWithoutScript: a browser without JavaScript reads the page again,
// unless nobody wants that.
func TestRefreshWithoutScript(t *testing.T) {
	for refresh, want := range map[int]bool{10: true, 30: true, 0: false} {
		var page strings.Builder
		if err := fleet().View(Query{Page: 1, Refresh: refresh}).WriteHTML(&page); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(page.String(), `<noscript><meta http-equiv="refresh"`); got != want {
			t.Errorf("refresh=%d: there is a refresh: %v, want %v", refresh, got, want)
		}
	}
}

// TestWhereItIs: who has the pages of several hosts open sees which is which, and
// gets from the verdict to what is broken.
func TestWhereItIs(t *testing.T) {
	s := fleet()
	s.Host = "web1"
	var page strings.Builder
	if err := s.View(Query{Page: 1, Refresh: 10}).WriteHTML(&page); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"<title>1 of 3 broken · promferry on web1</title>", "<small>on <bdi>web1</bdi></small></h1>",
		`<a href="/?state=broken#targets">Show the broken target</a>`, `action="/#targets"`,
	} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("without %q: %.5000s", want, &page)
		}
	}
}

// TestGatewayWithFailingGroups does not look well because it answers.
func TestGatewayWithFailingGroups(t *testing.T) {
	g := answering("eu")
	if got := gatewayLevel(g); got != Good {
		t.Errorf("got %s without failing groups, want %s", got, Good)
	}
	if g.Failing = 1; gatewayLevel(g) != Warn {
		t.Errorf("got %s with failing groups, want %s", gatewayLevel(g), Warn)
	}
}

func TestGatewayPage(t *testing.T) {
	for place, want := range map[string]string{
		"http://gw:9091":                    "http://gw:9091/",
		"https://gw/prefix":                 "https://gw/prefix/",
		"https://gw/a%2Fb/":                 "https://gw/a%2Fb/",
		"https://u:secret@gw/?token=secret": "https://gw/",
		"javascript:alert(1)":               "",
		"unix:///run/gw.sock":               "",
		"":                                  "",
	} {
		if got := Page(place); got != want {
			t.Errorf("page of %q is %q, want %q", place, got, want)
		}
	}
}

// TestPageIsWhole: an error of the writer is told.
func TestPageIsWhole(t *testing.T) {
	v := snapshot(answering("eu")).View(Query{Page: 1})
	if err := v.WriteHTML(full{}); !errors.Is(err, errFull) {
		t.Errorf("got %v, want %v", err, errFull)
	}
}

type full struct{}

var errFull = errors.New("full")

func (full) Write([]byte) (int, error) { return 0, errFull }
