package status

import (
	"net/url"
	"testing"
)

func TestParseQueryRefuses(t *testing.T) {
	for query, want := range map[string]string{
		"state=upp":    `state="upp": want all, broken, down, unpushed, pending, incomplete or up`,
		"format=xml":   `format="xml": want html or text`,
		"page=0":       `page="0": want a number from 1 on`,
		"page=x":       `page="x": want a number from 1 on`,
		"refresh=9999": `refresh="9999": want 10, 30 or 0 seconds`,
	} {
		values, _ := url.ParseQuery(query)
		if _, err := ParseQuery(values); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", query, err, want)
		}
	}
}

// TestLinksKeepTheFilter: all of it but what they change.
func TestLinksKeepTheFilter(t *testing.T) {
	q := Query{State: "down", Text: `a"b&c`, Page: 2, Refresh: 30}
	link, err := url.Parse(q.link("up", 3))
	if err != nil {
		t.Fatal(err)
	}
	if link.Path != "/" || link.Fragment != "targets" {
		t.Errorf("%s leads to %s#%s, want the targets of the page", link, link.Path, link.Fragment)
	}
	got, err := ParseQuery(link.Query())
	if want := (Query{"up", `a"b&c`, 3, 30, FormatHTML}); err != nil || got != want {
		t.Errorf("got %+v (%v), want %+v", got, err, want)
	}
}
