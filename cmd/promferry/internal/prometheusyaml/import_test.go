package prometheusyaml

import (
	"bytes"
	"flag"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write what TestImport gets into its cases")

// TestImport translates each testdata/*.txtar. An archive has prometheus.yml and
// the files that it names, as if all stood in /etc/prometheus; the HCL and the
// report that come of it; flags of the command in its comment. Whatever is a
// secret in them has hunter2 in it.
func TestImport(t *testing.T) {
	for path, archive := range archives(t) {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			text, report := translate(t, archive)
			if *update {
				archive.Files = append(inputs(archive), txtar.File{Name: "want.hcl", Data: text}, txtar.File{Name: "want.report", Data: report})
				if err := os.WriteFile(path, txtar.Format(archive), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(fileOf(archive, "want.hcl"), string(text)); diff != "" {
				t.Errorf("HCL (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(fileOf(archive, "want.report"), string(report)); diff != "" {
				t.Errorf("report (-want +got):\n%s", diff)
			}
			checkHCL(t, text)
			if bytes.Contains(append(text, report...), []byte("hunter2")) {
				t.Error("a secret came out")
			}
		})
	}
}

func archives(t testing.TB) map[string]*txtar.Archive {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) < 10 {
		t.Fatalf("got %d cases, %v; want ten at least", len(paths), err)
	}
	all := map[string]*txtar.Archive{}
	for _, path := range paths {
		if all[path], err = txtar.ParseFile(path); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// translate returns the HCL and the report of an archive; an error stands at the
// report's end.
func translate(t testing.TB, archive *txtar.Archive) (text, report []byte) {
	t.Helper()
	o := optionsOf(t, archive)
	var gateway *url.URL
	if o.Gateway != "" {
		var err error
		if gateway, err = url.Parse(o.Gateway); err != nil {
			t.Fatal(err)
		}
	}
	result, failed := Import("prometheus.yml", []byte(fileOf(archive, "prometheus.yml")), o)
	var b bytes.Buffer
	if err := result.WriteReport(&b, gateway); err != nil {
		t.Fatal(err)
	}
	if failed != nil {
		b.WriteString(failed.Error() + "\n")
	}
	return result.HCL, b.Bytes()
}

// optionsOf reads the flags of an archive, and has its files for those on disk.
func optionsOf(t testing.TB, archive *txtar.Archive) Options {
	t.Helper()
	o := Options{Gateway: "http://localhost:9091", Hostname: "web1", Dir: "/etc/prometheus"}
	for word := range strings.FieldsSeq(string(archive.Comment)) {
		switch name, value, _ := strings.Cut(word, "="); name {
		case "--gateway":
			o.Gateway = value
		case "--job":
			o.Jobs = append(o.Jobs, value)
		case "--keep-remote-write":
			o.KeepRemoteWrite = true
		case "--local-only":
			o.LocalOnly = true
		}
	}
	o.ReadFile = func(name string) ([]byte, error) {
		for _, f := range archive.Files {
			if filepath.Join(o.Dir, f.Name) == name {
				return f.Data, nil
			}
		}
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	o.Glob = func(pattern string) (names []string, err error) {
		for _, f := range archive.Files {
			name := filepath.Join(o.Dir, f.Name)
			matched, err := filepath.Match(pattern, name)
			if err != nil {
				return nil, err
			}
			if matched {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		return names, nil
	}
	return o
}

// inputs are the files of an archive that were not made by this program.
func inputs(archive *txtar.Archive) []txtar.File {
	return slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return strings.HasPrefix(f.Name, "want.") })
}

func fileOf(archive *txtar.Archive, name string) string {
	for _, f := range archive.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

// checkHCL checks what holds for all that is written: it is HCL, and formatted.
func checkHCL(t testing.TB, text []byte) {
	t.Helper()
	if _, diags := hclsyntax.ParseConfig(text, "want.hcl", hcl.InitialPos); diags.HasErrors() {
		t.Errorf("not HCL: %s\n%s", diags, text)
	}
	if formatted := hclwrite.Format(text); !bytes.Equal(formatted, text) {
		t.Errorf("promferry fmt would change it:\n%s", cmp.Diff(string(formatted), string(text)))
	}
}
