package status

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestText(t *testing.T) {
	gateway := gone("eu")
	gateway.Retyped, gateway.Dropped = 3, map[string]int{"gateway_down": 1}
	s := fleet()
	s.Gateways = []Gateway{gateway, answering("us")}
	s.Jobs[0].Targets[0].Losses = []Loss{{2, "timestamps stripped"}}
	s.Load = Load{At: before(0), Failed: true, Text: "Error: oh\n  on x.hcl line 1\n"}
	const want = `1 of 3 targets is down, 1 of 3 targets is not scraped and pushed yet, gateway "eu" has been down for 2m
1 found target is refused, the configuration was not reloaded

The configuration was not reloaded just now; the one before goes on:
Error: oh
  on x.hcl line 1

GATEWAY  URL             STATE      FOR  LAST SUCCESS  VERSION  ENCODING  COMPRESSION  GROUPS
eu       http://gw:9091  down       2m   3s ago        1.11.3   protobuf  snappy       12
  error: connection refused
  next try in 4s
  3 families retyped
  1 push dropped since the start: gateway_down
us       http://gw:9091  answering  1h   3s ago        1.11.3   protobuf  snappy       12

JOB    SCRAPED  DROPPED  REFUSED  DISCOVERY
found  0        1        1
  refused: bad address

STATE    JOB   TARGET                 LAST SCRAPE  TOOK  SAMPLES  BYTES    EVERY  LAST PUSH
down     node  http://b:9100/metrics  4s ago       12ms  0        0 B      15s    eu: 3s ago
  instance="b:9100" job="node"
  error: scrape http://b:9100/metrics: connection refused
  eu: /metrics/job/node/instance/b:9100
pending  node  http://c:9100/metrics  not yet      -     -        -        15s    eu: never stored
  instance="c:9100" job="node"
  eu: /metrics/job/node/instance/c:9100
up       node  http://a:9100/metrics  4s ago       12ms  1,203    88.1 kB  15s    eu: 3s ago
  instance="a:9100" job="node"
  since the start: 2 timestamps stripped
  eu: /metrics/job/node/instance/a:9100

3 of 3 targets shown
`
	var got strings.Builder
	if err := s.ViewAll(Query{Format: FormatText}).WriteText(&got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
}

// TestTextHoldsNoControls: a terminal must not act upon what others sent.
func TestTextHoldsNoControls(t *testing.T) {
	s := fleet()
	s.Jobs[0].Targets[0].Error = "\x1b[2Jgone\r\n\u202eupside\tdown"
	s.Gateways[0].Name = "a\x07b"
	var got strings.Builder
	if err := s.ViewAll(Query{}).WriteText(&got); err != nil {
		t.Fatal(err)
	}
	if i := strings.IndexFunc(got.String(), func(r rune) bool { return r < ' ' && r != '\n' || r == '\u202e' || r == 0x7f }); i >= 0 {
		t.Errorf("a control character is in the text: %q", got.String()[i:])
	}
	if !strings.Contains(got.String(), "error:  [2Jgone   upside down\n") {
		t.Errorf("the error is not one line in: %s", &got)
	}
}
