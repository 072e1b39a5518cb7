package main

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/promferry/promferry/configs"
	"github.com/promferry/promferry/push"
	"github.com/promferry/promferry/push/remote"
)

// The transcript ends, but for what fails.
func TestTranscript(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		said := &transcript{to: &out, start: time.Now()}
		stored := said.stored(&configs.Config{RemoteWrites: []configs.RemoteWrite{
			{Name: "demo", URL: &url.URL{Scheme: "http", Host: "h", Path: "/api/v1/write", RawQuery: "token=secret"}},
		}})
		all := func() {
			said.push(push.Outcome{Method: "PUT", Path: "/metrics/job/a", Series: 2, Bytes: 30, Took: 1234567})
			stored(remote.Outcome{Store: "demo", Samples: 1234, Bytes: 5678, Took: 3 * time.Millisecond})
			stored(remote.Outcome{Store: "demo", Samples: 1, Bytes: 5, Took: time.Second, Err: errors.New("status 500")})
		}
		all()
		time.Sleep(transcriptTime + time.Second)
		all()
		var lines []string
		for line := range strings.Lines(out.String()) {
			lines = append(lines, line[len("15:04:05  "):])
		}
		failed := "POST   /api/v1/write  1 sample, 5 bytes, 1s: status 500\n"
		want := "PUT    /metrics/job/a  2 series, 30 bytes, 1.23ms: stored\n" +
			"POST   /api/v1/write  1234 samples, 5678 bytes, 3ms: stored\n" + failed + failed
		if got := strings.Join(lines, ""); got != want {
			t.Errorf("got:\n%swant:\n%s", got, want)
		}
	})
}
