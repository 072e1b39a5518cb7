package discovery

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A folder is watched as Run does it, in a synctest bubble. The clock of the
// bubble is behind that of the file system, so that each file that a test does
// not age is one just written.
type folder struct {
	*testing.T
	dir     string
	watcher *Watcher
}

// inFolder runs test with a watcher of all that has one of Prometheus's
// extensions.
func inFolder(t *testing.T, test func(f *folder)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		f := &folder{T: t, dir: dir}
		f.watcher = &Watcher{Interval: FilesInterval, Discoverer: &Files{Patterns: []string{
			f.path("*.json"), f.path("*.yml"), f.path("*.yaml"),
		}}}
		test(f)
	})
}

func (f *folder) path(name string) string { return filepath.Join(f.dir, name) }

// write makes or rewrites a file in place.
func (f *folder) write(name, content string) {
	f.Helper()
	write(f, f.path(name), content)
}

// age makes a file one that was written long ago.
func (f *folder) age(name string, age time.Duration) {
	f.Helper()
	at := time.Now().Add(-age)
	if err := os.Chtimes(f.path(name), at, at); err != nil {
		f.Fatal(err)
	}
}

// look expects these targets after a look without errors.
func (f *folder) look(targets string) {
	f.Helper()
	if err := f.watcher.Look(f.Context()); err != nil {
		f.Error(err)
	}
	f.want(targets)
}

// lookBad expects these targets after a look with an error that has texts.
func (f *folder) lookBad(targets string, texts ...string) {
	f.Helper()
	checkError(f, f.watcher.Look(f.Context()), texts...)
	f.want(targets)
}

func (f *folder) want(targets string) {
	f.Helper()
	if got := addresses(f.watcher.Groups()); got != targets {
		f.Errorf("got targets %q, want %q", got, targets)
	}
}

func TestFilesGiveGroupsTheirPath(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.yml")
	write(t, path, "- targets: [a:1]\n  labels: {env: dev}\n- targets: [b:1]\n")
	checkAnswer(t, &Files{Patterns: []string{filepath.Join(dir, "*.yml"), path}}, path, fmt.Sprintf(
		"%[1]s:0 {__meta_filepath=%[1]q, env=\"dev\"} a:1\n%[1]s:1 {__meta_filepath=%[1]q} b:1\n", path))
}

func TestFilesAreThoseThatMatchNow(t *testing.T) {
	inFolder(t, func(f *folder) {
		f.look("")
		f.write("b.yml", "- targets: [b]")
		f.write("other.txt", "- targets: [other]")
		f.look("b")
		f.write("a.json", `[{"targets": ["a"]}]`)
		f.look("a b")
		remove(f, f.path("b.yml"))
		f.look("a")
		remove(f, f.path("a.json"))
		f.look("")
	})
}

func TestFilesNamePatternsThatAreNone(t *testing.T) {
	checkFailure(t, &Files{Patterns: []string{"[.yml"}}, "discover targets in [.yml: syntax error in pattern")
}

func TestABadFileSpoilsNoOther(t *testing.T) {
	inFolder(t, func(f *folder) {
		f.write("a.yml", "- targets: [a]")
		f.write("b.yml", "- targets: [b]")
		f.write("c.yml", "- targts: [c]")
		f.lookBad("a b", f.path("c.yml")+`: line 1: unknown field "targts"`)
		f.write("a.yml", "- targets: [a2]")
		f.write("b.yml", "- targets: [b2")
		f.write("c.yml", "- targets: [c2]")
		f.lookBad("a2 b c2", f.path("b.yml")) // the last good one
		f.lookBad("a2 b c2", f.path("b.yml"))
		f.write("b.yml", "- targets: [b3]")
		f.look("a2 b3 c2")
		f.write("b.yml", "- targets: [b4")
		f.lookBad("a2 b3 c2", f.path("b.yml"))
		remove(f, f.path("b.yml")) // a bad file may go, too
		f.look("a2 c2")
	})
}

func TestFilesThatCannotBeReadKeepTheirTargets(t *testing.T) {
	inFolder(t, func(f *folder) {
		f.write("a.yml", "- targets: [a]")
		f.look("a")

		remove(f, f.path("a.yml"))
		symlink(f, f.path("nothing"), f.path("a.yml"))
		f.lookBad("a", f.path("a.yml"), "no such file")

		remove(f, f.path("a.yml"))
		if err := os.Mkdir(f.path("a.yml"), 0o755); err != nil {
			f.Fatal(err)
		}
		f.lookBad("a", f.path("a.yml"), "not a regular file")

		remove(f, f.path("a.yml"))
		f.write("a.yml", strings.Repeat(" ", maxBytes+1))
		f.lookBad("a", f.path("a.yml"), "more than 16777216 bytes")

		f.write("a.yml", "- targets: [b]")
		f.look("b")
	})
}

