package discovery

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var _, _, _ Discoverer = (*Files)(nil), (*HTTP)(nil), (*DNS)(nil)

// A discovererFunc is a Discoverer that a test writes.
type discovererFunc func(ctx context.Context) []Answer

func (f discovererFunc) Discover(ctx context.Context) []Answer { return f(ctx) }

// group has one target each.
func group(source string, targets ...string) *targetgroup.Group {
	g := &targetgroup.Group{Source: source}
	for _, target := range targets {
		g.Targets = append(g.Targets, model.LabelSet{model.AddressLabel: model.LabelValue(target)})
	}
	return g
}

// show writes groups as lines: source, labels, targets.
func show(groups []*targetgroup.Group) string {
	var text strings.Builder
	for _, g := range groups {
		fmt.Fprintf(&text, "%s %s", g.Source, g.Labels)
		for _, target := range g.Targets {
			if len(target) == 1 {
				fmt.Fprintf(&text, " %s", target[model.AddressLabel])
			} else {
				fmt.Fprintf(&text, " %s", target)
			}
		}
		text.WriteByte('\n')
	}
	return text.String()
}

// addresses lists the targets of all groups.
func addresses(groups []*targetgroup.Group) string {
	var all []string
	for _, g := range groups {
		for _, target := range g.Targets {
			all = append(all, string(target[model.AddressLabel]))
		}
	}
	return strings.Join(all, " ")
}

// checkAnswer expects one answer, without an error.
func checkAnswer(t testing.TB, d Discoverer, from, groups string) {
	t.Helper()
	answers := d.Discover(t.Context())
	if len(answers) != 1 {
		t.Fatalf("got %d answers, want 1: %v", len(answers), answers)
	}
	a := answers[0]
	if a.Err != nil {
		t.Fatal(a.Err)
	}
	if a.From != from {
		t.Errorf("got an answer from %q, want %q", a.From, from)
	}
	if got := show(a.Groups); got != groups {
		t.Errorf("got groups\n%swant\n%s", got, groups)
	}
}

// checkFailure expects one answer, an error with each of texts.
func checkFailure(t testing.TB, d Discoverer, texts ...string) {
	t.Helper()
	answers := d.Discover(t.Context())
	if len(answers) != 1 {
		t.Fatalf("got %d answers, want 1: %v", len(answers), answers)
	}
	checkError(t, answers[0].Err, texts...)
}

func checkError(t testing.TB, err error, texts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("got no error, want one with %q", texts)
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("got error %q, want %q in it", err, text)
		}
	}
	if got := strings.Count(err.Error(), "discover targets"); got != 1 {
		t.Errorf("got %d times %q in %q, want once", got, "discover targets", err)
	}
}

// write makes or rewrites a file in place.
func write(t testing.TB, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// replace puts a new file in the place of path at once.
func replace(t testing.TB, path, content string) {
	t.Helper()
	next := filepath.Join(filepath.Dir(path), "next")
	write(t, next, content)
	rename(t, next, path)
}

func rename(t testing.TB, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func remove(t testing.TB, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func symlink(t testing.TB, to, path string) {
	t.Helper()
	if err := os.Symlink(to, path); err != nil {
		t.Fatal(err)
	}
}
