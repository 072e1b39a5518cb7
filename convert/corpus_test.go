package convert

import (
	"os"
	"strings"
	"testing"
)

type corpusRow struct{ path, format string }

// mediaType of a file in one of the text formats.
func (r corpusRow) mediaType() (string, bool) {
	switch r.format {
	case "text-0.0.4":
		return "text/plain", true
	case "om-1.0":
		return "application/openmetrics-text", true
	}
	return "", false
}

func corpus(t testing.TB) []corpusRow {
	t.Helper()
	index, err := os.ReadFile("../test/corpus/index.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var rows []corpusRow
	for line := range strings.SplitSeq(string(index), "\n") {
		if columns := strings.Split(line, "\t"); len(columns) > 3 && columns[0] != "path" {
			rows = append(rows, corpusRow{columns[0], columns[3]})
		}
	}
	return rows
}
