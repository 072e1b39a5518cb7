package lint

import (
	"slices"
	"strings"
	"testing"

	"github.com/promferry/promferry/convert"
)

func TestBodiesKeepGroupsApart(t *testing.T) {
	var b Bodies
	converter := convert.Converter{Target: convert.LabelsOf(map[string]string{"job": "j", "instance": "i"}), HonorLabels: true}
	stats, err := converter.Convert(convert.Input{Body: strings.NewReader("a 1\na{job=\"other\"} 2\nb 3\n")}, &b)
	if err != nil || stats.Samples != 3 {
		t.Fatal(stats, err)
	}
	got := make(map[string]string)
	for _, body := range b.Groups {
		got[body.Group.Get("job")] = string(body.Text)
	}
	if len(got) != 2 || !strings.Contains(got["j"], "a 1\n") || !strings.Contains(got["j"], "b 3\n") || !strings.HasSuffix(got["other"], "a 2\n") {
		t.Errorf("got %q", got)
	}
}

func TestBodiesAreBounded(t *testing.T) {
	group := convert.LabelsOf(map[string]string{"job": "j"})
	b := Bodies{MaxBytes: 10}
	out := b.Outputs(group)[0]
	out.Append([]byte("12345678\n"), 1)
	if b.Cut() || string(b.Text()) != "12345678\n" {
		t.Errorf("got %q, cut %v, want all", b.Text(), b.Cut())
	}
	out.Append([]byte("12345678\n"), 1)
	if !b.Cut() || len(b.Text()) > b.MaxBytes {
		t.Errorf("got %q, cut %v, want no more than the bound", b.Text(), b.Cut())
	}
}

func TestProblemsAndLosses(t *testing.T) {
	problems, err := Problems([]byte("# TYPE a_total gauge\na_total 1\n"))
	if err != nil || len(problems) != 2 {
		t.Errorf("got %v, %v, want no help text, and a name of a counter", problems, err)
	}
	if _, err := Problems([]byte("a one\n")); err == nil {
		t.Error("what is no exposition has no error")
	}
	stats := convert.Stats{Timestamps: 2, Exemplars: 1, Dropped: map[convert.DropReason]int{convert.DropUTF8Name: 3}}
	want := []string{"3 series left out: utf8_name", "4 series left out: duplicate", "2 timestamps stripped", "1 exemplars stripped"}
	if got := Losses(stats, 4); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
