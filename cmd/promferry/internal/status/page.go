package status

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/promferry/promferry/cmd/promferry/internal/legible"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

//go:embed page.js
var pageJS string

// Policy is the Content-Security-Policy of the page: its own style and script,
// named by what is in them, and nothing else. No text that a target or a gateway
// sent can become either.
var Policy = fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	hash(pageCSS), hash(pageJS))

// hash names an inline style or script in a policy (CSP level 3, 2.3.1).
func hash(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"css": func() template.CSS { return template.CSS(pageCSS) },
	"js":  func() template.JS { return template.JS(pageJS) },

	"title": title, "icon": icon, "sign": sign,
	"storeLevel": storeLevel, "storeWords": storeWords,
	"gatewayLevel": gatewayLevel, "gatewayWords": gatewayWords, "targetLevel": targetLevel,
	"choices": choices, "toShow": toShow, "refreshes": refreshChoices, "summary": summary,
	"detail":     detail,
	"previous":   func(v View) string { return v.Query.link(v.Query.State, v.Query.Page-1) },
	"next":       func(v View) string { return v.Query.link(v.Query.State, v.Query.Page+1) },
	"pageLength": func(v View) int { return PageSize },

	"page": Page, "moment": newMoment,
	"ago":     func(v View, t time.Time) string { return v.ago(t) },
	"nextTry": func(v View, t time.Time) string { return v.nextTry(t) },
	"stored":  func(v View, p Push) string { return v.stored(p) },
	"away":    func(v View, p Push) string { return v.awayWords(p) },
	"since":   func(v View, t time.Time) string { return short(v.At.Sub(t)) },
	"rfc3339": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	"clock":   func(t time.Time) string { return t.Format("15:04:05 MST") },
	"short":   short, "number": number, "plural": plural, "size": size[int], "bytes": size[int64],
	"pair": pair, "pairs": pairs, "printable": legible.Lines, "trim": strings.TrimSpace, "oneLine": legible.Line,
}).Parse(pageHTML))

// WriteHTML writes the page.
func (v View) WriteHTML(w io.Writer) error {
	var b bytes.Buffer // an error must not leave half a page
	if err := pageTemplate.Execute(&b, v); err != nil {
		return err
	}
	_, err := b.WriteTo(w)
	return err
}

// Page is the address of a gateway's own page, or "" for what is no link. A
// Pushgateway numbers the groups on it by their place, so none can be linked to.
func Page(place string) string {
	u, err := url.Parse(place)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	shown := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	return shown.JoinPath("/").String()
}

// A moment is a point in time and its age.
type moment struct {
	Zero         bool
	RFC3339, Ago string
}

func newMoment(v View, t time.Time) moment {
	return moment{t.IsZero(), t.UTC().Format(time.RFC3339), v.ago(t)}
}
