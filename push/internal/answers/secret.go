package answers

import (
	"bytes"
	"cmp"
	"net/url"
	"slices"
	"strings"
)

// leastSecret is the length, in bytes, below which a part of a URL is none: an
// answer would be full of it by chance.
const leastSecret = 4

// hidden stands for a secret, as in the errors of a configuration.
const hidden = "<secret>"

// Hide replaces in a server's text what of the URL that was asked may be secret,
// where the server repeats it: userinfo, the query, and the values in it. text is
// the first BodyLimit bytes, or all. Where it is cut, what may be the begin of a
// secret goes, too.
func Hide(text []byte, asked *url.URL) []byte {
	secrets := secretsOf(asked)
	isCut := len(text) >= BodyLimit
	for _, secret := range secrets {
		text = bytes.ReplaceAll(text, []byte(secret), []byte(hidden))
	}
	if !isCut {
		return text
	}
	longest := 0
	for _, secret := range secrets {
		longest = max(longest, begun(text, secret))
	}
	return text[:len(text)-longest]
}

// begun is how many bytes of a secret's begin the text ends with.
func begun(text []byte, secret string) int {
	for n := min(len(secret)-1, len(text)); n > 0; n-- {
		if string(text[len(text)-n:]) == secret[:n] {
			return n
		}
	}
	return 0
}

// secretsOf returns what may be secret in a URL, as it is written there, as it is
// meant, and as others write it; the longest first, as one may be part of another.
func secretsOf(u *url.URL) (all []string) {
	parts := []string{u.User.Username()}
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
	for _, part := range append(parts, u.RawQuery) {
		all = append(all, spellings(part)...)
	}
	all = slices.DeleteFunc(all, func(secret string) bool { return len(secret) < leastSecret })
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	return slices.Compact(all)
}

// spellings of a part of a URL.
func spellings(part string) []string {
	meant, err := url.QueryUnescape(part)
	if err != nil {
		meant = part
	}
	return []string{part, meant, url.QueryEscape(meant), url.PathEscape(meant)}
}
