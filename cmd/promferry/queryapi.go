package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"github.com/klauspost/compress/gzip"
	promconfig "github.com/prometheus/common/config"
	"github.com/prometheus/common/model"

	"github.com/promferry/promferry/cmd/promferry/internal/verify"
	"github.com/promferry/promferry/transport"
)

// A queryAPI is where a Prometheus, or a server that speaks as one, is asked.
type queryAPI struct {
	url  *url.URL
	over http.RoundTripper // which follows no redirect
}

func newQueryAPI(address string, cfg promconfig.HTTPClientConfig) (*queryAPI, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("want a URL such as http://localhost:9090") // the wrong one may have a password
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("want the URL alone, without user, query and fragment; credentials are for --http.config.file")
	}
	options := transport.Options{UserAgent: userAgent()}
	return &queryAPI{u.JoinPath("/api/v1/query"), transport.New(cfg, options)}, nil
}

// The bounds of one answer.
const (
	answerLimit      = 256 << 20 // bytes, unpacked
	answerLimitError = 64 << 10
	maxSeries        = 500_000
)

// now is the server's time: ours may be another.
func (q *queryAPI) now(ctx context.Context) (at model.Time, err error) {
	err = q.query(ctx, url.Values{"query": {"time()"}}, func(value *json.Decoder) error {
		var pair model.SamplePair
		err := value.Decode(&pair)
		at = pair.Timestamp
		return err
	})
	if err == nil && at == 0 {
		err = fmt.Errorf("query %s: the answer has no time; is it a Prometheus?", q.url)
	}
	return at, err
}

// window returns all series of the selector.
func (q *queryAPI) window(ctx context.Context, s selector, w verify.Window) (found []verify.Series, err error) {
	form := url.Values{
		"query": {s.text + "[" + model.Duration(w.Length).String() + "]"},
		"time":  {w.End.String()},
	}
	err = q.query(ctx, form, func(result *json.Decoder) error {
		return eachElement(result, func() error {
			var stream model.SampleStream
			if err := result.Decode(&stream); err != nil {
				return err
			}
			if found = append(found, verify.NewSeries(stream, w)); len(found) > maxSeries {
				return fmt.Errorf("more than %d series; choose fewer, one instance after the other", maxSeries)
			}
			return nil
		})
	})
	return found, err
}

// query posts the form and gives the result of the answer to read. A selector
// may be longer than a URL.
func (q *queryAPI) query(ctx context.Context, form url.Values, read func(result *json.Decoder) error) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, q.url.String(), strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept-Encoding", "gzip")
	resp, err := q.over.RoundTrip(req)
	if err != nil {
		return fmt.Errorf("query %s: %w", q.url, cause(err))
	}
	defer resp.Body.Close()
	if err := readAnswer(resp, read); err != nil {
		return fmt.Errorf("query %s: %w", q.url, err)
	}
	return nil
}

func readAnswer(resp *http.Response, read func(result *json.Decoder) error) error {
	body, err := unpacked(resp)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return newQueryError(resp, body)
	}
	a := answer{json: json.NewDecoder(body), read: read}
	if err := a.decode(); err != nil {
		return explainAnswer(err)
	}
	return a.problem()
}

// unpacked is the body, up to the limit.
func unpacked(resp *http.Response) (io.ReadCloser, error) {
	body := resp.Body
	if resp.Header.Get("Content-Encoding") == "gzip" {
		r, err := gzip.NewReader(body)
		if err != nil {
			return nil, fmt.Errorf("unpack the answer: %w", err)
		}
		body = r
	}
	return http.MaxBytesReader(nil, body, answerLimit), nil
}

// explainAnswer says what an error of a decoder means.
func explainAnswer(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	var size *http.MaxBytesError
	switch {
	case errors.As(err, &syntax) || errors.As(err, &kind):
		return fmt.Errorf("the answer is not that of a Prometheus: %w", err)
	case errors.As(err, &size):
		return fmt.Errorf("the answer has more than %d bytes; choose fewer series, or a shorter --window", size.Limit)
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the answer is cut off")
	}
	return err
}

// A queryError is a refusal by the server.
type queryError struct {
	code int
	kind string // of the server's own kinds of errors; "" where it says none
	text string // one line
}

// isBadQuery tells whether the query cannot be good another time.
func (e *queryError) isBadQuery() bool { return e.kind == "bad_data" }

func (e *queryError) Error() string {
	text := fmt.Sprintf("status %d", e.code)
	if e.kind != "" {
		text = e.kind
	}
	if e.text != "" {
		text += ": " + e.text
	}
	if hint := queryHints[e.code]; hint != "" && e.kind == "" {
		text += "; " + hint
	}
	return text
}

// queryHints say what to try.
var queryHints = map[int]string{
	http.StatusUnauthorized:     "give credentials with --http.config.file",
	http.StatusForbidden:        "give credentials with --http.config.file",
	http.StatusNotFound:         "want the URL of a Prometheus, with its prefix, if it has one, and without /api",
	http.StatusMethodNotAllowed: "is it a Prometheus?",
}

func newQueryError(resp *http.Response, body io.Reader) *queryError {
	e := &queryError{code: resp.StatusCode}
	text, _ := io.ReadAll(io.LimitReader(body, answerLimitError)) // what came of it is enough
	var said struct {
		Kind string `json:"errorType"`
		Text string `json:"error"`
	}
	if json.Unmarshal(text, &said) == nil && said.Kind != "" {
		e.kind, e.text = oneLine(said.Kind), oneLine(said.Text)
	} else if to, err := resp.Location(); err == nil {
		e.text = "redirected to " + to.Scheme + "://" + to.Host + to.EscapedPath() + ", which is not followed"
	}
	return e
}

// oneLine makes what a server says fit to print.
func oneLine(text string) string {
	return cut(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text))
}