// TestFilesOfAConfigMap: Kubernetes puts a new directory beside the old one,
// and swaps one link.
func TestFilesOfAConfigMap(t *testing.T) {
	inFolder(t, func(f *folder) {
		version := func(name, content string) {
			if err := os.Mkdir(f.path(name), 0o755); err != nil {
				f.Fatal(err)
			}
			f.write(name+"/a.yml", content)
			f.age(name+"/a.yml", time.Hour)
			symlink(f, name, f.path("..data_tmp"))
			rename(f, f.path("..data_tmp"), f.path("..data"))
		}
		version("..1", "- targets: [a]")
		symlink(f, "..data/a.yml", f.path("a.yml"))
		f.look("a")
		version("..2", "- targets: [b]") // of the same size and age
		f.look("b")
	})
}

func TestFilesSeeEachKindOfChange(t *testing.T) {
	inFolder(t, func(f *folder) {
		f.write("a.yml", "- targets: [a]")
		f.age("a.yml", time.Hour)
		f.look("a")
		replace(f, f.path("a.yml"), "- targets: [b]")
		f.age("a.yml", time.Hour)
		f.look("b") // another file of the same size and age
		f.write("a.yml", "- targets: [c]")
		f.age("a.yml", time.Minute)
		f.look("c") // the same file with another time
		f.write("a.yml", "- targets: [dd]")
		f.age("a.yml", time.Minute)
		f.look("dd") // another size, whatever the time says
	})
}

// TestFilesAreNotReadWithoutAChange: one that keeps all that a directory says
// of it is not seen before the refresh.
func TestFilesAreNotReadWithoutAChange(t *testing.T) {
	inFolder(t, func(f *folder) {
		born := time.Now().Add(-time.Hour)
		rewrite := func(content string) {
			f.write("a.yml", content)
			f.age("a.yml", time.Since(born))
		}
		rewrite("- targets: [a]")
		f.look("a")
		rewrite("- targets: [b]")
		f.look("a")
		time.Sleep(DefaultFilesRefresh)
		f.look("b")
	})
}

// TestFilesJustWrittenAreReadAgain: a second write within one tick of the file
// system's clock changes nothing that a directory says.
func TestFilesJustWrittenAreReadAgain(t *testing.T) {
	inFolder(t, func(f *folder) {
		born := time.Now()
		rewrite := func(content string) {
			f.write("a.yml", content)
			f.age("a.yml", time.Since(born))
		}
		rewrite("- targets: [a]")
		f.look("a")
		rewrite("- targets: [b]")
		f.look("b")
	})
}

func TestFilesThatAreOldAreNotWaitedFor(t *testing.T) {
	inFolder(t, func(f *folder) {
		start := time.Now()
		for i := range 20 {
			name := fmt.Sprintf("%d.yml", i)
			f.write(name, "[]")
			f.age(name, time.Minute)
		}
		f.look("")
		f.look("")
		if took := time.Since(start); took != 0 {
			f.Errorf("two looks took %s", took)
		}
	})
}

func TestFilesAreWaitedForTogether(t *testing.T) {
	inFolder(t, func(f *folder) {
		start := time.Now()
		for i := range 20 {
			f.write(fmt.Sprintf("%d.yml", i), "[]")
		}
		f.look("")
		if took := time.Since(start); took != settleTime {
			f.Errorf("a look took %s, want %s", took, settleTime)
		}
		f.look("") // nothing is new
		if took := time.Since(start); took != settleTime {
			f.Errorf("two looks took %s, want %s", took, settleTime)
		}
	})
}

// meanwhile runs steps during a look, one after each d.
func (f *folder) meanwhile(d time.Duration, steps ...func()) {
	go func() {
		for _, step := range steps {
			time.Sleep(d)
			step()
		}
	}()
}

func TestHalfAFileIsWaitedFor(t *testing.T) {
	inFolder(t, func(f *folder) {
		const whole = "- targets:\n  - a\n  - b\n  - c\n"
		f.write("a.yml", whole)
		f.look("a b c")
		f.write("a.yml", "") // truncated, as by a shell
		f.meanwhile(settleTime/3, func() { f.write("a.yml", "- targets:\n  - a\n") }, func() { f.write("a.yml", whole) })
		f.look("a b c")
		f.write("a.yml", "- targets:\n  - a\n") // all parts of it can be read
		f.meanwhile(settleTime/2, func() { f.write("a.yml", whole+"  - d\n") })
		f.look("a b c d")
	})
}

