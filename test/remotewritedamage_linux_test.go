package test

import (
	"fmt"
	"os"
	"testing"
)

// TestRemoteWriteSpoolDamaged (H7): a file of which a part was overwritten, or
// cut off, while promferry was not running. What can be read of it is stored, the
// file does not go, and new samples flow.
func TestRemoteWriteSpoolDamaged(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(t *testing.T, path string, size int64){
		"cut": func(t *testing.T, path string, _ int64) { mustDo(t, os.Truncate(path, metaPages+1000)) },
		"zeroes": func(t *testing.T, path string, size int64) {
			overwrite(t, path, metaPages, make([]byte, size-metaPages))
		},
		"noise": noise,
		"head":  func(t *testing.T, path string, _ int64) { overwrite(t, path, 0, make([]byte, metaPages)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			receiver, targets, dir := startRecording(t), startNumbered(t, 3), t.TempDir()
			receiver.leave()
			file := outageConfig(t, receiver.URL, dir, targets)
			ferry := run(t, file)
			more(t, targets, 10)
			ferry.kill9(t)
			path := largest(t, dir)
			info, err := os.Stat(path)
			mustDo(t, err)
			damage(t, path, info.Size())
			damaged, err := os.ReadFile(path)
			mustDo(t, err)
			receiver.comeBack()
			ferry = run(t, file)
			more(t, targets, 5)
			ferry.terminate(t)
			for _, n := range targets {
				if err := receiver.atLeast(fmt.Sprintf("up{instance=%q,job=\"app\"}", n.name), 4); err != nil {
					t.Error(err)
				}
			}
			if err := receiver.inOrder(never); err != nil {
				t.Error(err)
			}
			if told := linesWith(ferry.stderr.String(), "level=", path); len(told) == 0 {
				t.Errorf("the log has nothing of %s: %s", path, &ferry.stderr)
			}
			isSomewhere(string(damaged))(t, dir)
		})
	}
}

// A bbolt file begins with two pages that say where all others are. Of these most
// may be free, so that damage of a few would show nothing.
const (
	page      = 16 << 10
	metaPages = 2 * page
)

// noise changes bytes of what pages hold, but not of their heads.
func noise(t *testing.T, path string, size int64) {
	t.Helper()
	for at := int64(metaPages); at+page <= size; at += page {
		for within := int64(1 << 10); within < page; within += 1 << 9 {
			overwrite(t, path, at+within, []byte("noise"))
		}
	}
}

func overwrite(t *testing.T, path string, at int64, with []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	mustDo(t, err)
	_, err = f.WriteAt(with, at)
	mustDo(t, err)
	mustDo(t, f.Close())
}
