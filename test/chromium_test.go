package test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"
)

// A browser is a real Chromium without a window, with one tab. It is driven by
// its DevTools protocol over a pipe: that is JSON with a NUL behind each message,
// so no library is needed, of which each brings all of the protocol's types.
type browser struct {
	t       testing.TB
	to      io.Writer
	session string // of the tab

	mu      sync.Mutex
	last    int
	waiting map[int]chan reply
	entries []string // of the tab's log: errors, and what a policy has blocked
}

// A reply is the answer to a call, or an event without an ID.
type reply struct {
	ID     int             `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// startChromium starts one with an empty profile, which ends with the test.
func startChromium(t testing.TB) *browser {
	t.Helper()
	cmd := exec.Command(part(t, "chromium"), "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
		"--no-first-run", "--disable-extensions", "--disable-background-networking", "--disable-component-update",
		"--user-data-dir="+t.TempDir(), "--remote-debugging-pipe", "about:blank")
	read, to := pipe(t)
	from, write := pipe(t)
	cmd.ExtraFiles = []*os.File{read, write} // 3 and 4, as it expects them
	b := &browser{t: t, to: to, waiting: make(map[int]chan reply)}
	p := start(t, cmd)
	read.Close()
	write.Close()
	listening := make(chan struct{})
	go func() {
		defer close(listening)
		b.listen(from)
	}()
	t.Cleanup(func() { // before it is killed: then its profile is not written any more
		_, _ = to.Write([]byte(`{"id":0,"method":"Browser.close"}` + "\x00"))
		select {
		case <-p.ended:
		case <-time.After(patience):
		}
		from.Close()
		<-listening
	})
	b.attach()
	return b
}

func pipe(t testing.TB) (read, write *os.File) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { read.Close(); write.Close() })
	return read, write
}

// listen hands out what the browser says, until it ends.
func (b *browser) listen(from io.Reader) {
	messages := bufio.NewScanner(from)
	messages.Buffer(nil, 64<<20)
	messages.Split(func(data []byte, _ bool) (int, []byte, error) {
		if i := bytes.IndexByte(data, 0); i >= 0 {
			return i + 1, data[:i], nil
		}
		return 0, nil, nil
	})
	for messages.Scan() {
		var r reply
		if err := json.Unmarshal(messages.Bytes(), &r); err != nil {
			continue // the call that waits for it says so
		}
		b.mu.Lock()
		switch r.Method {
		case "":
			if waiting := b.waiting[r.ID]; waiting != nil {
				waiting <- r
			}
		case "Log.entryAdded", "Runtime.exceptionThrown", "Page.javascriptDialogOpening":
			b.entries = append(b.entries, r.Method+" "+string(r.Params))
		}
		b.mu.Unlock()
	}
}

// attach takes the tab that the browser begins with.
func (b *browser) attach() {
	b.t.Helper()
	type target struct{ TargetID, Type string }
	var tab string
	eventually(b.t, "tab of chromium", func() error { // other targets may be there before it
		var targets struct{ TargetInfos []target }
		b.call("Target.getTargets", nil, &targets)
		i := slices.IndexFunc(targets.TargetInfos, func(t target) bool { return t.Type == "page" })
		if i < 0 {
			return fmt.Errorf("none in %v", targets.TargetInfos)
		}
		tab = targets.TargetInfos[i].TargetID
		return nil
	})
	var attached struct{ SessionID string }
	b.call("Target.attachToTarget", map[string]any{"targetId": tab, "flatten": true}, &attached)
	b.session = attached.SessionID
	for _, domain := range []string{"Page", "Log", "Runtime"} {
		b.call(domain+".enable", nil, nil)
	}
}

// call waits for the answer to a command of the protocol.
func (b *browser) call(method string, params, result any) {
	b.t.Helper()
	if err := b.try(method, params, result); err != nil {
		b.t.Fatal(err)
	}
}

// try is call where the browser may refuse.
func (b *browser) try(method string, params, result any) error {
	b.t.Helper()
	b.mu.Lock()
	b.last++
	id, answer := b.last, make(chan reply, 1)
	b.waiting[id] = answer
	b.mu.Unlock()
	if params == nil {
		params = struct{}{}
	}
	message, err := json.Marshal(map[string]any{"id": id, "method": method, "params": params, "sessionId": b.session})
	if b.session == "" {
		message, err = json.Marshal(map[string]any{"id": id, "method": method, "params": params})
	}
	if err == nil {
		_, err = b.to.Write(append(message, 0))
	}
	if err != nil {
		b.t.Fatalf("chromium: %s: %v", method, err)
	}
	select {
	case r := <-answer:
		if r.Error != nil {
			return fmt.Errorf("chromium: %s: %s", method, r.Error.Message)
		}
		if result != nil {
			if err := json.Unmarshal(r.Result, result); err != nil {
				return fmt.Errorf("chromium: %s: %w", method, err)
			}
		}
	case <-time.After(patience):
		b.t.Fatalf("chromium: %s: no answer", method)
	}
	return nil
}

// evaluate runs an expression in the tab and waits for its value, which becomes
// that of result.
func (b *browser) evaluate(expression string, result any) {
	b.t.Helper()
	if err := b.tryEvaluate(expression, result); err != nil {
		b.t.Fatal(err)
	}
}

// tryEvaluate is evaluate where the tab may be on the way to another page.
func (b *browser) tryEvaluate(expression string, result any) error {
	b.t.Helper()
	var answer struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails json.RawMessage
	}
	if err := b.try("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &answer); err != nil {
		return err
	}
	if answer.ExceptionDetails != nil {
		return fmt.Errorf("chromium: evaluate %.80s: %s", expression, answer.ExceptionDetails)
	}
	if err := json.Unmarshal(answer.Result.Value, result); err != nil {
		return fmt.Errorf("chromium: evaluate %.80s: %w", expression, err)
	}
	return nil
}

// open loads an address and waits until it is there.
func (b *browser) open(url string) {
	b.t.Helper()
	b.call("Page.navigate", map[string]any{"url": url}, nil)
	eventually(b.t, url, func() error {
		var state string
		if err := b.tryEvaluate("location.href + ' ' + document.readyState", &state); err != nil {
			return err
		}
		if len(state) < 9 || state[len(state)-9:] != " complete" || state == "about:blank complete" {
			return fmt.Errorf("%s", state)
		}
		return nil
	})
}

// looks says how the page is shown: on a screen of that width, in a theme.
func (b *browser) looks(width int, theme string) {
	b.t.Helper()
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}, nil)
	b.call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": theme}}}, nil)
}

// log returns what the tab has complained of so far.
func (b *browser) log() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.entries...)
}
