package convert

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

// FuzzText and FuzzOpenMetrics: what Prometheus takes we take, with the same
// series, and what we take Prometheus takes; however the body arrives, and
// whatever was converted before. cut is where bodies are cut, and the size of
// the window and of the pieces in which they arrive.
func FuzzText(f *testing.F) { fuzzExposition(f, textType) }

func FuzzOpenMetrics(f *testing.F) { fuzzExposition(f, openMetricsType) }

func fuzzExposition(f *testing.F, mediaType string) {
	for _, row := range corpus(f) {
		of, _ := row.mediaType()
		body, err := os.ReadFile(filepath.Join("../test/corpus", row.path))
		if of == mediaType && err == nil && len(body) <= 1024 {
			f.Add(string(body), uint16(len(body)/2))
		}
	}
	for _, c := range cases(f) {
		if c.input.MediaType == mediaType {
			f.Add(c.body, uint16(len(c.body)/2))
		}
	}
	f.Fuzz(func(t *testing.T, body string, cut uint16) {
		e := exposition{body, mediaType}
		compareWithPrometheus(t, body, mediaType)
		compareWithAgent(t, body, mediaType)
		checkPieces(t, e, int(cut))
		checkReuse(t, e, int(cut))
		checkBlocksOf(t, e)
	})
}

// checkPieces: a body says the same in pieces of any size.
func checkPieces(t *testing.T, e exposition, size int) {
	t.Helper()
	want := outcomeOf(new(run), e.input())
	for _, size := range []int{1, 1 + size%61} {
		in := e.input()
		in.Body = pieces{in.Body, size}
		if got := outcomeOf(withWindow(size), in); got != want {
			t.Errorf("in pieces of %d: got\n%q\nwant\n%q", size, got, want)
		}
	}
	in := e.input()
	in.Body = iotest.DataErrReader(in.Body)
	limits := Limits{Labels: 1e9, LabelValueLength: 1e9} // which none reaches
	if got := limitedOutcomeOf(withWindow(size%1024), in, limits); got != want {
		t.Errorf("with limits, and its end in the last read: got\n%q\nwant\n%q", got, want)
	}
}

// withWindow returns a run with a small window.
func withWindow(size int) *run {
	r := new(run)
	r.window.buf = make([]byte, size+padding)
	return r
}

// pieces reads no more than size bytes at once.
type pieces struct {
	io.Reader
	size int
}

func (p pieces) Read(b []byte) (int, error) { return p.Reader.Read(b[:min(len(b), p.size)]) }

// checkReuse: a body says the same whatever was converted with the same
// buffers before.
func checkReuse(t *testing.T, e exposition, cut int) {
	t.Helper()
	cut %= len(e.body) + 1
	other := textType
	if e.mediaType == textType {
		other = openMetricsType
	}
	used := withWindow(256)
	for i, e := range []exposition{
		e,
		{e.body[:cut], e.mediaType},
		{strings.ReplaceAll(e.body, "# TYPE ", "# TYPO "), e.mediaType},
		{e.body, other},
		e,
		{e.body[cut:] + e.body[:cut], e.mediaType},
		{otherTypes.Replace(e.body), e.mediaType},
		{e.body[cut:], e.mediaType},
		e,
	} {
		if got, want := outcomeOf(used, e.input()), outcomeOf(withWindow(256), e.input()); got != want {
			t.Errorf("after %d others: got\n%q\nwant\n%q\n%q", i, got, want, e.body)
		}
	}
}

// otherTypes makes the lines of an exposition those of families of other types.
var otherTypes = strings.NewReplacer("histogram", "summary", "summary", "histogram", "counter", "gauge", "gauge", "counter",
	"_bucket", "_count", "_count", "_sum", "_sum", "_count", "_total", "_created", "le=", "quantile=", "quantile=", "le=")

// checkBlocksOf: what is written, Blocks reads, and each family stands there
// once. What is kept is in proportion to the body.
func checkBlocksOf(t *testing.T, e exposition) {
	t.Helper()
	var batch twoBatch
	r := withWindow(1)
	_, err := r.convert(&Converter{Target: oracleTarget}, e.input(), &batch)
	const fixed, perByte = 16 << 10, 64
	if got, most := r.size(), fixed+perByte*len(e.body); got > most {
		t.Errorf("%d bytes are kept for a body of %d, want at most %d", got, len(e.body), most)
	}
	if err != nil {
		return
	}
	for i, g := range batch.text.groups {
		text, protobuf := checkGroup(t, g), checkGroup(t, batch.protobuf.groups[i])
		if got, want := encode(Protobuf, protobuf), encode(Protobuf, text); !bytes.Equal(got, want) {
			t.Errorf("%s: got as protobuf\n%+v\nas text\n%+v", g.labels, protobuf, text)
		}
	}
}

// checkGroup returns the families of a body.
func checkGroup(t *testing.T, g *textGroup) (families []Family) {
	t.Helper()
	seen, series, rest := make(map[string]bool), 0, g.text
	for b := range g.Format().Blocks(g.text) {
		f, err := b.Family()
		if err != nil || seen[b.Name] || !bytes.HasPrefix(rest, b.Raw) {
			t.Errorf("%s: family %q stands twice, or: %v\n%q", g.Format(), b.Name, err, g.text)
		}
		seen[b.Name], families = true, append(families, f)
		series += b.Series()
		rest = rest[len(b.Raw):]
	}
	if series != g.series {
		t.Errorf("%s: got %d series, want %d as in the blocks\n%q", g.Format(), g.series, series, g.text)
	}
	return families
}
