package convert

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/relabel"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write what TestConvert gets into its cases")

// TestConvert runs the cases of testdata. A case has the files
//
//	target   a target's labels, one a line: name value (default: job j, instance i)
//	options  one a line, see setOption
//	rules    one a line, as JSON
//	in.prom  the exposition
//	want     each group's labels behind ##, then its text
//	stats    what is not zero
//	error    instead of want; the stats are then those of the failed scrape
func TestConvert(t *testing.T) {
	for path, archive := range archives(t) {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			runCase(t, archive)
			if *update {
				if err := os.WriteFile(path, txtar.Format(archive), 0o666); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func archives(t testing.TB) map[string]*txtar.Archive {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) < 90 {
		t.Fatalf("%d cases: %v", len(paths), err)
	}
	all := make(map[string]*txtar.Archive)
	for _, path := range paths {
		if all[path], err = txtar.ParseFile(path); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func cases(t testing.TB) map[string]*convertCase {
	t.Helper()
	all := make(map[string]*convertCase)
	for path, archive := range archives(t) {
		all[path] = newCase(t, archive)
	}
	return all
}

// A convertCase is one case before it runs.
type convertCase struct {
	converter Converter
	input     Input
	body      string
	report    *Report
}

func runCase(t *testing.T, archive *txtar.Archive) {
	t.Helper()
	c := newCase(t, archive)
	var batch textBatch
	stats, err := c.converter.Convert(c.input, &batch)
	if err != nil {
		batch = textBatch{}
	}
	if c.report != nil {
		c.converter.Report(*c.report, &batch)
	}
	if int(stats.Bytes) != len(c.body) {
		t.Errorf("got %d bytes in the stats, want %d", stats.Bytes, len(c.body))
	}
	if err != nil {
		checkFile(t, archive, "error", err.Error()+"\n")
		checkFile(t, archive, "want", groupsText(&batch))
	} else {
		batch.refuse(&stats)
		checkFile(t, archive, "want", groupsText(&batch))
		checkFile(t, archive, "error", "")
		for _, g := range batch.groups {
			addGateway(t, make(seriesSet), g) // a gateway takes it
		}
		checkProtobuf(t, newCase(t, archive), &batch)
	}
	checkFile(t, archive, "stats", statsText(stats))
	checkRemembered(t, c)
}

func newCase(t testing.TB, archive *txtar.Archive) *convertCase {
	t.Helper()
	c := &convertCase{body: fileOf(archive, "in.prom")}
	c.input.MediaType = "text/plain"
	c.converter.Target = Labels{{"instance", "i"}, {"job", "j"}}
	if target := fileOf(archive, "target"); target != "" {
		labels := make(map[string]string)
		for line := range strings.Lines(target) {
			name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
			labels[name] = value
		}
		c.converter.Target = LabelsOf(labels)
	}
	for line := range strings.Lines(fileOf(archive, "options")) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		c.setOption(t, name, value)
	}
	c.converter.Rules = rulesOf(t, fileOf(archive, "rules"))
	c.input.Body = strings.NewReader(c.body)
	return c
}

// rulesOf reads rules, one a line, as JSON.
func rulesOf(t testing.TB, lines string) (rules []*relabel.Config) {
	t.Helper()
	for line := range strings.Lines(lines) {
		rule := relabel.DefaultRelabelConfig
		if err := json.Unmarshal([]byte(line), &rule); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if err := rule.Validate(model.UTF8Validation); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		rules = append(rules, &rule)
	}
	return rules
}

func (c *convertCase) setOption(t testing.TB, name, value string) {
	t.Helper()
	number, _ := strconv.Atoi(value)
	limits := &c.converter.Limits
	switch name {
	case "honor_labels":
		c.converter.HonorLabels = true
	case "owned": // by another target: a group as Labels.String has it
		c.converter.Claim = func(group Labels) bool { return group.String() != value }
	case "no_report":
		c.converter.NoReport = true
	case "openmetrics":
		c.input.MediaType = "application/openmetrics-text"
	case "unframed":
		c.input.Unframed = true
	case "crlf":
		c.body = strings.ReplaceAll(c.body, "\n", "\r\n")
	case "no_final_newline":
		c.body = strings.TrimSuffix(c.body, "\n")
	case "report": // up or down, as the relay does after Convert
		c.report = &Report{Up: value == "up", Duration: 250 * time.Millisecond, Samples: 7, PostRelabel: 6}
	case "sample_limit":
		limits.Samples = number
	case "label_limit":
		limits.Labels = number
	case "label_name_length_limit":
		limits.LabelNameLength = number
	case "label_value_length_limit":
		limits.LabelValueLength = number
	case "group_limit":
		limits.Groups = number
	default:
		t.Fatalf("unknown option %q", name)
	}
}

func fileOf(archive *txtar.Archive, name string) string {
	for _, f := range archive.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func checkFile(t *testing.T, archive *txtar.Archive, name, got string) {
	t.Helper()
	if *update {
		archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == name })
		if got != "" {
			archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(got)})
		}
		return
	}
	if diff := cmp.Diff(fileOf(archive, name), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func groupsText(batch *textBatch) string {
	var b strings.Builder
	for _, g := range batch.groups {
		if len(g.text) > 0 {
			fmt.Fprintf(&b, "## %s\n%s", g.labels, g.text)
		}
	}
	return b.String()
}

func statsText(s Stats) string {
	var b strings.Builder
	for _, count := range []struct {
		name string
		n    int
	}{
		{"samples", s.Samples}, {"post_relabel", s.PostRelabel}, {"timestamps", s.Timestamps},
		{"exemplars", s.Exemplars}, {"natives", s.Natives}, {"flattened", s.Flattened},
		{"escaped", s.Escaped}, {"exported", s.Exported},
	} {
		if count.n != 0 {
			fmt.Fprintln(&b, count.name, count.n)
		}
	}
	for _, reason := range slices.Sorted(maps.Keys(s.Dropped)) {
		fmt.Fprintln(&b, "dropped", reason, s.Dropped[reason])
	}
	return b.String()
}
