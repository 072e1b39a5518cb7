package scrape

import "testing"

func TestRepair(t *testing.T) {
	check := func(in, want string) {
		t.Helper()
		if got := string(Repair([]byte(in))); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	check("", "")
	check("a 1\n", "a 1\n")
	check("a 1", "a 1\n")
	check("a 1\r\nb 2\r\n", "a 1\nb 2\n")
	check("a 1\r\nb 2", "a 1\nb 2\n")
	check("a 1\r\nb 2\r", "a 1\nb 2\n")
	check("a\r 1\n", "a\r 1\n")
	check("\xef\xbb\xbfa 1\n", "\xef\xbb\xbfa 1\n")
}

func TestMergerWhere(t *testing.T) {
	var m merger
	m.add("/a", []byte("1\n2"))
	m.add("/empty", nil)
	m.add("/b", []byte("1\r\n2\r\n"))
	m.add("/odd\nname", []byte("1\n"))
	for line, want := range map[int]string{
		0: "line 0", 1: "/a:1", 2: "/a:2", 3: "/b:1", 4: "/b:2", 5: "/odd name:1", 6: "/odd name:2",
	} {
		if got := m.where(line); got != want {
			t.Errorf("line %d: got %s, want %s", line, got, want)
		}
	}
}
