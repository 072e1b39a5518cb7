package discovery

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	yamlv2 "go.yaml.in/yaml/v2"
)

func TestDecodersReadWhatPrometheusReads(t *testing.T) {
	check := func(name, content, want string) {
		t.Helper()
		groups, err := decoderFor(t, name)([]byte(content))
		if err != nil {
			t.Errorf("%s: %v in\n%s", name, err, content)
			return
		}
		if got := show(groups); got != want {
			t.Errorf("%s: got\n%swant\n%sof\n%s", name, got, want, content)
		}
		oracle, err := prometheusDecode(name, content)
		if err != nil {
			t.Errorf("%s: Prometheus refuses it: %v\n%s", name, err, content)
		}
		if diff := cmp.Diff(oracle, groups); diff != "" && len(oracle)+len(groups) > 0 {
			t.Errorf("%s: want as Prometheus (-), got (+):\n%s", name, diff)
		}
	}

	check("x.json", `[{"targets": ["a:1", "b:1"], "labels": {"env": "dev"}}]`, ` {env="dev"} a:1 b:1`+"\n")
	check("x.json", "[\r\n  {\"targets\": [\"a:1\"]},\r\n  {\"targets\": [\"b:1\"]}\r\n]\r\n", " {} a:1\n {} b:1\n")
	check("x.JSON", `[{"labels": {"no": "targets"}}, {}, {"targets": []}]`, " {no=\"targets\"}\n {}\n {}\n")
	check("x.json", `[{"targets": ["a"], "labels": null}]`, " {} a\n")
	check("x.json", `[{"targets": ["a"], "targets": ["b"]}]`, " {} b\n") // the last wins
	check("x.json", `[]`, "")
	check("x.json", `null`, "")

	check("x.yml", "- targets: [a:1, b:1]\n  labels: {env: dev}\n", ` {env="dev"} a:1 b:1`+"\n")
	check("x.yaml", "- targets:\r\n  - a:1\r\n- targets:\r\n  - b:1\r\n", " {} a:1\n {} b:1\n")
	check("x.YML", "\ufeff- targets: [a:1]\n", " {} a:1\n")
	check("x.yml", "- targets: [8080, 0x10, 1e3, true, 2001-01-01]\n  labels: {a: 1, b: yes, c: ~, 3: d}\n",
		` {3="d", a="1", b="yes", c=""} 8080 0x10 1e3 true 2001-01-01`+"\n") // as written
	check("x.yml", "- {}\n- labels: {no: targets}\n", " {}\n {no=\"targets\"}\n")
	check("x.yml", "- targets: [a]\n  labels: &l {env: dev}\n- targets: [b]\n  labels: *l\n", " {env=\"dev\"} a\n {env=\"dev\"} b\n")
	check("x.yml", "- &g\n  targets: [a]\n  labels: {env: dev}\n- <<: *g\n  targets: [b]\n- *g\n",
		" {env=\"dev\"} a\n {env=\"dev\"} b\n {env=\"dev\"} a\n")
	check("x.yml", `[{"targets": ["a:1"], "labels": {"env": "dev"}}]`, ` {env="dev"} a:1`+"\n") // JSON is YAML
	check("x.yml", "- targets: [a]\n---\n", " {} a\n")
	check("x.yml", "[]\n", "")
	check("x.yml", "~\n", "")
	check("x.yml", "# nothing\n", "")
	check("x.yml", "", "")
}

// secondDocument is what Prometheus does not look at.
const secondDocument = "line 2: a second document begins"

// The position of an error is the line of the fault, or where the library does
// not say, that of the group.
func TestDecodersNameTheLineOfAFault(t *testing.T) {
	check := func(name, content, want string) {
		t.Helper()
		groups, err := decoderFor(t, name)([]byte(content))
		if err == nil {
			t.Errorf("%s: got %swant error %q in\n%s", name, show(groups), want, content)
			return
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got error %q, want %q in it", name, err, want)
		}
		if _, err := prometheusDecode(name, content); err == nil && want != secondDocument {
			t.Errorf("%s: Prometheus reads it:\n%s", name, content)
		}
	}

	check("x.json", "", "line 1: unexpected end of JSON input")
	check("x.json", "[\n{\"targets\": [\"a\"]},\n", "line 2: unexpected end of JSON input") // cut off
	check("x.json", "[\n{\"targets\": [\"a\"]}\n{\"targets\": [\"b\"]}]", "line 3: invalid character '{'")
	check("x.json", "[\r\n{\"targets\": [\"a\"]},\r\n]\r\n", "line 3: invalid character ']'")
	check("x.json", "[]\n[]", "line 2: invalid character '['")
	check("x.json", "\ufeff[]", "byte order mark")
	check("x.json", "\n{\"targets\": [\"a\"]}", "line 2: want a list of groups")
	check("x.json", "[{\"targets\": [\"a\"]},\n null]", "line 2: a group is null")
	check("x.json", "[{\"targets\": [\"a\"]},\n\n \"b:1\"]", "line 3: want a group with")
	check("x.json", "[\n {\"targets\": [\"a\"]},\n {\"targets\": [\"a\"],\n \"label\": {}}]", "line 3: json: unknown field \"label\"")
	check("x.json", "[\n {},\n {\n \"targets\": [\n1]}]", "line 5: field \"targets\" cannot be a number")
	check("x.json", "[\n {},\n {\n \"targets\": \"a:1\"}]", "line 4: field \"targets\" cannot be a string")
	check("x.json", "[\n {\"labels\": {\"\": \"x\"}}]", `line 2: "" is not a valid label name`)

	check("x.yml", "- targets: [a]\n- targets: [b\n", "did not find expected ',' or ']'") // the library is a line off
	check("x.yml", "targets: [a]\n", "line 1: want a list of groups")
	check("x.yml", "- targets: [a]\n- b:1\n", "line 2: want a group with")
	check("x.yml", "- targets: [a]\n- [b:1]\n", "line 2: want a group with")
	check("x.yml", "- targets: [a]\n-\n", "line 2: a group is null")
	check("x.yml", "- targets: [a]\n- targets: [b]\n\n  label: {}\n", `line 4: unknown field "label"`)
	check("x.yml", "- &g\n  targets: [a]\n- <<:\n    target: [b]\n", `line 4: unknown field "target"`)
	check("x.yml", "- <<: [{targets: [b]},\n    {target: [b]}]\n", `line 2: unknown field "target"`)
	check("x.yml", "- targets: [a]\n\n  targets: [b]\n", `line 3: mapping key "targets" already defined at line 1`)
	check("x.yml", "- labels:\n    a: b\n    a: c\n", `line 3: mapping key "a" already defined at line 2`)
	check("x.yml", "- targets:\n  - a\n  - {b: c}\n", "line 3: cannot unmarshal !!map into string")
	check("x.yml", "- targets: a\n", "line 1: cannot unmarshal !!str")
	check("x.yml", "- targets: [a]\n- labels: {\"\": x}\n", `line 2: "" is not a valid label name`)
	check("x.yml", "- targets: [a]\n- targets: *b\n", "unknown anchor 'b' referenced")
	check("x.yml", "- targets: [a]\n---\n- targets: [b]\n", secondDocument)
	check("x.yml", "- targets: [\"\x00\"]\n", "control characters are not allowed")
	check("x.yml", "- targets: [\"\xff\"]\n", "invalid leading UTF-8 octet")
}

