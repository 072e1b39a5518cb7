package pushtest

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"
)

// A Log keeps what is logged. The zero value is empty.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Logger returns a logger of all levels but debug that writes into the log.
func (l *Log) Logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Want checks how often the log has a text.
func (l *Log) Want(t testing.TB, text string, want int) {
	t.Helper()
	if got := strings.Count(l.String(), text); got != want {
		t.Errorf("log: got %d times %q, want %d; it is:\n%s", got, text, want, l)
	}
}
