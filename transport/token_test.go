package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	promconfig "github.com/prometheus/common/config"

	"github.com/promferry/promferry/test/certs"
	"github.com/promferry/promferry/test/proc"
)

// An issuer is a token endpoint and the server that takes its tokens.
type issuer struct {
	*httptest.Server
	mu      sync.Mutex
	secret  string
	issued  int
	expires int    // seconds
	revoked string // the token that the server takes no more
	answer  http.HandlerFunc
}

func newIssuer(t testing.TB) *issuer {
	i := &issuer{secret: "canary", expires: 3600}
	i.Server = serve(t, func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		defer i.mu.Unlock()
		switch {
		case r.URL.Path != "/token":
			i.serve(w, r)
		case i.answer != nil:
			i.answer(w, r)
		default:
			i.issue(w, r)
		}
	})
	return i
}

func (i *issuer) issue(w http.ResponseWriter, r *http.Request) {
	_, secret, _ := r.BasicAuth()
	w.Header().Set("Content-Type", "application/json")
	if secret != i.secret {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, `{"error":"invalid_client","error_description":"not %s"}`, secret)
		return
	}
	i.issued++
	fmt.Fprintf(w, `{"access_token":"token-%d-%s","token_type":"bearer","expires_in":%d}`, i.issued, r.FormValue("scope"), i.expires)
}

func (i *issuer) serve(w http.ResponseWriter, r *http.Request) {
	if i.revoked != "" && r.Header.Get("Authorization") == i.revoked {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	io.WriteString(w, r.Header.Get("Authorization"))
}

func (i *issuer) set(change func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	change()
}

func (i *issuer) config() *promconfig.OAuth2 {
	return &promconfig.OAuth2{ClientID: "relay", ClientSecret: "canary", TokenURL: i.URL + "/token", Scopes: []string{"push"}}
}

func granted(cfg *promconfig.OAuth2) promconfig.HTTPClientConfig {
	return promconfig.HTTPClientConfig{OAuth2: cfg}
}

func TestTokenIsKept(t *testing.T) {
	i := newIssuer(t)
	transport := newTransport(t, granted(i.config()))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() { checkAnswer(t, transport, i.URL, "Bearer token-1-push") })
	}
	group.Wait()
	i.set(func() { i.revoked = "Bearer token-1-push" })
	if code, _, err := get(t, transport, i.URL); code != http.StatusUnauthorized {
		t.Errorf("got %d, %v; want 401 for a token that was revoked", code, err)
	}
	checkAnswer(t, transport, i.URL, "Bearer token-2-push")
}

func TestTokenExpires(t *testing.T) {
	i := newIssuer(t)
	i.expires = 1 // within the ten seconds that package oauth2 takes for too late
	transport := newTransport(t, granted(i.config()))
	checkAnswer(t, transport, i.URL, "Bearer token-1-push")
	checkAnswer(t, transport, i.URL, "Bearer token-2-push")
}

func TestClientSecretIsReadAgain(t *testing.T) {
	i := newIssuer(t)
	cfg := i.config()
	cfg.ClientSecret, cfg.ClientSecretFile = "", filepath.Join(t.TempDir(), "secret")
	transport := newTransport(t, granted(cfg))
	_, _, err := get(t, transport, i.URL)
	checkFailure(t, err, ReasonCredentials, "client_secret_file: open")
	write(t, cfg.ClientSecretFile, "canary\n")
	checkAnswer(t, transport, i.URL, "Bearer token-1-push")
	write(t, cfg.ClientSecretFile, "canary-2\n")
	_, _, err = get(t, transport, i.URL)
	checkFailure(t, err, ReasonCredentials, "get a token from "+i.URL+"/token: status 401 Unauthorized: invalid_client")
	i.set(func() { i.secret = "canary-2" })
	checkAnswer(t, transport, i.URL, "Bearer token-2-push")
}

