package discovery

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/discovery/targetgroup"

	"github.com/promferry/promferry/scrape/internal/shown"
)

const urlLabel = model.MetaLabelPrefix + "url"

// HTTP finds targets by asking a server for a list in JSON (http_sd). URL and
// Client are required.
type HTTP struct {
	URL    *url.URL
	Client *http.Client
	// Refresh is what the server is told of how often it is asked, and as in
	// Prometheus how long it may take; 0 means DefaultHTTPRefresh.
	Refresh   time.Duration
	UserAgent string // "" means the one of net/http

	sum    [sha256.Size]byte // of the body that groups were made of
	groups []*targetgroup.Group
}

// Discover asks once. The label __meta_url has the whole URL, as in Prometheus;
// errors and sources have it without userinfo and query, which may be secret.
func (h *HTTP) Discover(ctx context.Context) []Answer {
	from := shown.Address(h.URL)
	groups, err := h.ask(ctx)
	if err != nil {
		return []Answer{unknown(from, withoutURL(err))}
	}
	return []Answer{{From: from, Groups: groups}}
}

func (h *HTTP) refresh() time.Duration { return cmp.Or(h.Refresh, DefaultHTTPRefresh) }

func (h *HTTP) ask(ctx context.Context) ([]*targetgroup.Group, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, h.refresh(), fmt.Errorf("no whole answer within %s", h.refresh()))
	defer cancel()
	body, err := h.get(ctx)
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return nil, err
	}
	return h.decode(body)
}

func (h *HTTP) get(ctx context.Context) ([]byte, error) {
	req := &http.Request{Method: http.MethodGet, URL: h.URL, Header: h.header()}
	resp, err := h.Client.Do(req.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close() // what is left of it is not read: it may be endless
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("server returned HTTP status %s%s", resp.Status, shown.Redirect(resp))
	}
	if contentType := resp.Header.Get("Content-Type"); !isJSON(contentType) {
		return nil, fmt.Errorf("Content-Type %.100q, want application/json", contentType)
	}
	body, err := readLimited(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("read body: %w", err)
	}
	return body, nil
}

func (h *HTTP) header() http.Header {
	header := http.Header{
		"Accept":                                {"application/json"},
		"X-Prometheus-Refresh-Interval-Seconds": {strconv.FormatFloat(h.refresh().Seconds(), 'f', -1, 64)},
	}
	if h.UserAgent != "" {
		header.Set("User-Agent", h.UserAgent)
	}
	return header
}

// decode returns the groups of the last body where this one is the same.
func (h *HTTP) decode(body []byte) ([]*targetgroup.Group, error) {
	sum := sha256.Sum256(body)
	if h.groups != nil && sum == h.sum {
		return h.groups, nil
	}
	groups, err := decodeJSON(body)
	if err != nil {
		return nil, err
	}
	mark(groups, shown.Address(h.URL), urlLabel, h.URL.String())
	h.sum, h.groups = sum, groups
	return groups, nil
}

// isJSON allows what Prometheus allows: no charset but UTF-8.
func isJSON(contentType string) bool {
	kind, params, err := mime.ParseMediaType(contentType)
	charset, has := params["charset"]
	return err == nil && kind == "application/json" && len(params) < 2 &&
		(len(params) == 0 || has && strings.EqualFold(charset, "utf-8"))
}

// withoutURL takes off the URL that net/http adds.
func withoutURL(err error) error {
	var withURL *url.Error
	if errors.As(err, &withURL) {
		return withURL.Err
	}
	return err
}
