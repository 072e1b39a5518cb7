package remote

import (
	"bytes"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"testing"
)

// randomBody writes random bytes in random pieces.
func randomBody(random *rand.Rand, m *memory) (*body, []byte) {
	var want []byte
	b := m.newBody()
	for range random.IntN(6) {
		p := make([]byte, random.IntN(3*chunkSize))
		for i := range p {
			p[i] = byte(random.Uint32())
		}
		b.write(p)
		want = append(want, p...)
	}
	b.seal()
	return b, want
}

// Whatever the sizes, a message is the length and the bodies one after the other.
func TestMessageIsItsBodies(t *testing.T) {
	random, m := rand.New(rand.NewPCG(1, 2)), new(memory)
	for range 200 {
		plain := random.IntN(1 << 20)
		want := binary.AppendUvarint(nil, uint64(plain))
		var bodies []*body
		for range random.IntN(4) {
			b, bytes := randomBody(random, m)
			if got := b.appendTo(nil); string(got) != string(bytes) || b.size != len(bytes) {
				t.Fatalf("a body of %d bytes has %d", len(bytes), len(got))
			}
			bodies, want = append(bodies, b), append(want, bytes...)
		}
		message := newMessage(plain, bodies)
		got := readAll(t, message)
		if message.size != len(want) || !bytes.Equal(got, want) {
			t.Fatalf("a message of %d bytes has %d, and says %d", len(want), len(got), message.size)
		}
		for _, b := range bodies {
			if b.release(); b.pieces != nil {
				t.Fatal("a reference stays behind its reader")
			}
		}
	}
}

func readAll(t *testing.T, m *message) []byte {
	t.Helper()
	r, err := m.reader()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	all, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// A transport may read on when the record is long gone: its memory is another's
// only when the reader is closed.
func TestReaderKeepsItsBodies(t *testing.T) {
	random, m := rand.New(rand.NewPCG(3, 4)), new(memory)
	b := m.newBody()
	b.write(bytes.Repeat([]byte("a"), 2*chunkSize))
	message := newMessage(0, []*body{b})
	r, err := message.reader()
	if err != nil {
		t.Fatal(err)
	}
	first := make([]byte, chunkSize)
	if _, err := io.ReadFull(r, first); err != nil {
		t.Fatal(err)
	}
	b.release() // the record is stored
	for range 50 {
		other, _ := randomBody(random, m)
		other.release()
	}
	rest, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(rest, bytes.Repeat([]byte("a"), chunkSize+1)) {
		t.Errorf("what was read late is another's, %v", err)
	}
	r.Close()
	r.Close() // as net/http may
	if b.pieces != nil {
		t.Error("a reference is left")
	}
	if _, err := message.reader(); err != errReleased {
		t.Errorf("a reader of what is gone: %v, want %v", err, errReleased)
	}
	if n, err := r.Read(first); n != 0 || err != io.EOF {
		t.Errorf("a closed reader reads %d bytes, %v", n, err)
	}
}
