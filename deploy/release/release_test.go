package main

import (
	"archive/zip"
	"crypto/sha256"
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestDebVersion(t *testing.T) {
	for version, want := range map[string]string{
		"v1.2.3":              "1.2.3",
		"v1.2.3-4-g0a1b2c3":   "1.2.3+4.g0a1b2c3",
		"v1.3.0-rc.1":         "1.3.0~rc.1",
		"v1.2.3-dirty":        "1.2.3~dirty",
		"0a1b2c3":             "0~20260101000000.0a1b2c3",
		"1234567-dirty":       "0~20260101000000.1234567~dirty",
		"devel":               "0~20260101000000.devel",
		"":                    "0~20260101000000",
		"v1.3.0-rc.1-2-g0a1b": "1.3.0~rc.1+2.g0a1b",
	} {
		if got := debVersion(version, time.Unix(1767225600, 0)); got != want {
			t.Errorf("%q: got %q, want %q", version, got, want)
		}
	}
}

func TestParsePlatform(t *testing.T) {
	for name, want := range map[string]string{"linux/arm": "linux_armv7", "linux/arm64": "linux_arm64", "windows/amd64": "windows_amd64"} {
		if p, err := parsePlatform(name); err != nil || p.String() != want {
			t.Errorf("%s: got %v, %v, want %s", name, p, err, want)
		}
	}
	if _, err := parsePlatform("linux"); err == nil {
		t.Error("a platform without an architecture is accepted")
	}
}

// TestReleaseIsReproducible makes the release of this machine's platform twice,
// from copies of the source in directories of different names and depths, the
// second in a git repository, and wants the same bytes of all files. What Go has
// in its cache is compiled once, with -trimpath for both; linking and packing is
// done for each.
func TestReleaseIsReproducible(t *testing.T) {
	dist, err := first()
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(scratch, "another", "place")
	if err := os.CopyFS(other, os.DirFS(filepath.Dir(dist))); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(other, "dist")); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("git", "init", "--quiet", other).CombinedOutput(); err != nil {
		t.Fatalf("git init: %v\n%s", err, out)
	}
	if err := makeRelease(other, "linux/"+runtime.GOARCH); err != nil {
		t.Fatal(err)
	}
	want, got := checksums(t, dist), checksums(t, filepath.Join(other, "dist"))
	if len(want) < 8 {
		t.Errorf("made %d files, want binary, documents, archive, package and checksums", len(want))
	}
	for name, sum := range want {
		if got[name] != sum {
			t.Errorf("%s: built twice, and not the same", name)
		}
	}
	binary := filepath.Join(dist, "bin", "linux_"+runtime.GOARCH, "promferry")
	checkStatic(t, binary)
	says, err := exec.Command(binary, "version").CombinedOutput()
	for _, want := range []string{"version v1.2.3 ", "revision: 0a1b2c3)", "20260101-00:00:00\n"} {
		if err != nil || !strings.Contains(string(says), want) {
			t.Errorf("promferry version: %v, without %q:\n%s", err, want, says)
		}
	}
	check := exec.Command("sha256sum", "--check", "--strict", "SHA256SUMS")
	check.Dir = dist
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("sha256sum: %v\n%s", err, out)
	}
}

