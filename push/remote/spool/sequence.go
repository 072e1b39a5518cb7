package spool

import (
	"encoding/binary"

	"github.com/cespare/xxhash/v2"
)

// The bucket's sequence, a number that bbolt keeps with it, has the version of
// the format in 8 bits, the number of records in 32, and a checksum of both in
// 24. Pages have no checksums, so that a damaged one may look like a sound one
// that has fewer records: it does not go unnoticed then. All versions have this,
// or a newer file could not be told from a damaged one.
const (
	countBits = 32
	sumBits   = 24
)

// sequence is that of a bucket with so many records.
func sequence(version uint8, records int) uint64 {
	content := uint64(version)<<countBits | uint64(uint32(max(records, 0)))
	return content<<sumBits | contentSum(content)
}

// parseSequence is the reverse of sequence. It is not ok where the checksum is
// of something else.
func parseSequence(sequence uint64) (version uint8, records int, ok bool) {
	content := sequence >> sumBits
	return uint8(content >> countBits), int(uint32(content)), contentSum(content) == sequence&(1<<sumBits-1)
}

func contentSum(content uint64) uint64 {
	return xxhash.Sum64(binary.BigEndian.AppendUint64(nil, content)) >> (64 - sumBits)
}
