package test

import (
	_ "embed"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
)

// hostileLabel is a label's value as HCL writes it, hostileText what others say.
const (
	hostileLabel = `<script>alert(1)</script> \"><img src=x onerror=alert(1)> \u202Egnp.exe\nline`
	hostileText  = `<script>alert(2)</script>"><img src=x onerror=alert(2)>`
)

// TestPageInABrowser shows the page of a ferry in trouble in a real browser: to
// which others have sent what would do harm where it is not taken as text.
func TestPageInABrowser(t *testing.T) {
	t.Parallel()
	b := startChromium(t)
	gw := startPushgateway(t)
	refusing := startScripted(t, status(400, hostileText))
	choosy := startScripted(t, status(400, hostileText))
	target := startScripted(t, exposition(goodText))
	broken := startScripted(t, raw("HTTP/1.1 500 "+hostileText+"\r\nContent-Length: 0\r\n\r\n"))
	file := config(t, `
		global { scrape_interval = "300ms" }
		gateway "good" { url = %q }
		gateway "refusing" { url = %q }
		remote_write "choosy" {
			url = %q
			spool { directory = "/dev/null/%s" }
			queue { batch_send_deadline = "50ms" }
		}
		job "app" {
			gateways = ["good", "choosy"]
			static_config {
				targets = [%q]
				labels  = { instance = "i", text = "%s", long = "%s" }
			}
			static_config {
				targets = ["gone:1"]
				labels  = { instance = "unwanted" }
			}
			relabel_config {
				source_labels = ["instance"]
				regex         = "unwanted"
				action        = "drop"
			}
		}
		job "broken" { targets = [%q] }
		job "stored" {
			gateways = ["choosy"]
			targets  = [%q]
		}
	`, gw.url, refusing.URL, choosy.URL, strings.Repeat("w", 100), target.address(), hostileLabel, strings.Repeat("w", 1000), broken.address(), target.address())
	ferry := run(t, file, stopsSoon)
	if err := os.WriteFile(file, []byte("job \""+hostileText[:20]+"\" {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ferry.signal(t, syscall.SIGHUP)
	p := pageInBrowser{t, b, ferry.url + "/"}
	p.prepare()

	p.looksAndOpens(1280, "light")
	p.holds("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", `\u202egnp.exe\nline`, // labels
		"<script>alert(2)</script>",                                     // an error of a target or gateway
		"The configuration was not reloaded", "1 dropped by relabeling", // what is shown of trouble
		"/metrics/job/broken/instance/",
		`remote_write "choosy" refuses samples, see above`, "not in use", "refused") // of a store
	p.hasOwnElementsOnly()
	p.fits(320, 360, 800, 900, 1024)
	p.isReadable("light", "dark")
	p.showsFocus()
	p.worksWithoutScript()
	p.refreshes(func() { target.answer.Store(status(503, "")) }, "server returned HTTP status 503")
	p.isStrict()
	ferry.terminateWith(t, 1)
	p.holds("promferry does not answer.")
}

// pageInBrowser is the page of a ferry in one.
type pageInBrowser struct {
	t *testing.T
	*browser
	at string
}

// prepare has the pages to come tell what their policy blocks, and makes their
// clock fifty times as fast, so that nobody waits for a refresh.
func (p pageInBrowser) prepare() {
	p.call("Page.addScriptToEvaluateOnNewDocument", map[string]any{"source": `
		window.violations = [];
		document.addEventListener("securitypolicyviolation", (e) => violations.push(e.violatedDirective + " " + e.blockedURI));
		const slow = setTimeout;
		window.setTimeout = (f, ms) => slow(f, ms / 50);`}, nil)
}

func (p pageInBrowser) looksAndOpens(width int, theme string) {
	p.looks(width, theme)
	p.open(p.at)
}

// holds waits until all texts are shown.
func (p pageInBrowser) holds(texts ...string) {
	p.t.Helper()
	eventually(p.t, "texts on the page", func() error {
		var shown string
		p.evaluate("document.body?.innerText ?? ''", &shown)
		for _, text := range texts {
			if !strings.Contains(shown, text) {
				return fmt.Errorf("without %q", text)
			}
		}
		return nil
	})
}

// want compares the value of an expression.
func (p pageInBrowser) want(expression, want string) {
	p.t.Helper()
	var got string
	p.evaluate("String("+expression+")", &got)
	if got != want {
		p.t.Errorf("%s is %s, want %s", expression, got, want)
	}
}

// hasOwnElementsOnly: nothing of the texts became an element or ran.
func (p pageInBrowser) hasOwnElementsOnly() {
	p.t.Helper()
	p.want("document.scripts.length", "1")
	p.want(`document.querySelectorAll("img, iframe, [onerror], [style]").length`, "0")
	p.want("violations", "")
	if entries := p.log(); len(entries) > 0 {
		p.t.Errorf("the browser complains: %v", entries)
	}
}

// fits: the page does not scroll to the side, and everything on it can be seen.
func (p pageInBrowser) fits(widths ...int) {
	p.t.Helper()
	for _, width := range widths {
		p.looksAndOpens(width, "light")
		p.want("innerWidth", fmt.Sprint(width))
		p.want("document.documentElement.scrollWidth <= innerWidth", "true")
		p.want(`[...document.querySelectorAll("thead th")].filter((e) => innerWidth > 900 && e.scrollWidth > e.clientWidth).length`, "0")
		p.want(`[...document.querySelectorAll("main *:not(.hidden, thead, thead *)")].filter((e) => e.getBoundingClientRect().right > innerWidth).length`, "0")
	}
}

//go:embed testdata/contrast.js
var contrastJS string

// isReadable: each text has the contrast that WCAG 2.2 wants (1.4.3, level AA).
func (p pageInBrowser) isReadable(themes ...string) {
	p.t.Helper()
	backs := make(map[string]bool)
	for _, theme := range themes {
		p.looksAndOpens(1280, theme)
		var got struct {
			Texts int
			Bad   []string
			Back  string
		}
		p.evaluate(contrastJS, &got)
		if got.Texts < 50 || len(got.Bad) > 0 {
			p.t.Errorf("%s: of %d texts these have too little contrast: %q", theme, got.Texts, got.Bad)
		}
		backs[got.Back] = true
	}
	if len(backs) != len(themes) {
		p.t.Errorf("themes have backgrounds %v, want one each", backs)
	}
}

// showsFocus: who has no mouse sees where the keyboard is, and can skip the
// gateways.
func (p pageInBrowser) showsFocus() {
	p.t.Helper()
	key := map[string]any{"type": "keyDown", "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}
	p.call("Input.dispatchKeyEvent", key, nil)
	p.want("document.activeElement.className + getComputedStyle(document.activeElement).outlineStyle", "skipsolid")
	p.call("Input.dispatchKeyEvent", key, nil)
	p.want("getComputedStyle(document.activeElement).outlineStyle", "solid")
}

// worksWithoutScript: the form filters and keeps its values, and a browser reads
// the page again by itself.
func (p pageInBrowser) worksWithoutScript() {
	p.t.Helper()
	p.call("Emulation.setScriptExecutionDisabled", map[string]any{"value": true}, nil)
	p.open(p.at)
	p.want(`document.querySelectorAll("noscript meta[http-equiv=refresh]").length`, "1")
	p.want(`(() => { state.value = "broken"; q.value = "job=\"broken\""; document.querySelector("form").requestSubmit(); })()`, "undefined")
	eventually(p.t, "page after the form", func() error {
		var got string
		err := p.tryEvaluate(`location.search + " " + document.querySelectorAll(".address").length + " " + document.querySelector("#state")?.value + " " + document.querySelector("#q")?.value`, &got)
		if err != nil {
			return err
		}
		if want := `?state=broken&q=job%3D%22broken%22&refresh=10 1 broken job="broken"`; got != want {
			return fmt.Errorf("%s, want %s", got, want)
		}
		return nil
	})
	p.call("Emulation.setScriptExecutionDisabled", map[string]any{"value": false}, nil)
}

// refreshes: what has changed comes by itself, and leaves alone what somebody
// types, where the keyboard is, and what is open.
func (p pageInBrowser) refreshes(change func(), text string) {
	p.t.Helper()
	p.open(p.at)
	p.want(`(() => { q.focus(); document.querySelector("details").open = true; })()`, "undefined")
	p.call("Input.insertText", map[string]any{"text": "half a wor"}, nil)
	change()
	p.holds(text)
	p.want(`q.value + " " + document.activeElement.id + " " + document.querySelector("details").open`, "half a wor q true")
	p.want("violations", "")
}

// isStrict: what would come of a text that was taken for elements is blocked, and
// this test would see it.
func (p pageInBrowser) isStrict() {
	p.t.Helper()
	p.want(`(() => { document.body.insertAdjacentHTML("beforeend", "<img src='/x.png' onerror='alert(3)'><b style='color: red'>x</b>"); })()`, "undefined")
	eventually(p.t, "violations of the policy", func() error {
		var got string
		p.evaluate("String(violations)", &got)
		for _, directive := range []string{"img-src ", "script-src-attr inline", "style-src-attr inline"} {
			if !strings.Contains(got, directive) {
				return fmt.Errorf("%s, want %s", got, directive)
			}
		}
		return nil
	})
}
