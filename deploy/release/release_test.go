package main

import (
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestDebVersion(t *testing.T) {
	for version, want := range map[string]string{
		"v1.2.3":              "1.2.3",
		"v1.2.3-4-g0a1b2c3":   "1.2.3+4.g0a1b2c3",
		"v1.3.0-rc.1":         "1.3.0~rc.1",
		"v1.2.3-dirty":        "1.2.3~dirty",
		"0a1b2c3":             "0~0a1b2c3",
		"1234567":             "0~1234567",
		"devel":               "0~devel",
		"":                    "0~",
		"v1.3.0-rc.1-2-g0a1b": "1.3.0~rc.1+2.g0a1b",
	} {
		if got := debVersion(version); got != want {
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
// from copies of the source in directories of different names and depths, one of
// them a git repository: all files must have the same bytes. What links the
// programs is not cached by Go, and nothing that is compiled may hold a path. The
// archives of the other platforms are made by the same code; their compilation
// from nothing would take minutes.
func TestReleaseIsReproducible(t *testing.T) {
	if testing.Short() {
		t.Skip("builds twice")
	}
	platforms := "linux/" + runtime.GOARCH
	first := makeRelease(t, platforms, filepath.Join(t.TempDir(), "a"))
	other := filepath.Join(t.TempDir(), "another", "place")
	if out, err := exec.Command("git", "init", "--quiet", other).CombinedOutput(); err != nil {
		t.Fatalf("git init: %v\n%s", err, out)
	}
	second := makeRelease(t, platforms, other)
	if len(first) < 3 {
		t.Errorf("made %d files, want an archive, a package and checksums", len(first))
	}
	for name, sum := range first {
		if second[name] != sum {
			t.Errorf("%s: built twice, and not the same", name)
		}
	}
	checkStatic(t, filepath.Join(other, "dist", "bin", "linux_"+runtime.GOARCH, "promferry"))
	check := exec.Command("sha256sum", "--check", "--strict", "SHA256SUMS")
	check.Dir = filepath.Join(other, "dist")
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("sha256sum: %v\n%s", err, out)
	}
}

// makeRelease copies the source to a directory and returns the checksums of
// what `make release` makes there, the binary among it.
func makeRelease(t *testing.T, platforms, dir string) map[string][sha256.Size]byte {
	t.Helper()
	copySource(t, dir)
	cmd := exec.Command("make", "release", "PLATFORMS="+platforms, "VERSION=v1.2.3", "REVISION=0a1b2c3")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "SOURCE_DATE_EPOCH=1767225600", "MAKEFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("make release: %v\n%s", err, out)
	}
	sums := make(map[string][sha256.Size]byte)
	dist := os.DirFS(filepath.Join(dir, "dist"))
	err := fs.WalkDir(dist, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(dist, name)
		sums[name] = sha256.Sum256(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sums
}

// copySource copies what git has of the module, without tests' data.
func copySource(t *testing.T, dir string) {
	t.Helper()
	list := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", ".", ":!test/corpus")
	list.Dir = "../.."
	out, err := list.Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	for name := range bytes.SplitSeq(bytes.TrimRight(out, "\x00"), []byte{0}) {
		to := filepath.Join(dir, string(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(filepath.Join("../..", string(name)))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, content, modeOf(t, filepath.Join("../..", string(name)))); err != nil {
			t.Fatal(err)
		}
	}
}

func modeOf(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
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