func TestFilesRefuseOtherExtensions(t *testing.T) {
	for _, path := range []string{"targets.txt", "targets", "json"} {
		if _, err := decoderOf(path); err == nil {
			t.Errorf("%s is decoded", path)
		}
	}
}

// FuzzDecode: whatever a file says, what becomes of it is no larger than the
// file and what aliases may add, and what is read can be written and read.
func FuzzDecode(f *testing.F) {
	f.Add(`[{"targets": ["a:1", "b:1"], "labels": {"env": "dev"}}, null]`)
	f.Add("- targets: &t [a:1, b:1]\n  labels: {env: dev}\n- <<: {labels: {x: y}}\n  targets: *t\n")
	f.Add(bomb(9))
	f.Fuzz(func(t *testing.T, content string) {
		for _, name := range []string{"x.json", "x.yml"} {
			groups, err := decoderFor(t, name)([]byte(content))
			if err != nil {
				continue
			}
			if got, most := size(groups), len(content)+maxAliased; got > most {
				t.Errorf("%s: got %d groups, targets and labels of %d bytes", name, got, len(content))
			}
			written, err := json.Marshal(groups)
			if err != nil {
				t.Fatal(err)
			}
			again, err := decodeJSON(written)
			if err != nil {
				t.Fatalf("%s: %v in %s", name, err, written)
			}
			if got, want := show(again), show(groups); got != want {
				t.Errorf("%s: got\n%swant\n%s", name, got, want)
			}
		}
	})
}

func size(groups []*targetgroup.Group) int {
	sum := len(groups)
	for _, g := range groups {
		sum += len(g.Targets) + len(g.Labels)
	}
	return sum
}

// BenchmarkDecode is of ten thousand targets: in one group, and each with
// labels of its own.
func BenchmarkDecode(b *testing.B) {
	for _, kind := range []struct {
		name   string
		groups []*targetgroup.Group
	}{{"one group", manyTargets(10000)}, {"a group each", manyGroups(10000)}} {
		asJSON, err := json.Marshal(kind.groups)
		if err != nil {
			b.Fatal(err)
		}
		asYAML, err := yamlv2.Marshal(kind.groups)
		if err != nil {
			b.Fatal(err)
		}
		for name, content := range map[string][]byte{"x.json": asJSON, "x.yml": asYAML} {
			b.Run(kind.name+" in "+name, func(b *testing.B) {
				b.SetBytes(int64(len(content)))
				b.ReportAllocs()
				for b.Loop() {
					groups, err := decoderFor(b, name)(content)
					if err != nil {
						b.Fatal(err)
					}
					if got, want := size(groups), size(kind.groups); got != want {
						b.Fatalf("got %d groups, targets and labels, want %d", got, want)
					}
				}
			})
		}
	}
}

func manyTargets(n int) []*targetgroup.Group {
	var targets []string
	for i := range n {
		targets = append(targets, fmt.Sprintf("host-%d.example.org:9100", i))
	}
	return []*targetgroup.Group{group("", targets...)}
}

func manyGroups(n int) []*targetgroup.Group {
	var groups []*targetgroup.Group
	for i := range n {
		g := group("", fmt.Sprintf("host-%d.example.org:9100", i))
		g.Labels = model.LabelSet{
			"env": "production", "rack": model.LabelValue(fmt.Sprint("rack-", i%40)), "role": "database", "team": "storage",
		}
		groups = append(groups, g)
	}
	return groups
}

func decoderFor(t testing.TB, name string) decoder {
	t.Helper()
	decode, err := decoderOf(name)
	if err != nil {
		t.Fatal(err)
	}
	return decode
}

// prometheusDecode is what discovery/file of Prometheus calls.
func prometheusDecode(name, content string) (groups []*targetgroup.Group, err error) {
	if strings.EqualFold(name, "x.json") {
		err = json.Unmarshal([]byte(content), &groups)
	} else {
		err = yamlv2.UnmarshalStrict([]byte(content), &groups)
	}
	for _, g := range groups {
		if err == nil && g == nil {
			err = errNullGroup
		}
	}
	return groups, err
}