// TestArchivesOfAllKinds reads both kinds back: all files with their content,
// one directory, one time, no owner.
func TestArchivesOfAllKinds(t *testing.T) {
	t.Chdir("../..")
	r := release{dist: t.TempDir(), version: "v1", time: time.Unix(1767225600, 0).UTC()}
	for _, name := range []string{"bin", "man/promferry.1.gz", "completions/promferry.bash", "completions/_promferry", "completions/promferry.fish"} {
		writeFile(t, filepath.Join(r.dist, name), "it is "+name)
	}
	for _, p := range []platform{{"linux", "arm"}, {"windows", "amd64"}} {
		path, err := r.archive(p, filepath.Join(r.dist, "bin"))
		if err != nil {
			t.Fatal(err)
		}
		files := contents(t, path)
		top := "promferry_v1_" + p.String() + "/"
		if files[top+p.binaryName()] != "it is bin" || files[top+"man/promferry.1.gz"] != "it is man/promferry.1.gz" || !strings.Contains(files[top+"LICENSE"], "Apache License") {
			t.Errorf("%s has %d files, without some of those it should have", path, len(files))
		}
		for _, name := range []string{"deploy/systemd/promferry.service", "deploy/systemd/promferry-once.timer", "deploy/prometheus/alerts.yml", "deploy/grafana/promferry.json", "configs/examples/full.hcl", "docs/host.md"} {
			want := readFile(t, name)
			if files[top+name] != want {
				t.Errorf("%s: %s is not that of the source", path, name)
			}
		}
		checkLinks(t, files)
	}
}

// checkLinks wants what documents link to in the archive too: files, and
// directories with some.
func checkLinks(t *testing.T, files map[string]string) {
	t.Helper()
	there := make(map[string]bool)
	for name := range files {
		for ; name != "."; name = path.Dir(name) {
			there[name] = true
		}
	}
	for name, text := range files {
		if path.Ext(name) != ".md" {
			continue
		}
		for _, link := range regexp.MustCompile(`\]\(([^)\s#:]+)(?:#[^)\s]*)?\)`).FindAllStringSubmatch(text, -1) {
			if !there[path.Join(path.Dir(name), link[1])] {
				t.Errorf("%s links to %s, which the archive does not have", name, link[1])
			}
		}
	}
}

// contents reads an archive by the programs that users have.
func contents(t *testing.T, path string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	if strings.HasSuffix(path, ".zip") {
		r, err := zip.OpenReader(path)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		for _, f := range r.File {
			content, err := fs.ReadFile(r, f.Name)
			if err != nil {
				t.Fatal(err)
			}
			files[f.Name] = string(content)
		}
		return files
	}
	dir := t.TempDir()
	if out, err := exec.Command("tar", "-xzf", path, "-C", dir).CombinedOutput(); err != nil {
		t.Fatalf("tar: %v\n%s", err, out)
	}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(name)
		name, _ = filepath.Rel(dir, name) // it is in there
		files[name] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// makeRelease runs `make release` in a copy of the source.
func makeRelease(dir, platforms string) error {
	cmd := exec.Command("make", "release", "PLATFORMS="+platforms, "VERSION=v1.2.3", "REVISION=0a1b2c3")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "SOURCE_DATE_EPOCH=1767225600", "MAKEFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("make release: %w\n%s", err, out)
	}
	return nil
}

// copySource copies what git has of the module, without the data of tests.
func copySource(dir string) error {
	const from = "../.."
	list := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", ".", ":!test")
	list.Dir = from
	out, err := list.Output()
	if err != nil {
		return fmt.Errorf("git ls-files: %w", err)
	}
	for name := range strings.SplitSeq(strings.TrimRight(string(out), "\x00"), "\x00") {
		content, err := os.ReadFile(filepath.Join(from, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted, and git does not know yet
		} else if err != nil {
			return err
		}
		to := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// checksums are those of all files in a directory.
func checksums(t *testing.T, dir string) map[string][sha256.Size]byte {
	t.Helper()
	sums := make(map[string][sha256.Size]byte)
	all := os.DirFS(dir)
	err := fs.WalkDir(all, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(all, name)
		sums[name] = sha256.Sum256(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sums
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// checkStatic wants a program that needs no other file.
func checkStatic(t *testing.T, path string) {
	t.Helper()
	f, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	libraries, err := f.ImportedLibraries()
	if err != nil || len(libraries) > 0 {
		t.Errorf("%s needs %s (%v), want a static program", path, strings.Join(libraries, ", "), err)
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			t.Errorf("%s has an interpreter, want a static program", path)
		}
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
