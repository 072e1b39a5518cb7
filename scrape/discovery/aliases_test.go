package discovery

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// bomb is a document of some lines that unfolds to ten times more with each.
func bomb(levels int) string {
	var text strings.Builder
	text.WriteString("- targets: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < levels; i++ {
		name := fmt.Sprintf("*a%d", i-1)
		fmt.Fprintf(&text, "- targets: &a%d [%s]\n", i, strings.Join([]string{
			name, name, name, name, name, name, name, name, name, name}, ", "))
	}
	return text.String()
}

func TestAliasesDoNotFillTheMemory(t *testing.T) {
	check := func(name, content, want string) {
		t.Helper()
		before := allocated()
		_, err := decodeYAML([]byte(content))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got error %v, want %q", name, err, want)
		}
		if got, most := allocated()-before, uint64(200*len(content)+1<<16); got > most {
			t.Errorf("%s: %d bytes were allocated for %d, want at most %d", name, got, len(content), most)
		}
	}

	check("lists of lists", bomb(30), "aliases add more than")
	check("many groups", "- &g\n  targets: ["+strings.Repeat("x,", 1000)+"]\n"+strings.Repeat("- *g\n", 1000), "aliases add more than")
	check("in itself", "- &g\n  targets: [*g]\n", "an alias stands in what it names")
	check("labels", "- labels: &l {"+labels(1000)+"}\n"+strings.Repeat("- labels: *l\n", 1000), "aliases add more than")
	check("merged", "- &g\n  labels: {"+labels(1000)+"}\n"+strings.Repeat("- <<: *g\n", 1000), "aliases add more than")
}

// allocated is in bytes, since the start.
func allocated() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.TotalAlloc
}

func TestAliasesMayShareLabelsAmongManyGroups(t *testing.T) {
	const n = 10000
	content := "- labels: &l {" + labels(10) + "}\n" + strings.Repeat("- targets: [x]\n  labels: *l\n", n)
	groups, err := decodeYAML([]byte(content))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := size(groups), (n+1)+n+(n+1)*10; got != want {
		t.Errorf("got %d groups, targets and labels, want %d", got, want)
	}
}

func labels(n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, "label_%d: value,", i)
	}
	return strings.TrimSuffix(text.String(), ",")
}
