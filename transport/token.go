package transport

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	promconfig "github.com/prometheus/common/config"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// A bearer adds the token of the client credentials grant (RFC 6749, section
// 4.4). A token is used until it expires, a server says 401 to it, or the
// client's secret changes.
type bearer struct {
	config *promconfig.OAuth2
	secret promconfig.SecretReader
	tokens *http.Client // to the token endpoint alone
	next   http.RoundTripper

	turn  chan struct{}             // has a value while one request looks at the fields below
	grant *clientcredentials.Config // nil before the first request
	token *oauth2.Token             // nil: there is none
}

func newBearer(cfg *promconfig.OAuth2, userAgent string, next http.RoundTripper) *bearer {
	endpoint := New(promconfig.HTTPClientConfig{
		TLSConfig:   cfg.TLSConfig,
		ProxyConfig: cfg.ProxyConfig,
		EnableHTTP2: true,
	}, Options{UserAgent: userAgent})
	return &bearer{
		config: cfg,
		secret: secret("client_secret_file", cfg.ClientSecretFile, cfg.ClientSecret),
		tokens: &http.Client{Transport: unredirected{endpoint}},
		next:   next,
		turn:   make(chan struct{}, 1),
	}
}

func (b *bearer) RoundTrip(req *http.Request) (*http.Response, error) {
	token, err := b.get(req.Context())
	if err != nil {
		return nil, err
	}
	req = req.Clone(req.Context())
	token.SetAuthHeader(req)
	resp, err := b.next.RoundTrip(req)
	if err == nil && resp.StatusCode == http.StatusUnauthorized {
		b.forget(req.Context(), token)
	}
	return resp, err
}

func (b *bearer) CloseIdleConnections() {
	b.tokens.CloseIdleConnections()
	closeIdle(b.next)
}

// get returns a token that is good, for all that this side knows. One request
// asks for the next one; the others wait for it, each as long as it may.
func (b *bearer) get(ctx context.Context) (*oauth2.Token, error) {
	now, err := b.secret.Fetch(ctx)
	if err != nil {
		return nil, err
	}
	if err := b.begin(ctx); err != nil {
		return nil, b.failure(err)
	}
	defer b.end()
	if b.grant == nil || b.grant.ClientSecret != now {
		b.grant, b.token = b.grantWith(now), nil
	}
	if b.token.Valid() {
		return b.token, nil
	}
	token, err := b.grant.Token(context.WithValue(ctx, oauth2.HTTPClient, b.tokens))
	if err != nil {
		return nil, b.failure(err)
	}
	b.token = token
	return token, nil
}

// forget drops a token that was refused, unless there is another already.
func (b *bearer) forget(ctx context.Context, refused *oauth2.Token) {
	if b.begin(ctx) != nil {
		return
	}
	defer b.end()
	if b.token == refused {
		b.token = nil
	}
}

func (b *bearer) begin(ctx context.Context) error {
	select {
	case b.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (b *bearer) end() { <-b.turn }

func (b *bearer) grantWith(secret string) *clientcredentials.Config {
	params := url.Values{}
	for name, value := range b.config.EndpointParams {
		params.Set(name, value)
	}
	return &clientcredentials.Config{
		ClientID:       b.config.ClientID,
		ClientSecret:   secret,
		TokenURL:       b.config.TokenURL,
		Scopes:         b.config.Scopes,
		EndpointParams: params,
	}
}

// failure says why there is no token, and nothing of the answer: an endpoint
// may repeat what it was sent.
func (b *bearer) failure(err error) error {
	var answer *oauth2.RetrieveError
	var way *url.Error
	switch {
	case errors.As(err, &answer):
		err = refusal(answer)
	case errors.As(err, &way):
		err = way.Err // without the URL
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
	default:
		err = errors.New("the answer holds no token")
	}
	return &Error{ReasonCredentials, fmt.Errorf("get a token from %s: %w", shown(b.config.TokenURL), err)}
}

func refusal(answer *oauth2.RetrieveError) error {
	text := fmt.Sprintf("status %d %s", answer.Response.StatusCode, http.StatusText(answer.Response.StatusCode))
	if slices.Contains(grantErrors, answer.ErrorCode) {
		text += ": " + answer.ErrorCode
	}
	return errors.New(text)
}

// grantErrors are the codes of RFC 6749, section 5.2.
var grantErrors = []string{
	"invalid_request", "invalid_client", "invalid_grant",
	"unauthorized_client", "unsupported_grant_type", "invalid_scope",
}

// shown is a URL without userinfo and query.
func shown(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return "token_url"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: cmp.Or(u.Path, "/")}).String()
}

// unredirected makes an error of a redirect.
type unredirected struct{ next http.RoundTripper }

func (u unredirected) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := u.next.RoundTrip(req)
	if err == nil && resp.StatusCode/100 == 3 {
		resp.Body.Close()
		return nil, errRedirect
	}
	return resp, err
}

func (u unredirected) CloseIdleConnections() { closeIdle(u.next) }

var errRedirect = errors.New("it answered with a redirect, which is not followed: the client's secret is for it alone")
