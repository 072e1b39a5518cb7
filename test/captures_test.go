package test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
)

// A capture is an answer of a real exporter, and what test/corpus/index.tsv
// says of it.
type capture struct {
	path        string // below test/corpus/captured
	contentType string
	format      string
	verdict     string // of Prometheus's parser: "ok (N)", "error (N)" or "n/a (0)"
}

func (c capture) body(t testing.TB) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("corpus/captured", c.path))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// answer serves it.
func (c capture) answer(t testing.TB) http.HandlerFunc {
	t.Helper()
	return typed(c.contentType, string(c.body(t)))
}

// captures returns all of them.
func captures(t testing.TB) []capture {
	t.Helper()
	index, err := os.ReadFile("corpus/index.tsv")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(index), "\n")
	column := make(map[string]int)
	for i, name := range strings.Split(lines[0], "\t") {
		column[name] = i
	}
	var all []capture
	for _, line := range lines[1:] {
		row := strings.Split(line, "\t")
		path, found := strings.CutPrefix(row[0], "captured/")
		if !found {
			continue
		}
		note, _ := strings.CutPrefix(row[column["note"]], "Content-Type: ")
		contentType, _, _ := strings.Cut(note, "; http://")
		all = append(all, capture{path, contentType, row[column["format"]], row[column["prom_textparse"]]})
	}
	return all
}

// familyName tells the family of a series of a text capture, by its types.
func familyName(types map[string]model.MetricType, series string) string {
	name, _, _ := strings.Cut(series, "{")
	if _, found := types[name]; found {
		return name
	}
	for _, suffix := range []string{"_bucket", "_count", "_sum"} {
		if base, cut := strings.CutSuffix(name, suffix); cut {
			if _, found := types[base]; found {
				return base
			}
		}
	}
	return name
}
