package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"

	"github.com/promferry/promferry/test/bodies"
)

// A world is the targets of a shape and a gateway that discards, and counts
// what passes. It is a receiver of remote_write, too.
type world struct {
	shape   shape
	body    []byte // of each target
	samples int    // of body
	targets *httptest.Server
	sink    *httptest.Server

	scrapes, pushes, pushed atomic.Int64 // requests, requests, bytes; since the start
}

func newWorld(s shape) *world {
	w := &world{shape: s, body: bodies.Big(s.series)}
	w.samples = bodies.Samples(w.body)
	w.targets = httptest.NewServer(http.HandlerFunc(w.serveTarget))
	w.sink = httptest.NewServer(http.HandlerFunc(w.serveSink))
	return w
}

func (w *world) close() {
	w.targets.Close()
	w.sink.Close()
}

// targetURL is a path for each target of one server.
func targetURL(server string, i int) string { return fmt.Sprintf("%s/t/%d", server, i) }

func (w *world) serveTarget(rw http.ResponseWriter, _ *http.Request) {
	rw.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	rw.Header().Set("Content-Length", strconv.Itoa(len(w.body)))
	if _, err := rw.Write(w.body); err == nil { // else a relay that is being stopped
		w.scrapes.Add(1)
	}
}

// writePath is where the sink takes remote_write.
const writePath = "/api/v1/write"

// serveSink answers as a Pushgateway and as Prometheus do.
func (w *world) serveSink(rw http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == writePath:
		w.takeWrite(rw, r)
	case r.URL.Path == "/api/v1/status":
		rw.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(rw, status)
	case r.Method == http.MethodDelete:
		rw.WriteHeader(http.StatusAccepted)
	case r.Method == http.MethodPut || r.Method == http.MethodPost:
		if n, err := io.Copy(io.Discard, r.Body); err == nil {
			w.pushes.Add(1)
			w.pushed.Add(n)
		}
	}
}

// takeWrite counts what is written by the length before compression, which snappy
// puts in front.
func (w *world) takeWrite(rw http.ResponseWriter, r *http.Request) {
	head := bufio.NewReader(r.Body)
	plain, err := binary.ReadUvarint(head)
	if err != nil {
		http.Error(rw, "no snappy", http.StatusBadRequest)
		return
	}
	if _, err := io.Copy(io.Discard, head); err == nil {
		w.pushes.Add(1)
		w.pushed.Add(int64(plain))
		rw.WriteHeader(http.StatusNoContent)
	}
}

// status claims to be a Pushgateway 1.11.3, as a relay may choose its encoding
// by that. The form is that of a real 1.5.1's answer, with the flags that came
// later; only the version and the flags of pushes are meant to be read.
const status = `{"status":"success","data":{"build_information":{"branch":"HEAD","buildDate":"20260501-10:00:00",` +
	`"buildUser":"root@localhost","goVersion":"go1.26.1","revision":"0000000000000000000000000000000000000000","version":"1.11.3"},` +
	`"flags":{"log.format":"logfmt","log.level":"info","persistence.file":"","persistence.interval":"5m0s",` +
	`"push.disable-consistency-check":"false","push.enable-utf8-names":"false","web.config.file":"","web.enable-admin-api":"false",` +
	`"web.enable-lifecycle":"false","web.external-url":"","web.listen-address":":9091","web.route-prefix":"",` +
	`"web.systemd-socket":"false","web.telemetry-path":"/metrics"},"start_time":"2026-11-22T12:00:00.000000000Z"}}`
