package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A fakePrometheus answers each query; time() is always 1000.
type fakePrometheus map[string]string

func (f fakePrometheus) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query := r.FormValue("query")
	text, found := f[query]
	switch {
	case r.Method != http.MethodPost || r.URL.Path != "/api/v1/query":
		http.NotFound(w, r)
	case query == "time()" && !found:
		fmt.Fprint(w, `{"status":"success","data":{"resultType":"scalar","result":[1000.5,"1000.5"]}}`)
	case !found:
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"status":"error","errorType":"bad_data","error":%q}`, "no\nquery "+query+" at "+r.FormValue("time"))
	default:
		fmt.Fprint(w, text)
	}
}

// matrix is an answer with series that have the value 1 at 710, 860 and 1000.
func matrix(series ...string) string {
	for i, labels := range series {
		series[i] = `{"metric":{` + labels + `},"values":[[710,"1"],[860.1,"1"],[1000,"1"]]}`
	}
	return `{"status":"success","data":{"resultType":"matrix","result":[` + strings.Join(series, ",") + `],"more":{}},"infos":["x"]}`
}

const (
	directUp  = `"__name__":"up","job":"a","instance":"i"`
	relayedUp = `"__name__":"up","job":"b","instance":"i"`
)

// verifyWith runs the command against the server.
func verifyWith(t testing.TB, server http.Handler, flags ...string) (code int, stdout, stderr string) {
	t.Helper()
	s := httptest.NewServer(server)
	t.Cleanup(s.Close)
	var out, err bytes.Buffer
	args := append([]string{"verify", "--prometheus=" + s.URL, `--direct={job="a"}`, `--relayed={job="b"}`}, flags...)
	code = execute(t.Context(), args, std{strings.NewReader(""), &out, &err})
	return code, out.String(), err.String()
}

func TestVerifyAnswers(t *testing.T) {
	const a, b = `{job="a"}[5m]`, `{job="b"}[5m]`
	check := func(server fakePrometheus, wantCode int, wantOut, wantErr string) {
		t.Helper()
		code, out, err := verifyWith(t, server)
		if code != wantCode || !strings.Contains(out, wantOut) || !strings.Contains(err, wantErr) || (wantErr == "") != (err == "") || strings.Count(err, "\n") > 1 {
			t.Errorf("exit code %d, want %d, with %q and %q\nstdout: %s\nstderr: %s", code, wantCode, wantOut, wantErr, out, err)
		}
	}
	check(fakePrometheus{a: matrix(directUp), b: matrix(relayedUp)}, 0,
		"alike: within 5m both ways have 1 series of 1 target, 1 compared by value, 0 (moving or new) by name\n", "")
	check(fakePrometheus{a: matrix(directUp), b: strings.ReplaceAll(matrix(relayedUp), `"1"]`, `"0"]`)}, 1,
		"\nseries with other values: 1\n  up{instance=\"i\",job=\"a\"}: direct 1, relayed 0\nBy one way", "")
	check(fakePrometheus{a: matrix(directUp), b: strings.ReplaceAll(matrix(relayedUp), "[710", "[900")}, 1, "\nnothing to compare yet\nNo series was", "")
	check(fakePrometheus{a: matrix(), b: matrix(relayedUp)}, 1, "", `--direct={job="a"}: no series within 5m;`)
	check(fakePrometheus{a: matrix(directUp), b: matrix()}, 1, "", `--relayed={job="b"}: no series within 5m; does`)
	check(fakePrometheus{a: matrix(directUp), b: matrix(), `push_time_seconds{exported_job="b"}[5m]`: matrix(`"exported_job":"b"`)}, 1, "",
		`--relayed={job="b"}: no series within 5m, but 1 group as push_time_seconds{exported_job="b"}: the scrape job of the gateway needs honor_labels: true`)

	check(fakePrometheus{}, 2, "", `--direct: query http://127.0.0.1:`)
	check(fakePrometheus{a: matrix(directUp)}, 2, "", `/api/v1/query: bad_data: no query {job="b"}[5m] at 1000.5`)
	check(fakePrometheus{"time()": "<html>"}, 1, "", "the answer is not that of a Prometheus: invalid character '<'")
	check(fakePrometheus{"time()": `[1]`}, 1, "", `the answer is not that of a Prometheus: got "[", want "{"`)
	check(fakePrometheus{"time()": `{"status":"success"}`}, 1, "", "the answer has no result; is it a Prometheus?")
	check(fakePrometheus{"time()": `{"status":"success","data":{"result":["x","1"]}}`}, 1, "", "query http://127.0.0.1:")
	check(fakePrometheus{"time()": `{"status":"error","errorType":"timeout","error":"query timed out"}`}, 1, "", "timeout: query timed out")
	check(fakePrometheus{a: matrix(directUp)[:80]}, 1, "", "the answer is cut off")
	check(fakePrometheus{a: strings.Replace(matrix(directUp), "infos", "warnings", 1)}, 1, "", "the answer may be a part only: x")
	check(fakePrometheus{a: strings.Replace(matrix(directUp), `"up"`, "1", 1)}, 1, "", "the answer is not that of a Prometheus: json: ")
}

