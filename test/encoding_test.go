package test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"
)

// bothEncodings runs a test with each encoding that a gateway may get. The
// default asks the gateway and comes to one of them; other tests have it.
func bothEncodings(t *testing.T, do func(t *testing.T, encoding string)) {
	t.Helper()
	for _, encoding := range []string{"text", "protobuf"} {
		t.Run(encoding, func(t *testing.T) {
			t.Parallel()
			do(t, encoding)
		})
	}
}

// A push is one as a gateway got it, and the code that it answered.
type push struct {
	contentType, compression string
	code                     int
}

const (
	asText     = "text/plain; version=0.0.4; charset=utf-8"
	asProtobuf = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
)

// encodings returns how each push was written.
func (rec *recorder) encodings() (all []push) {
	for _, r := range rec.changes() {
		all = append(all, push{r.header.Get("Content-Type"), r.header.Get("Content-Encoding"), r.code})
	}
	return all
}

// allKinds has a family of each type, as text.
const allKinds = `# TYPE requests_total counter
requests_total{code="200"} 3
# TYPE temperature gauge
temperature -1.5
free 7
# TYPE took histogram
took_bucket{le="0.5"} 1
took_bucket{le="+Inf"} 2
took_sum 4
took_count 2
# TYPE size summary
size{quantile="0.5"} 10
size_sum 30
size_count 3
`

var allKindsSeries = seriesSet{
	`requests_total{code="200"}`: 3, "temperature": -1.5, "free": 7,
	`took_bucket{le="0.5"}`: 1, `took_bucket{le="+Inf"}`: 2, "took_sum": 4, "took_count": 2,
	`size{quantile="0.5"}`: 10, "size_sum": 30, "size_count": 3,
}

// TestEncodingsAtRealGateway pushes to Debian's gateway as each setting says.
// It is of version 1.5.1: it reads protobuf and gzip, and takes snappy for the
// body itself.
func TestEncodingsAtRealGateway(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		settings string
		want     []push
	}{
		"default":              {"", []push{{asProtobuf, "", 200}}},
		"text":                 {`encoding = "text"`, []push{{asText, "", 200}}},
		"protobuf":             {`encoding = "protobuf"`, []push{{asProtobuf, "", 200}}},
		"gzip by default":      {`compression = "gzip"`, []push{{asProtobuf, "gzip", 200}}},
		"gzip of protobuf":     {"encoding = \"protobuf\"\ncompression = \"gzip\"", []push{{asProtobuf, "gzip", 200}}},
		"snappy by default":    {`compression = "snappy"`, []push{{asProtobuf, "snappy", 400}, {asProtobuf, "", 200}}},
		"snappy of protobuf":   {"encoding = \"protobuf\"\ncompression = \"snappy\"", []push{{asProtobuf, "snappy", 400}, {asProtobuf, "", 200}}},
		"snappy of text":       {"encoding = \"text\"\ncompression = \"snappy\"", []push{{asText, "snappy", 400}, {asText, "", 200}}},
		"nothing by loopback":  {`compression = "auto"`, []push{{asProtobuf, "", 200}}},
		"nothing as it is set": {`compression = "none"`, []push{{asProtobuf, "", 200}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			gw, target := startPushgateway(t), startScripted(t, exposition(allKinds))
			wire := startRecorder(t, gw)
			once(t, settingsConfig(t, wire.URL, leisurely, c.settings, target)).mustBeSilent(t)
			if got := wire.encodings(); !slices.Equal(got, c.want) {
				t.Errorf("got pushes %v, want %v", got, c.want)
			}
			if err := gw.groupHolds("app", allKindsSeries, 1)(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestSlowGatewayIsWaitedFor: `once` does not take one that needs a while for one
// that does not say what it takes.
func TestSlowGatewayIsWaitedFor(t *testing.T) {
	t.Parallel()
	pushed := make(chan string, 1)
	gw := startScripted(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/api/v1/status":
			<-time.After(1100 * time.Millisecond)
			fmt.Fprint(w, `{"data":{"build_information":{"version":"1.5.1"}}}`)
		case r.Method == http.MethodPut:
			pushed <- r.Header.Get("Content-Type")
		default:
			http.NotFound(w, r)
		}
	})
	once(t, appConfig(t, gw.URL, startScripted(t, exposition(allKinds)))).mustBeSilent(t)
	if got := <-pushed; got != asProtobuf {
		t.Errorf("got a push as %q, want %q", got, asProtobuf)
	}
}

// TestSnappyIsTriedOnce: a gateway that does not know a compression gets all
// later bodies without it, and the log says so once.
func TestSnappyIsTriedOnce(t *testing.T) {
	t.Parallel()
	bothEncodings(t, func(t *testing.T, encoding string) {
		gw, target := startPushgateway(t), startScripted(t, exposition(allKinds))
		wire := startRecorder(t, gw)
		ferry := run(t, settingsConfig(t, wire.URL, often, "encoding = \""+encoding+"\"\ncompression = \"snappy\"", target))
		eventually(t, "pushes", func() error {
			return ferry.atLeast(`promferry_pushes_total{gateway="default",method="PUT"}`, 4)
		})
		eventually(t, "group", gw.groupHolds("app", allKindsSeries, 1))
		ferry.terminate(t)
		for i, p := range wire.encodings() {
			if refused := i == 0; refused != (p.compression == "snappy") || refused != (p.code == http.StatusBadRequest) {
				t.Errorf("push %d: %v, want the first in snappy and refused, no other", i+1, p)
			}
		}
		checkWarnedOnce(t, ferry)
	})
}

func checkWarnedOnce(t *testing.T, ferry daemon) {
	t.Helper()
	log := ferry.stderr.String()
	lines := slices.DeleteFunc(slices.Concat(linesWith(log, "level=WARN"), linesWith(log, "level=ERROR")), busy.MatchString)
	if len(lines) != 1 || len(linesWith(lines[0], "gateway does not take this compression, its bodies go uncompressed", "compression=snappy")) != 1 {
		t.Errorf("got warnings %q, want one of the compression", lines)
	}
}
