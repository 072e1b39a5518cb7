package convert

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLabelsOf(t *testing.T) {
	got := LabelsOf(map[string]string{"job": "j", "instance": "i", "a": "", "Z": "z"})
	want := Labels{{"Z", "z"}, {"instance", "i"}, {"job", "j"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	if got := LabelsOf(nil); len(got) != 0 {
		t.Errorf("got %v of nothing", got)
	}
}

func TestLabelsGet(t *testing.T) {
	ls := Labels{{"instance", "i"}, {"job", "j"}}
	for name, want := range map[string]string{"job": "j", "instance": "i", "jo": "", "": ""} {
		if got := ls.Get(name); got != want {
			t.Errorf("Get(%q) is %q, want %q", name, got, want)
		}
		if got := ls.Has(name); got != (want != "") {
			t.Errorf("Has(%q) is %v", name, got)
		}
	}
}

// Keys are equal for equal labels only, wherever a name ends.
func TestLabelsKey(t *testing.T) {
	keys := make(map[string]Labels)
	for _, ls := range []Labels{
		nil,
		{{"a", "b"}},
		{{"ab", "c"}},
		{{"a", "bc"}},
		{{"a", "b"}, {"c", "d"}},
		{{"a", "b\xfec\xfed"}},
		{{"a", "bc"}, {"d", "e"}},
	} {
		key := ls.Key()
		if other, found := keys[key]; found {
			t.Errorf("%v and %v have one key", ls, other)
		}
		keys[key] = ls
	}
}

func TestLabelsString(t *testing.T) {
	for want, ls := range map[string]Labels{
		`{}`:                        nil,
		`{job="j"}`:                 {{"job", "j"}},
		`{a="\"\\\n",instance="é"}`: {{"a", "\"\\\n"}, {"instance", "é"}},
	} {
		if got := ls.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestCheckTargetLabel(t *testing.T) {
	for _, test := range []struct{ name, value, want string }{
		{"job", "j", ""},
		{"_x9", "any text: /, \n, é", ""},
		{"env", "", ""},
		{"exported_job", "x", ""},
		{"", "x", `label name "" is not [a-zA-Z_][a-zA-Z0-9_]*`},
		{"9x", "x", `label name "9x" is not [a-zA-Z_][a-zA-Z0-9_]*`},
		{"a.b", "x", `label name "a.b" is not [a-zA-Z_][a-zA-Z0-9_]*`},
		{"a:b", "x", `label name "a:b" is not [a-zA-Z_][a-zA-Z0-9_]*`},
		{"é", "x", `label name "é" is not [a-zA-Z_][a-zA-Z0-9_]*`},
		{"__x", "x", `label name "__x" begins with "__", which is reserved`},
		{"__", "x", `label name "__" begins with "__", which is reserved`},
		{"__name__", "x", `label name "__name__" begins with "__", which is reserved`},
		{"le", "x", `label name "le" belongs to histograms and summaries`},
		{"quantile", "x", `label name "quantile" belongs to histograms and summaries`},
		{"env", "a\xffb", `label env has a value that is not UTF-8: "a\xffb"`},
	} {
		got := ""
		if err := CheckTargetLabel(test.name, test.value); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%q=%q: got error %q, want %q", test.name, test.value, got, test.want)
		}
	}
}

// A long name is cut in an error.
func TestErrorsAreShort(t *testing.T) {
	long := strings.Repeat("x", 10000)
	for body, limits := range map[string]Limits{
		"# TYPE a " + long + "\n":                        {},
		long + "{" + long + "=\"1\"} 1\n":                {Labels: 1},
		long + "{" + long + "=\"" + long + "\"} 1\n":     {LabelNameLength: 10},
		long + "{" + long + "=\"" + long + "\"} 2\n":     {LabelValueLength: 10},
		"a{" + long + "=\"1\"," + long + "=\"1\"} 1\n":   {},
		"a " + long + "\n":                               {},
		"# HELP a " + long + "\n# TYPE " + long + " x\n": {},
	} {
		c := &Converter{Target: oracleTarget, Limits: limits}
		_, err := c.Convert(Input{Body: strings.NewReader(body)}, &textBatch{})
		if err == nil || len(err.Error()) > 300 {
			t.Errorf("%.20s: got error %.1000v, want a short one", body, err)
		}
	}
}
