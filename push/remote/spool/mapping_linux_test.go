package spool

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"go.etcd.io/bbolt"
)

// TestSpoolForgetsWhatIsMapped: while a file grows it may be longer than what is
// mapped of it. Behind that is the memory of others, as the heap.
func TestSpoolForgetsWhatIsMapped(t *testing.T) {
	s := openAt(t, t.TempDir(), Options{})
	longer := false
	for id := uint64(0); id < 3000 && !longer; id++ {
		add(t, s, recordOf(id, 50_000))
		err := s.view(func(tx *bbolt.Tx, _ *bbolt.Bucket) error {
			address, bytes := s.mapping(tx)
			mapped := mappedAt(t, address)
			if bytes > mapped {
				t.Errorf("would forget %d bytes, of which %d are mapped", bytes, mapped)
			}
			longer = s.Size() > mapped
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if !longer {
		t.Error("the file was never longer than what is mapped, so that nothing is shown")
	}
}

// mappedAt is how long the mapping at an address is (proc_pid_maps(5)).
func mappedAt(t testing.TB, address uintptr) int64 {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(maps)) {
		var from, to int64
		if _, err := fmt.Sscanf(line, "%x-%x", &from, &to); err == nil && from == int64(address) {
			return to - from
		}
	}
	t.Fatalf("nothing is mapped at %x", address)
	return 0
}
