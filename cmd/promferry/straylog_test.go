package main

import (
	"bytes"
	"log/slog"
	"testing"
)

func TestStrayLogTellsNoPayload(t *testing.T) {
	var out bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{
		Level:       slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr { return withoutTime(a) },
	}))
	for _, line := range []string{
		"Unsolicited response received on idle HTTP channel starting with \"GET / HTTP/1.1\\r\\nAuthorization: Basic c2VjcmV0\"; err=<nil>\n",
		"Unsolicited response received on idle HTTP channel starting with\nAuthorization: Basic c2VjcmV0\n",
	} {
		out.Reset()
		n, err := strayLog{logger}.Write([]byte(line))
		if n != len(line) || err != nil {
			t.Errorf("Write: got %d, %v, want %d", n, err, len(line))
		}
		const want = `level=DEBUG msg="a library reports" found="Unsolicited response received on idle HTTP channel"` + "\n"
		if got := out.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func withoutTime(a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}
