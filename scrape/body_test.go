package scrape

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

func compress(t testing.TB, text string) string {
	t.Helper()
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// respond is a whole answer with a length.
func respond(encoding, body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n%s",
		encoding, len(body), body)
}

// Faults T6, T7 and T8: a body that was cut off is not taken for a whole one.
func TestBodyCutOff(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
	whole := compress(t, sample)
	zipped := fmt.Sprintf("Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n", len(whole))
	for name, response := range map[string]string{
		"short of its length":  head + "Content-Length: 34\r\n\r\n" + sample,
		"no last chunk":        head + "Transfer-Encoding: chunked\r\n\r\n11\r\n" + sample + "\r\n",
		"in a chunk":           head + "Transfer-Encoding: chunked\r\n\r\n22\r\n" + sample,
		"no byte":              head + "Content-Length: 34\r\n\r\n",
		"gzip short of length": head + zipped + whole[:len(whole)-3],
		"gzip, no last chunk": head + "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n" +
			fmt.Sprintf("%x\r\n%s\r\n", len(whole), whole),
	} {
		t.Run(name, func(t *testing.T) {
			u := serveRaw(t, answer(response))
			_, _, err := scrapeAll(t, newHTTP(t, u))
			checkFailure(t, err, ReasonRead, "scrape "+u+": read body: unexpected EOF")
		})
	}
}

func TestBodyReset(t *testing.T) {
	u := serveRaw(t, func(conn net.Conn) {
		answer("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 34\r\n\r\n" + sample)(conn)
		conn.(*net.TCPConn).SetLinger(0) // Close resets
	})
	_, _, err := scrapeAll(t, newHTTP(t, u))
	checkFailure(t, err, ReasonRead)
}

func TestBodyGzip(t *testing.T) {
	for _, encoding := range []string{"gzip", "GZIP", "identity", ""} {
		body := sample
		if strings.EqualFold(encoding, "gzip") {
			body = compress(t, sample)
		}
		checkText(t, newHTTP(t, serveRaw(t, answer(respond(encoding, body)))), sample)
	}
	two := compress(t, sample) + compress(t, sample) // members, RFC 1952 section 2.2
	checkText(t, newHTTP(t, serveRaw(t, answer(respond("gzip", two)))), sample+sample)
}

// Faults T17 and T18.
func TestBodyCannotBeDecompressed(t *testing.T) {
	whole := compress(t, strings.Repeat(sample, 100))
	flip := func(at int) string {
		b := []byte(whole)
		b[at] ^= 0xff
		return string(b)
	}
	for name, response := range map[string]string{
		"corrupt":       respond("gzip", flip(len(whole)/2)),
		"bad CRC":       respond("gzip", flip(len(whole)-8)),
		"trailing junk": respond("gzip", whole+"junk"),
		"long junk":     respond("gzip", whole+strings.Repeat("junk", 1000)),
		"truncated":     respond("gzip", whole[:len(whole)-4]),
		"plain":         respond("gzip", sample),
		"no byte":       respond("gzip", ""),
		"zstd":          respond("zstd", "\x28\xb5\x2f\xfd"),
		"br":            respond("br", "\x0b\x02\x80"),
		"twice":         respond("gzip, gzip", whole),
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := scrapeAll(t, newHTTP(t, serveRaw(t, answer(response))))
			checkFailure(t, err, ReasonDecompress)
		})
	}
	_, err := newHTTP(t, serveRaw(t, answer(respond("zstd", "x")))).Scrape(t.Context())
	checkFailure(t, err, ReasonDecompress, `: Content-Encoding "zstd" was not asked for`)
}

func TestBodyLimit(t *testing.T) {
	check := func(response string, limit int64, reason Reason) {
		t.Helper()
		s := newHTTP(t, serveRaw(t, answer(response)))
		s.MaxBytes = limit
		body, _, err := scrapeAll(t, s)
		if reason == "" && err != nil || len(body) > len(sample) {
			t.Errorf("limit %d: got %q, %v", limit, body, err)
		}
		if reason != "" {
			checkFailure(t, err, reason, fmt.Sprintf("body reaches body_size_limit, %d bytes", limit))
		}
	}
	plain, zipped := respond("", sample), respond("gzip", compress(t, sample))
	size := int64(len(sample))
	for _, response := range []string{plain, zipped} {
		check(response, 0, "")
		check(response, size+1, "")
		check(response, size, ReasonBodySizeLimit) // as Prometheus
		check(response, size-1, ReasonBodySizeLimit)
		check(response, 1, ReasonBodySizeLimit)
	}
}

// A meter counts what a client reads from its connections.
type meter struct {
	net.Conn
	read *atomic.Int64
}

func (m meter) Read(p []byte) (int, error) {
	n, err := m.Conn.Read(p)
	m.read.Add(int64(n))
	return n, err
}

// Fault T15: an endless body ends at the limit, and its connection with it.
func TestBodyEndless(t *testing.T) {
	closed := make(chan struct{})
	u := serveRaw(t, func(conn net.Conn) {
		answer("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")(conn)
		flood(conn, strings.Repeat(sample, 1000))
		close(closed)
	})
	var read atomic.Int64
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		return meter{conn, &read}, err
	}
	const limit = 1 << 20
	s := &HTTP{URL: parseURL(t, u), Client: &http.Client{Transport: &http.Transport{DialContext: dial}}, MaxBytes: limit}
	body, _, err := scrapeAll(t, s)
	checkFailure(t, err, ReasonBodySizeLimit)
	<-closed
	if len(body) != limit || read.Load() > limit+64<<10 {
		t.Errorf("got %d bytes of %d read, want %d and little more", len(body), read.Load(), limit)
	}
}

// Fault T16: 16 MiB in 16 KiB.
func TestBodyBomb(t *testing.T) {
	bomb := compress(t, strings.Repeat("\x00", 16<<20))
	s := newHTTP(t, serveRaw(t, answer(respond("gzip", bomb))))
	s.MaxBytes = 1 << 20
	body, _, err := scrapeAll(t, s)
	checkFailure(t, err, ReasonBodySizeLimit)
	if len(body) != 1<<20 {
		t.Errorf("got %d bytes, want %d", len(body), 1<<20)
	}
}
