package verify

import "github.com/prometheus/common/model"

// A Report is how two ways compare.
type Report struct {
	Targets  int // that both ways have
	Down     int // of them, those whose up is 0 all the time by the direct way
	Series   int // that both ways have
	Steady   int // of them, those that lasted for the window by both ways
	ByValue  int // of them, those whose values are compared: at least one way's did not change
	Passing  int // series that came or went within the window, which says nothing
	Findings []Finding
	Renamed  *Renaming // nil: instances are compared with those of the same name, or not at all
}

// A Renaming is the only target of each way, where their instances differ.
type Renaming struct{ Direct, Relayed model.LabelValue }

// A Finding is one difference.
type Finding struct {
	Kind Kind
	What string // the series or the target, and what is different
}

// A Kind of difference. They are in the order in which people should read them:
// each may be the reason for those after it.
type Kind int

// The kinds.
const (
	NothingToCompare Kind = iota // no series has lasted for the window
	SameSeries                   // a series belongs to both ways
	NoHonorLabels                // the gateway is scraped so that its groups lose job and instance
	Ambiguous                    // two series of one way are alike without the labels ignored
	TargetNotRelayed
	TargetNotDirect
	NotPushed  // push_time_seconds stands still
	OtherLabel // of series that are alike but for it
	NotRelayed
	NotDirect
	OtherShape // a native histogram by one way, numbers by the other
	OtherValue
)

// Alike tells whether nothing is different.
func (r *Report) Alike() bool { return len(r.Findings) == 0 }

func (r *Report) find(kind Kind, what string) {
	r.Findings = append(r.Findings, Finding{kind, what})
}
