package spool

import (
	"encoding/binary"
	"math"

	"github.com/cespare/xxhash/v2"
)

// The bucket of the records. Its key stands in each copy of the page that names
// it, so that a file of ours is known even where its beginning is damaged.
const bucketName = "promferry remote_write spool"

// formatVersion is of what is in the bucket.
const formatVersion = 1

// A record is several entries: a header with the key (ID, 0), and the body in
// pieces with the keys (ID, 1), (ID, 2) and so on. bbolt keeps at least two
// entries on a page, four where it did not split it yet, and takes pages that lie
// side by side for those that need it; such runs are what a file that has been
// full for long does not have. Eight pieces fit on a page, so that no page ever
// needs a second one, and each free page is as good as any other.
//
// Larger pages would make each commit dearer, which writes some anew. Smaller
// ones need more entries for a body, and more memory for the list of free pages,
// of which 16 KiB make 1.5 MB for 1 GiB.
const (
	pageSize   = 16 << 10
	pageHead   = 16 // bytes before the first element: bbolt's page.go
	entryHead  = 16 // bytes of a leaf's element, before key and value
	keySize    = 12
	maxEntry   = (pageSize - pageHead) / 8
	pieceSize  = maxEntry - entryHead - keySize
	headerSize = 48 // without the target
)

// MaxTarget is how long a target's name may be, in bytes.
const MaxTarget = pieceSize - headerSize

// maxBody bounds what a header may say, and so what is allocated for a body.
const maxBody = math.MaxInt32

// appendKey makes keys that sort by number and then by piece.
func appendKey(to []byte, id uint64, piece int) []byte {
	to = binary.BigEndian.AppendUint64(to, id)
	return binary.BigEndian.AppendUint32(to, uint32(piece))
}

// parseKey is the reverse of appendKey.
func parseKey(key []byte) (id uint64, piece int, ok bool) {
	if len(key) != keySize {
		return 0, 0, false
	}
	return binary.BigEndian.Uint64(key), int(binary.BigEndian.Uint32(key[8:])), true
}

// pieces is how many a body of that size has.
func pieces(size int) int { return (size + pieceSize - 1) / pieceSize }

// entryBytes is what a record takes on its pages.
func entryBytes(r Record) int64 {
	n := int64(1 + pieces(len(r.Body)))
	return n*(entryHead+keySize) + headerSize + int64(len(r.Target)) + int64(len(r.Body))
}

// appendHeader writes the value of a header: its own checksum, the fields, the
// body's checksum, the target. The checksum is of the number, too.
func appendHeader(to []byte, h Header, body uint64) []byte {
	start := len(to)
	to = append(to, make([]byte, 8)...)
	to = binary.BigEndian.AppendUint64(to, uint64(h.Time))
	to = binary.BigEndian.AppendUint64(to, uint64(h.Samples))
	to = binary.BigEndian.AppendUint64(to, uint64(h.Plain))
	to = binary.BigEndian.AppendUint64(to, uint64(h.Size))
	to = binary.BigEndian.AppendUint64(to, body)
	to = append(to, h.Target...)
	binary.BigEndian.PutUint64(to[start:], headerSum(h.ID, to[start+8:]))
	return to
}

// parseHeader is the reverse of appendHeader.
func parseHeader(id uint64, value []byte) (h Header, body uint64, ok bool) {
	if len(value) < headerSize || binary.BigEndian.Uint64(value) != headerSum(id, value[8:]) {
		return Header{}, 0, false
	}
	field := func(i int) uint64 { return binary.BigEndian.Uint64(value[8*i:]) }
	if field(2) > math.MaxInt32 || field(3) > math.MaxInt32 || field(4) > maxBody {
		return Header{}, 0, false
	}
	h = Header{
		ID:      id,
		Target:  string(value[headerSize:]),
		Time:    int64(field(1)),
		Samples: int(field(2)),
		Plain:   int(field(3)),
		Size:    int(field(4)),
	}
	return h, field(5), true
}

func headerSum(id uint64, fields []byte) uint64 {
	var d xxhash.Digest
	d.ResetWithSeed(id)
	_, _ = d.Write(fields)
	return d.Sum64()
}