// TestVerifyRefusals: what stands before a Prometheus answers, too.
func TestVerifyRefusals(t *testing.T) {
	check := func(server http.HandlerFunc, want string, flags ...string) {
		t.Helper()
		code, out, err := verifyWith(t, server, flags...)
		if code != 1 || out != "" || !strings.Contains(err, want) || strings.Contains(err, "hunter2") {
			t.Errorf("exit code %d, want 1 and %q\nstdout: %s\nstderr: %s", code, want, out, err)
		}
	}
	answer := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", code) }
	}
	check(answer(http.StatusUnauthorized), "status 401; give credentials with --http.config.file")
	check(answer(http.StatusNotFound), "status 404; want the URL of a Prometheus")
	check(answer(http.StatusBadGateway), "status 502\n")
	check(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://user:hunter2@elsewhere:1/login?token=hunter2", http.StatusFound)
	}, "status 302: redirected to http://elsewhere:1/login, which is not followed\n")
	check(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then net/http notices that the client goes
		<-r.Context().Done()
	}, "not finished within --timeout=50ms", "--timeout=50ms")
	check(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, `{"status":`)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}, "not finished within --timeout=50ms", "--timeout=50ms")
	check(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		fmt.Fprint(w, "plain as it is")
	}, "unpack the answer: gzip: invalid header")
}

// TestVerifySendsCredentials: and unpacks what comes back.
func TestVerifySendsCredentials(t *testing.T) {
	file := filepath.Join(t.TempDir(), "http.yml")
	if err := os.WriteFile(file, []byte("basic_auth:\n  username: me\n  password: hunter2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	answers := fakePrometheus{`{job="a"}[1d]`: matrix(directUp), `{job="b"}[1d]`: matrix(relayedUp)}
	code, _, stderr := verifyWith(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "me" || password != "hunter2" || !strings.HasPrefix(r.UserAgent(), "promferry/") {
			http.Error(w, "", http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		packed := gzip.NewWriter(w)
		answers.ServeHTTP(&packedWriter{w, packed}, r)
		packed.Close()
	}), "--http.config.file="+file, "--window=1d")
	if code != 1 || stderr != "" { // 1: the series are too young for that window
		t.Errorf("exit code %d, want 1: %s", code, stderr)
	}
}

type packedWriter struct {
	http.ResponseWriter
	to io.Writer
}

func (w *packedWriter) Write(p []byte) (int, error) { return w.to.Write(p) }

// TestVerifyShowsSome: a thousand differences are not for people.
func TestVerifyShowsSome(t *testing.T) {
	direct := []string{directUp}
	for i := range 50 {
		direct = append(direct, fmt.Sprintf(`"__name__":"lost","n":"%02d","job":"a","instance":"i"`, i))
	}
	server := fakePrometheus{`{job="a"}[5m]`: matrix(direct...), `{job="b"}[5m]`: matrix(relayedUp)}
	code, some, _ := verifyWith(t, server)
	if code != 1 || strings.Count(some, "\n  lost{") != 20 || !strings.Contains(some, "\n  and 30 more; --all shows them\n") {
		t.Errorf("exit code %d, want 1 and 20 of 50:\n%s", code, some)
	}
	if _, all, _ := verifyWith(t, server, "--all"); strings.Count(all, "\n  lost{") != 50 || strings.Contains(all, "more;") {
		t.Errorf("--all does not show all:\n%s", all)
	}
}

func TestParseSelector(t *testing.T) {
	for text, want := range map[string]string{
		`{job="a"}`:                    `push_time_seconds{exported_job="a"}`,
		`up{job=~"a|b",instance!="i"}`: `push_time_seconds{exported_job=~"a|b",exported_instance!="i"}`,
		` { job = 'a' , env="x" } `:    `push_time_seconds{exported_job="a",env="x"}`,
		`{env="x"}`:                    "",
		"up":                           "",
		"{\"a.b\",job=`a`}":            "",
	} {
		s, err := parseSelector(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if got, found := s.exported(); found != (want != "") || found && got.text != want {
			t.Errorf("%s without honor_labels: got %q, %v, want %q", text, got.text, found, want)
		}
	}
	for _, text := range []string{"", " ", `job="a"`, `{job="a"`, `rate(up[5m])`, `{job="a"}[5m]`, `{job="a"} offset 5m`, `sum{x="y"} by (a)`} {
		if s, err := parseSelector(text); err == nil {
			t.Errorf("%q: got %v, want an error", text, s)
		}
	}
}

func TestFixedApart(t *testing.T) {
	a, _ := parseSelector(`{job="a",env="x",zone="1",name=~"y",only="a"}`)
	b, _ := parseSelector(`{job="b",env="x",zone="2",name="z"}`)
	if got := fmt.Sprint(fixedApart(a, b)); got != "[job zone]" {
		t.Errorf("got %s, want [job zone]", got)
	}
}

// TestVerifyWindowIsWritten: as PromQL wants it, at the server's time.
func TestVerifyWindowIsWritten(t *testing.T) {
	asked := make(chan string, 10)
	verifyWith(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.FormValue("query") + " " + r.FormValue("time")
		fakePrometheus{}.ServeHTTP(w, r)
	}), "--window=90s")
	for _, want := range []string{"time() ", `{job="a"}[1m30s] 1000.5`} {
		select {
		case got := <-asked:
			if got != want {
				t.Errorf("asked for %q, want %q", got, want)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("not asked for %q", want)
		}
	}
}
