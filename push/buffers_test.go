package push

import (
	"testing"
	"testing/synctest"
	"time"
)

// wantFree checks how many chunks a pool has for the next body.
func wantFree(t testing.TB, b *Buffers, want int) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.free) != want {
		t.Errorf("got %d free chunks, want %d", len(b.free), want)
	}
}

// wantAllBack checks that no body holds a chunk any more.
func wantAllBack(t testing.TB, b *Buffers) {
	t.Helper()
	if got := b.outstanding(); got != 0 {
		t.Errorf("got %d chunks outstanding, want 0", got)
	}
}

// lend takes n chunks and gives them back.
func lend(b *Buffers, n int) {
	lent := make([][]byte, n)
	for i := range lent {
		lent[i] = b.get()
	}
	for _, chunk := range lent {
		b.put(chunk)
	}
}

func TestBuffersServeChunksAgain(t *testing.T) {
	var b Buffers
	first := append(b.get(), "old"...)
	b.put(first)
	second := b.get()
	if &second[:1][0] != &first[0] || len(second) != 0 || cap(second) != chunkSize {
		t.Errorf("got a chunk of %d bytes, room for %d, want the first one, empty", len(second), cap(second))
	}
	if got := b.outstanding(); got != 1 {
		t.Errorf("got %d outstanding, want 1", got)
	}
}

func TestBuffersLetGoWhatWasOfNoUseForAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b Buffers
		lend(&b, 10)
		wantFree(t, &b, 10)
		for range 30 { // a load that needs four
			<-time.After(20 * time.Second)
			lend(&b, 4)
			if n := len(b.free); n < 4 {
				t.Errorf("got %d free chunks, want what the load needs", n)
			}
		}
		wantFree(t, &b, 4)
	})
}

func TestNilBuffersTakeFromTheHeap(t *testing.T) {
	var b *Buffers
	chunk := b.get()
	if len(chunk) != 0 || cap(chunk) != chunkSize {
		t.Errorf("got %d of %d bytes, want an empty chunk", len(chunk), cap(chunk))
	}
	b.put(chunk)
}

// outstanding returns the number of chunks that bodies hold.
func (b *Buffers) outstanding() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.lent
}
