package gateway

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestContract replays the cases against the embedded gateway. Where versions
// of the real one differ, either is right.
func TestContract(t *testing.T) {
	for _, c := range readCases(t) {
		t.Run(c.ID, func(t *testing.T) {
			server := httptest.NewServer(withFlags(t, c.Flags))
			defer server.Close()
			target := replayer{addr: server.Listener.Addr().String(), labels: []string{"1.5.1", "master"}}
			target.waitReady(t, nil)
			target.replay(t, c)
		})
	}
}

func withFlags(t *testing.T, flags []string) *Gateway {
	t.Helper()
	g := New()
	for _, flag := range flags {
		if flag != "--push.disable-consistency-check" {
			t.Fatalf("flag %s: the embedded gateway has nothing like it", flag)
		}
		g.Unchecked = true
	}
	return g
}

// replayer replays cases against one gateway, embedded or real.
type replayer struct {
	addr   string        // host:port
	labels []string      // expectations to meet one of, the preferred first
	settle time.Duration // how long the exposition of a case with settle may take; 0 means no time at all
}

func (p replayer) replay(t *testing.T, c contractCase) {
	t.Helper()
	t.Log(c.About)
	statuses := p.play(t, c.Steps)
	deadline := time.Now().Add(p.settle)
	for {
		label, diff := p.compare(t, c, statuses)
		if diff == "" {
			t.Logf("as %s", label)
			return
		}
		if c.Settle == 0 || time.Now().After(deadline) {
			t.Fatalf("%s (-%s +got):\n%s", c.ID, p.labels[0], diff)
		}
		<-time.After(pollEvery)
	}
}

func (p replayer) play(t *testing.T, steps []step) []int {
	t.Helper()
	var statuses []int
	for _, s := range steps {
		status, _, err := exchange(p.addr, s)
		if err != nil {
			t.Fatalf("%s %s: %v", s.Method, s.Path, err)
		}
		statuses = append(statuses, status)
	}
	return statuses
}

// compare returns the label of the expectation that is met, or how the
// preferred one is missed.
func (p replayer) compare(t *testing.T, c contractCase, statuses []int) (label, diff string) {
	t.Helper()
	exposition := p.exposition(t, c)
	diffs := map[string]string{}
	for _, label := range p.labels {
		want, ok := c.Expect[label]
		if !ok {
			t.Fatalf("%s: nothing recorded for %s", c.ID, label)
		}
		diffs[label] = cmp.Diff(want.statuses(), statuses)
		if !c.Unstable {
			diffs[label] += cmp.Diff(want.Exposition, exposition)
		}
		if diffs[label] == "" {
			return label, ""
		}
	}
	return "", diffs[p.labels[0]]
}

// exposition returns the lines of /metrics in the form they were recorded in:
// without the gateway's own, push times masked.
func (p replayer) exposition(t *testing.T, c contractCase) []string {
	t.Helper()
	status, text, err := exchange(p.addr, step{Method: http.MethodGet, Path: c.Prefix + "/metrics"})
	if err != nil {
		t.Fatalf("get /metrics: %v", err)
	}
	if status != http.StatusOK {
		return []string{fmt.Sprintf("<GET /metrics: %d>", status)}
	}
	lines := []string{}
	for line := range strings.SplitSeq(text, "\n") {
		marker := strings.HasPrefix(line, "#") && markerName.MatchString(line)
		own := ownLine.MatchString(line) && !strings.Contains(line, "job=") && !c.Own
		if line != "" && !marker && !own {
			lines = append(lines, maskTime(line))
		}
	}
	return lines
}

// maskTime replaces the value of a push time, which differs in each run; 0 and
// values that are no time of a push stay.
func maskTime(line string) string {
	m := markerLine.FindStringSubmatch(line)
	if m == nil {
		return line
	}
	if seconds, err := strconv.ParseFloat(m[2], 64); err == nil && seconds > 1.6e9 {
		return m[1] + " <T>"
	}
	return line
}

// The same expressions as in the script that recorded the cases.
var (
	ownLine    = regexp.MustCompile(`^(# (HELP|TYPE) )?"?\{?"?(go_|process_|pushgateway_|promhttp_)`)
	markerName = regexp.MustCompile(`push_(failure_)?time_seconds`)
	markerLine = regexp.MustCompile(`^(push_(?:failure_)?time_seconds\{.*\}) (\S+)$`)
)

// waitReady asks until the gateway answers, as the recording did: these are
// also its first counted requests, which case F14 depends on. It returns false
// if the gateway ended.
func (p replayer) waitReady(t *testing.T, ended <-chan struct{}) bool {
	t.Helper()
	deadline := time.Now().Add(exchangeTimeout)
	for {
		status, _, err := exchange(p.addr, step{Method: http.MethodGet, Path: "/-/ready"})
		if err == nil && (status == http.StatusOK || status == http.StatusUnauthorized || status == http.StatusNotFound) {
			return true
		}
		if time.Now().After(deadline) {
			t.Fatalf("wait for %s: status %d, error %v", p.addr, status, err)
		}
		select {
		case <-ended:
			return false
		case <-time.After(pollEvery):
		}
	}
}

// exchange sends one request on a connection of its own. It follows no redirect
// and leaves the path as it is, which http.Client would not.
func exchange(addr string, s step) (status int, body string, err error) {
	conn, err := net.DialTimeout("tcp", addr, exchangeTimeout)
	if err != nil {
		return 0, "", err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(exchangeTimeout)); err != nil {
		return 0, "", err
	}
	_, _ = conn.Write(s.wire(addr)) // may fail: a gateway can answer before it has read all
	if s.Cut || s.Declare != nil {
		_ = conn.(*net.TCPConn).CloseWrite()
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: s.Method})
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxBodyBytes))
	return resp.StatusCode, string(text), err
}

// wire is the request as it goes over the connection.
func (s step) wire(host string) []byte {
	body := s.body()
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s %s HTTP/1.1\r\nHost: %s\r\n", s.Method, s.Path, host)
	for name, value := range s.Headers {
		fmt.Fprintf(&out, "%s: %s\r\n", name, value)
	}
	_, sized := s.Headers["Content-Length"]
	switch {
	case s.Chunked:
		out.WriteString("Transfer-Encoding: chunked\r\n")
	case s.Declare != nil:
		fmt.Fprintf(&out, "Content-Length: %d\r\n", *s.Declare)
	case !sized && (body != nil || s.Method == http.MethodPut || s.Method == http.MethodPost):
		fmt.Fprintf(&out, "Content-Length: %d\r\n", len(body))
	}
	out.WriteString("\r\n")
	if s.Chunked {
		s.writeChunks(&out, body)
	} else {
		out.Write(body)
	}
	return out.Bytes()
}

// body is nil for a step without one.
func (s step) body() []byte {
	var once []byte
	switch {
	case s.BodyB64 != nil:
		once = *s.BodyB64
	case s.Body != nil:
		once = []byte(*s.Body)
	default:
		return nil
	}
	return bytes.Repeat(once, max(s.Repeat, 1))
}

func (s step) writeChunks(out *bytes.Buffer, body []byte) {
	for len(body) > 0 {
		n := min(7, len(body))
		fmt.Fprintf(out, "%x\r\n%s\r\n", n, body[:n])
		body = body[n:]
	}
	if !s.Cut {
		out.WriteString("0\r\n\r\n")
	}
}

const (
	exchangeTimeout = 10 * time.Second
	pollEvery       = 10 * time.Millisecond
)
