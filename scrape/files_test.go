package scrape

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// writeFiles returns a directory with files of these contents.
func writeFiles(t testing.TB, contents map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range contents {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestFiles(t *testing.T) {
	dir := writeFiles(t, map[string]string{
		"b.prom": "b 1\nb{x=\"1\"} 2", "a.prom": "a 1\r\na{x=\"1\"} 2\r\n", "c.prom": "", "d.txt": "d 1\n",
	})
	s := &Files{Patterns: []string{
		dir + "/b.prom", dir + "/*.prom", dir + "/./a.prom", // each file once
	}}
	checkText(t, s, "a 1\na{x=\"1\"} 2\nb 1\nb{x=\"1\"} 2\n")

	_, exposition, err := scrapeAll(t, s)
	if err != nil {
		t.Fatal(err)
	}
	if exposition.MediaType != MediaTypeText || exposition.Unframed {
		t.Errorf("got %+v, want text", exposition)
	}
	if got, want := exposition.Where(4), dir+"/b.prom:2"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestFilesEmpty(t *testing.T) {
	dir := writeFiles(t, map[string]string{"a.prom": ""})
	body, exposition, err := scrapeAll(t, &Files{Patterns: []string{dir + "/*"}, MaxBytes: 1})
	if err != nil || body != "" || exposition.MediaType != "" {
		t.Errorf("got %q, %+v, %v, want nothing", body, exposition, err)
	}
}

func TestFilesNoMatch(t *testing.T) {
	dir := writeFiles(t, map[string]string{"a.prom": sample})
	check := func(pattern, text string) {
		t.Helper()
		s := &Files{Patterns: []string{dir + "/a.prom", pattern}}
		_, err := s.Scrape(t.Context())
		checkFailure(t, err, ReasonFile, text)
	}
	check(dir+"/*.txt", `scrape files: match "`+dir+`/*.txt": no such file`)
	check(dir+"/b.prom", `match "`+dir+`/b.prom": no such file`)
	check(dir+"/[", `match "`+dir+`/[": syntax error in pattern`)
}

// A file that another program has renamed between the match and the open is
// like a link to nothing.
func TestFilesVanished(t *testing.T) {
	dir := writeFiles(t, map[string]string{"a.prom": sample})
	if err := os.Symlink(dir+"/gone", dir+"/b.prom"); err != nil {
		t.Fatal(err)
	}
	_, err := (&Files{Patterns: []string{dir + "/*.prom"}}).Scrape(t.Context())
	checkFailure(t, err, ReasonFile, dir+"/b.prom: no such file")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want ErrNotExist in its chain", err)
	}
}

func TestFilesNotRegular(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(dir+"/dir.prom", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir + "/dir.prom", os.DevNull} {
		_, err := (&Files{Patterns: []string{path}}).Scrape(t.Context())
		checkFailure(t, err, ReasonFile, path+" is not a regular file")
	}
}

func TestFilesAge(t *testing.T) {
	dir := writeFiles(t, map[string]string{"a.prom": sample, "b.prom": sample})
	now := time.Now()
	if err := os.Chtimes(dir+"/b.prom", now, now.Add(-90*time.Minute)); err != nil {
		t.Fatal(err)
	}
	s := &Files{Patterns: []string{dir + "/*.prom"}, Now: func() time.Time { return now }}
	checkText(t, s, sample+sample)
	s.MaxAge = 2 * time.Hour
	checkText(t, s, sample+sample)
	s.MaxAge = time.Hour
	_, err := s.Scrape(t.Context())
	checkFailure(t, err, ReasonFile, dir+"/b.prom was last written 1h30m0s ago, max_age is 1h0m0s")
}

func TestFilesLimit(t *testing.T) {
	dir := writeFiles(t, map[string]string{"a.prom": sample, "b.prom": sample})
	s := &Files{Patterns: []string{dir + "/*.prom"}}
	for _, limit := range []int{0, 2*len(sample) + 1} {
		s.MaxBytes = int64(limit)
		checkText(t, s, sample+sample)
	}
	for limit, path := range map[int]string{2 * len(sample): "b.prom", len(sample) + 1: "b.prom", len(sample): "a.prom", 1: "a.prom"} {
		s.MaxBytes = int64(limit)
		_, err := s.Scrape(t.Context())
		checkFailure(t, err, ReasonBodySizeLimit, "with "+dir+"/"+path+" the files reach body_size_limit")
	}
}

func TestFilesCancelled(t *testing.T) {
	dir := writeFiles(t, map[string]string{"a.prom": sample})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := (&Files{Patterns: []string{dir + "/a.prom"}}).Scrape(ctx)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want Canceled", err)
	}
}
