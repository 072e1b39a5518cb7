package doctor

import (
	"slices"
	"testing"

	"github.com/promferry/promferry/convert"
)

func TestClashes(t *testing.T) {
	ours := func(kind convert.Type) holder { return holder{kind, "ours", true} }
	theirs := func(kind convert.Type) holder { return holder{kind, "theirs", false} }
	h := make(holdersOf)
	for name, all := range map[string][]holder{
		"a_same":      {ours(convert.Gauge), theirs(convert.Gauge)},
		"b_retyped":   {theirs(convert.Counter), ours(convert.Gauge)},
		"c_lost":      {ours(convert.Histogram), theirs(convert.Gauge)},
		"d_both_ours": {ours(convert.Summary), ours(convert.Gauge)},
		"e_not_ours":  {theirs(convert.Counter), theirs(convert.Gauge)},
		"f":           {ours(convert.Histogram)},
		"f_count":     {theirs(convert.Gauge)},
	} {
		for _, is := range all {
			h.add(name, is)
		}
	}
	want := []clash{
		{"b_retyped: gauge in ours, counter in theirs", true, true},
		{"c_lost: histogram in ours, gauge in theirs", true, false},
		{"d_both_ours: summary in ours, gauge in ours", true, false},
		{"e_not_ours: counter in theirs, gauge in theirs", false, true},
		{"f: histogram in ours, whose lines are another family's, too", true, false},
		{"f_count: gauge in theirs, whose lines are another family's, too", false, false},
	}
	if got := h.clashes(); !slices.Equal(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

// TestHoldersAreBounded: ten thousand targets have the same names.
func TestHoldersAreBounded(t *testing.T) {
	h := make(holdersOf)
	for range 3 {
		h.add("a", holder{convert.Gauge, "one of many", true})
	}
	if len(h["a"]) != 1 {
		t.Errorf("got %d holders of one type and side, want the first", len(h["a"]))
	}
}