// The text says why there is no token, and nothing that the endpoint said: it
// may repeat what it was sent.
func TestTokenFaults(t *testing.T) {
	i := newIssuer(t)
	other := newIssuer(t)
	check := func(name string, answer http.HandlerFunc, says string) {
		t.Run(name, func(t *testing.T) {
			i.set(func() { i.answer = answer })
			_, _, err := get(t, newTransport(t, granted(i.config())), i.URL)
			checkFailure(t, err, ReasonCredentials, "get a token from "+i.URL+"/token: "+says)
		})
	}
	text := func(code int, mediaType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", mediaType)
			w.WriteHeader(code)
			io.WriteString(w, body)
		}
	}
	check("500", text(500, "text/html", "canary"), "status 500 Internal Server Error")
	check("400", text(400, "application/json", `{"error":"canary","error_description":"canary"}`), "status 400 Bad Request")
	check("no JSON", text(200, "application/json", "canary"), "the answer holds no token")
	check("no token", text(200, "application/json", `{"canary":"canary"}`), "the answer holds no token")
	check("query", text(200, "text/plain", "canary=%canary"), "the answer holds no token")
	check("hangs up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "EOF")
	for _, code := range []int{301, 302, 303, 307, 308} {
		check(fmt.Sprint(code), func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+"/token?canary", code)
		}, "it answered with a redirect")
	}
	check("bad Location", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "http://[canary")
		w.WriteHeader(302)
	}, "it answered with a redirect")
	if other.issued != 0 {
		t.Error("another server got the client's secret")
	}

	cfg := i.config()
	cfg.TokenURL = "http://user:canary@" + proc.Address(t) + "/token?canary"
	_, _, err := get(t, newTransport(t, granted(cfg)), i.URL)
	checkFailure(t, err, ReasonCredentials, "/token: dial tcp", "connection refused")
}

// An endpoint that hangs is waited for as long as the request may take.
func TestTokenTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBearer(&promconfig.OAuth2{ClientID: "relay", TokenURL: "http://id/token"}, "", nil)
		b.tokens = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})}
		began := time.Now()
		var group sync.WaitGroup
		for range 4 { // one asks, the others wait for it
			group.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				_, err := b.get(ctx)
				checkFailure(t, err, ReasonCredentials, "get a token from http://id/token: context deadline exceeded")
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got %v, want a deadline in its chain", err)
				}
			})
		}
		group.Wait()
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("took %v, want 10s", took)
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// The way to the token endpoint has settings of its own.
func TestTokenOverTLS(t *testing.T) {
	ca := certs.New()
	i := newIssuer(t)
	secure := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ca.Server()}}, i.issue)
	cfg := i.config()
	cfg.TokenURL = secure.URL
	_, _, err := get(t, newTransport(t, granted(cfg)), i.URL)
	checkFailure(t, err, ReasonCredentials, "unknown authority")
	cfg.TLSConfig.CAFile = tempFile(t, ca.PEM())
	checkAnswer(t, newTransport(t, granted(cfg)), i.URL, "Bearer token-1-push")
}

// What is seen of the request for the token says nothing of the server.
func TestTokenDoesNotHideTheServersRefusal(t *testing.T) {
	issuer, ca := newIssuer(t), certs.New()
	server := serveTLS(t, &tls.Config{
		Certificates: []tls.Certificate{ca.Server()},
		ClientAuth:   tls.RequireAndVerifyClientCert,
		ClientCAs:    ca.Pool(),
	}, func(http.ResponseWriter, *http.Request) { t.Error("got a request, want none") })
	stranger, key := certs.PEM(certs.New().Client("stranger"))
	cfg := trusting(tempFile(t, ca.PEM()))
	cfg.TLSConfig.CertFile, cfg.TLSConfig.KeyFile = tempFile(t, stranger), tempFile(t, key)
	cfg.OAuth2 = issuer.config()
	_, _, err := get(t, newTransport(t, cfg), server.URL)
	checkFailure(t, err, ReasonTLS, "client certificate")
}
