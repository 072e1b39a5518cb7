package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

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

// maxSeries bounds what one selector may take of memory.
const maxSeries = 500_000
