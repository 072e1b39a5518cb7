package answers

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/promferry/promferry/transport"
)

// leastSecret is the length, in bytes, below which a part of a request is none:
// an answer would be full of it by chance.
const leastSecret = 4

// hidden stands for a secret, as in the errors of a configuration.
const hidden = "<secret>"

// Hide replaces in the text of an answer what of the request may be secret, where
// the server, or a proxy, repeats it: of the URL userinfo, the query, and the
// values in it; and the headers that the transport has added, such as credentials.
// text is the first BodyLimit bytes of the body, or all. Where it is cut, what may
// be the beginning of a secret goes, too.
func Hide(text []byte, asked *http.Request, resp *http.Response) []byte {
	secrets := secretsOf(asked, resp.Request)
	isCut := len(text) >= BodyLimit
	pairs := make([]string, 0, 2*len(secrets))
	for _, secret := range secrets {
		pairs = append(pairs, secret, hidden)
	}
	text = []byte(strings.NewReplacer(pairs...).Replace(string(text))) // in one go: hidden is none itself
	if !isCut {
		return text
	}
	longest := 0
	for _, secret := range secrets {
		longest = max(longest, begun(text, secret))
	}
	return text[:len(text)-longest]
}

// begun is how many bytes of a secret's beginning the text ends with.
func begun(text []byte, secret string) int {
	for n := min(len(secret)-1, len(text)); n > 0; n-- {
		if string(text[len(text)-n:]) == secret[:n] {
			return n
		}
	}
	return 0
}

// secretsOf returns what may be secret in a request, as it is written there, as it
// is meant, and as others write it; the longest first, as one may be part of
// another. sent is the request as it went out, or nil.
func secretsOf(asked, sent *http.Request) (all []string) {
	for _, part := range append(urlSecrets(asked.URL), headerSecrets(asked, sent)...) {
		all = append(all, spellings(part)...)
	}
	all = slices.DeleteFunc(all, func(secret string) bool { return len(secret) < leastSecret })
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	return slices.Compact(all)
}

func urlSecrets(u *url.URL) []string {
	parts := []string{u.User.Username(), u.RawQuery}
	if password, set := u.User.Password(); set {
		parts = append(parts, u.User.String(), password)
	}
	for part := range strings.FieldsFuncSeq(u.RawQuery, func(c rune) bool { return c == '&' || c == ';' }) {
		name, value, found := strings.Cut(part, "=")
		if !found {
			value = name
		}
		parts = append(parts, value)
	}
	return parts
}

// headerSecrets returns the values of the headers that were sent and not asked
// for: the transport has added these. net/http keeps the request that it has sent
// with the answer. Who we are is no secret.
func headerSecrets(asked, sent *http.Request) (parts []string) {
	if sent == nil {
		return nil
	}
	for name, values := range sent.Header {
		for _, value := range values {
			if name != "User-Agent" && !slices.Contains(asked.Header[name], value) {
				parts = append(parts, credentials(value)...)
			}
		}
	}
	return append(parts, proxySecrets(transport.ProxyOf(sent))...)
}

// proxySecrets are of the header that net/http adds for a proxy, and does not keep.
func proxySecrets(proxy *url.URL) []string {
	if proxy == nil || proxy.User == nil {
		return nil
	}
	password, _ := proxy.User.Password()
	return credentials("Basic " + base64.StdEncoding.EncodeToString([]byte(proxy.User.Username()+":"+password)))
}

// credentials returns a header's value and what it says, where that has a scheme
// in front (RFC 9110, 11.4) or is a password (RFC 7617).
func credentials(value string) []string {
	_, token, found := strings.Cut(value, " ")
	if !found {
		return []string{value}
	}
	pair, err := base64.StdEncoding.DecodeString(token)
	if err != nil {
		return []string{value, token}
	}
	_, password, _ := strings.Cut(string(pair), ":")
	return []string{value, token, string(pair), password}
}

// spellings of a part of a request.
func spellings(part string) []string {
	meant, err := url.QueryUnescape(part)
	if err != nil {
		meant = part
	}
	return []string{part, meant, url.QueryEscape(meant), url.PathEscape(meant)}
}