func TestAFileBetweenTwoNamesIsWaitedFor(t *testing.T) {
	inFolder(t, func(f *folder) {
		f.write("a.yml", "- targets: [a]")
		f.look("a")
		rename(f, f.path("a.yml"), f.path("a.yml~")) // as editors do
		f.meanwhile(settleTime/2, func() { f.write("a.yml", "- targets: [b]") })
		f.look("b")
	})
}

func TestAFileThatChangesAllTheTimeComesThrough(t *testing.T) {
	check := func(content func(i int) string, want string) {
		t.Helper()
		inFolder(t, func(f *folder) {
			f.Helper()
			ctx, cancel := context.WithCancel(f.Context())
			stopped := make(chan struct{})
			f.write("a.yml", content(0))
			go func() {
				defer close(stopped)
				for i := 1; wait(ctx, 70*time.Millisecond); i++ {
					f.write("a.yml", content(i))
				}
			}()
			start := time.Now()
			f.look(want)
			if took, want := time.Since(start), settleTries*settleTime; took != want {
				f.Errorf("the look took %s, want %s", took, want)
			}
			cancel()
			<-stopped
		})
	}

	whole := func(i int) string { return fmt.Sprintf("- targets: [%d]", i) }
	check(whole, "8") // is there from 560 to 630 ms
	check(func(i int) string {
		if i%2 == 0 {
			return "" // as at 600 ms
		}
		return whole(i)
	}, "5")
}

// TestAFileRewrittenEachSecond is watched by Run: each version comes through.
func TestAFileRewrittenEachSecond(t *testing.T) {
	inFolder(t, func(f *folder) {
		ctx, cancel := context.WithCancel(f.Context())
		stopped := make(chan struct{})
		seen := map[string]bool{}
		go func() {
			defer close(stopped)
			f.watcher.Run(ctx, func() { seen[addresses(f.watcher.Groups())] = true })
		}()
		const versions = 60
		for i := range versions {
			replace(f, f.path("a.yml"), fmt.Sprintf("- targets: [%d]", i))
			time.Sleep(time.Second)
		}
		time.Sleep(2 * time.Second)
		f.want(fmt.Sprint(versions - 1))
		cancel()
		<-stopped
		if len(seen) < versions/2 {
			f.Errorf("got %d of %d versions", len(seen), versions)
		}
	})
}

func TestFilesDoNotCountALookThatIsCutShort(t *testing.T) {
	inFolder(t, func(f *folder) {
		f.write("a.yml", "- targets: [a]")
		f.look("a")
		ctx, cancel := context.WithTimeout(f.Context(), settleTime/2)
		defer cancel()
		f.write("a.yml", "- targets: [b]")
		checkError(f, f.watcher.Look(ctx), "context deadline exceeded")
		f.want("a")
		f.look("b")
	})
}

// TestFilesWithTheSameContentAreNotDecodedAgain: the groups are the very same.
func TestFilesWithTheSameContentAreNotDecodedAgain(t *testing.T) {
	inFolder(t, func(f *folder) {
		f.write("a.yml", "- targets: [a]")
		f.look("a")
		before := f.watcher.Groups()[0]
		replace(f, f.path("a.yml"), "- targets: [a]")
		f.look("a")
		if f.watcher.Groups()[0] != before {
			f.Error("got a new group of the same content")
		}
	})
}

// BenchmarkLook is what watching ten thousand targets costs each second.
func BenchmarkLook(b *testing.B) {
	dir := b.TempDir()
	for i := range 100 {
		path := filepath.Join(dir, fmt.Sprintf("%d.yml", i))
		write(b, path, "- targets:\n"+strings.Repeat("  - host.example.org:9100\n", 100))
		old := time.Now().Add(-time.Hour)
		if err := os.Chtimes(path, old, old); err != nil {
			b.Fatal(err)
		}
	}
	watcher := &Watcher{Discoverer: &Files{Patterns: []string{filepath.Join(dir, "*.yml")}}}
	b.ReportAllocs()
	for b.Loop() {
		if err := watcher.Look(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	if got := watcher.Status().Targets; got != 10000 {
		b.Errorf("got %d targets, want 10000", got)
	}
}
