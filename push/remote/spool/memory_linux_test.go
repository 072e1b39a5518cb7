package spool

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// TestSpoolMemory: a large backlog is opened and read without the file becoming a
// part of the process's memory.
func TestSpoolMemory(t *testing.T) {
	const count, size = 200, 500_000
	dir := t.TempDir()
	s := openAt(t, dir, Options{})
	for id := uint64(0); id < count; id += 20 {
		add(t, s, recordsOf(id, id+20, size)...)
	}
	closeIt(t, s)
	began, before := time.Now(), mappedMemory(t)
	s = openAt(t, dir, Options{})
	t.Logf("%d bytes opened in %v", s.Size(), time.Since(began))
	most := mappedMemory(t)
	for h := range s.Headers() {
		if _, err := s.Body(h.ID); err != nil {
			t.Fatal(err)
		}
		most = max(most, mappedMemory(t))
	}
	if grown := most - before; grown > 4*forgetEvery {
		t.Errorf("%d bytes more of files in memory while %d were read, want at most %d", grown, count*size, 4*forgetEvery)
	}
	t.Logf("%d bytes more of files in memory", most-before)
}

// mappedMemory is how much memory of the process has files in it.
func mappedMemory(t testing.TB) (bytes int64) {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, line, _ := strings.Cut(string(status), "RssFile:")
	if _, err := fmt.Sscan(line, &bytes); err != nil {
		t.Fatal(err)
	}
	return bytes << 10
}

// TestSpoolMemoryOfWrites: nor does it while it grows.
func TestSpoolMemoryOfWrites(t *testing.T) {
	s, before, most := openAt(t, t.TempDir(), Options{}), mappedMemory(t), int64(0)
	for id := range uint64(1000) {
		add(t, s, recordOf(id, 50_000))
		most = max(most, mappedMemory(t))
	}
	if grown := most - before; grown > 4*forgetEvery {
		t.Errorf("%d bytes more of files in memory while %d were written, want at most %d", grown, s.Size(), 4*forgetEvery)
	}
}
