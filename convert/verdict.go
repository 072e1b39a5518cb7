package convert

import "unsafe"

// A verdict is what rules made of one series.
type verdict struct {
	hash                 uint64
	next                 int32  // the verdict that was asked for after this one
	seen                 uint32 // the scrape that asked for it last
	at, size             uint32 // of the text; at alone: the index of the held series
	storedAt, storedSize uint32 // of the labels for stores
	length               uint32 // of the series in canonical spelling; 0 for one that stands in another
	ruling               ruling
	reason               uint8 // index of unfitReasons
	exported             bool  // for Stats.Exported
	encoded              bool  // the text is that of outcome.encoded
}

// A ruling says what is done with a series.
type ruling uint8

const (
	rulingDrop    ruling = iota
	rulingKeep           // the line is right as it stands
	rulingRewrite        // another text stands for it, in the target's own group
	rulingHold           // it waits for the end
	rulingUnfit          // no gateway could carry it
)

// heldSeries is a series of another group, or one with more labels than the
// fast way takes. Its strings are never changed.
type heldSeries struct {
	group Labels
	key   string // of the group
	Series
}

// An outcome is a verdict in the words of the one who finds it.
type outcome struct {
	ruling   ruling
	reason   DropReason
	exported bool
	text     []byte // of a rewritten series, up to its value
	encoded  []byte // instead of that, or nil: its name, a blank, and its labels in protobuf
	held     heldSeries
	stored   []byte // its labels, encoded for stores, where there are any
}

// known is what is kept of a rewritten series.
func (o *outcome) known() []byte {
	if o.encoded != nil {
		return o.encoded
	}
	return o.text
}

// size is that of the strings and the labels.
func (h *heldSeries) size() int {
	n := len(h.key) + len(h.Name)
	for _, ls := range []Labels{h.group, h.Labels} {
		for _, l := range ls {
			n += int(unsafe.Sizeof(l)) + len(l.Name) + len(l.Value)
		}
	}
	return n
}

// unfitReasons are those of rulingUnfit.
var unfitReasons = [...]DropReason{DropEmptyIdentity, DropGatewayOwned, DropReportSeries, DropUTF8Name, DropReservedLabel, DropNoName}

func indexOfReason(reason DropReason) uint8 {
	for i, r := range unfitReasons {
		if r == reason {
			return uint8(i)
		}
	}
	panic("convert: a series is not carried for a reason without a place: " + string(reason))
}
