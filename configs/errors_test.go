package configs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
)

// canary stands in fixtures wherever a secret would.
const canary = "canary"

// testLoader is a Loader with a small world of its own: a few variables, and no
// file below /nonexistent.
func testLoader() *Loader {
	return &Loader{
		LookupEnv: func(name string) (string, bool) {
			switch name {
			case "CERT":
				return testPair().cert, true
			case "KEY":
				return testPair().key, true
			case "EMPTY":
				return "", true
			case "CREDENTIALS_DIRECTORY":
				return "/run/credentials/promferry.service", true
			}
			return "s3cr3t-of-env", slices.Contains([]string{"PASSWORD", "PUSHGATEWAY_PASSWORD", "MIMIR_PASSWORD"}, name)
		},
		Hostname: func() (string, error) { return "myhost", nil },
		FQDN:     func() (string, error) { return "myhost.example.net", nil },
		ReadFile: func(name string) ([]byte, error) {
			if name == "/etc/machine" {
				return []byte("m1\n"), nil
			}
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		},
		Stat: func(name string) (fs.FileInfo, error) {
			if strings.HasPrefix(name, "/nonexistent") {
				return nil, fs.ErrNotExist
			}
			mode := fs.FileMode(0o640)
			if strings.HasPrefix(name, "/public") {
				mode = 0o644
			}
			return fs.Stat(fstest.MapFS{"file": {Mode: mode}}, "file")
		},
	}
}

// TestErrors loads each fixture. A line with a mistake in it says so at its end:
// # ERROR: Summary, or # WARN: Summary.
func TestErrors(t *testing.T) {
	for _, name := range glob(t, "testdata/errors/*.hcl") {
		t.Run(filepath.Base(name), func(t *testing.T) {
			src, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			want := marks(string(src))
			l := testLoader()
			config, diags := l.Load(name)
			if diff := cmp.Diff(want, found(diags)); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s%s", diff, written(t, l, diags))
			}
			if (config == nil) != strings.Contains(strings.Join(want, "\n"), "ERROR") {
				t.Errorf("got config %v with diagnostics %v", config, want)
			}
			checkStyle(t, diags)
			checkSecrets(t, l, diags)
		})
	}
}

// marks lists what the lines of a fixture say is wrong with them.
func marks(src string) []string {
	var want []string
	for i, line := range strings.Split(src, "\n") {
		for _, mark := range strings.Split(line, " # ") {
			mark = strings.TrimPrefix(strings.TrimSpace(mark), "# ")
			if strings.HasPrefix(mark, "ERROR: ") || strings.HasPrefix(mark, "WARN: ") {
				want = append(want, fmt.Sprintf("line %d %s", i+1, mark))
			}
		}
	}
	slices.Sort(want)
	return want
}

func found(diags hcl.Diagnostics) []string {
	var got []string
	for _, diag := range diags {
		severity := "ERROR"
		if diag.Severity == hcl.DiagWarning {
			severity = "WARN"
		}
		got = append(got, fmt.Sprintf("line %d %s: %s", diag.Subject.Start.Line, severity, diag.Summary))
	}
	slices.Sort(got)
	return got
}

// checkStyle holds each diagnostic to the guide: a short summary without full
// stop, and a detail of whole sentences.
func checkStyle(t *testing.T, diags hcl.Diagnostics) {
	t.Helper()
	for _, diag := range diags {
		if n := len(strings.Fields(diag.Summary)); n < 3 || n > 6 || strings.HasSuffix(diag.Summary, ".") {
			t.Errorf("summary %q: want 3 to 6 words without full stop", diag.Summary)
		}
		if !strings.HasSuffix(diag.Detail, ".") && !strings.HasSuffix(diag.Detail, "?") && !strings.HasSuffix(diag.Detail, "}") {
			t.Errorf("detail %q: want a sentence", diag.Detail)
		}
	}
}

// checkSecrets looks for the canary and for the environment's secret.
func checkSecrets(t *testing.T, l *Loader, diags hcl.Diagnostics) {
	t.Helper()
	shown := written(t, l, diags) + diags.Error()
	for _, diag := range diags {
		shown += diag.Summary + diag.Detail
	}
	for _, secret := range []string{canary, "s3cr3t-of-env", "PRIVATE KEY"} {
		if strings.Contains(shown, secret) {
			t.Errorf("diagnostics show %q:\n%s", secret, shown)
		}
	}
}

func written(t *testing.T, l *Loader, diags hcl.Diagnostics) string {
	t.Helper()
	var b strings.Builder
	if err := l.WriteDiagnostics(&b, diags); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func glob(t testing.TB, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err == nil && names == nil {
		err = errors.New("no file")
	}
	if err != nil {
		t.Fatalf("%s: %v", pattern, err)
	}
	return names
}
