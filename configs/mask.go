package configs

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/prometheus/common/model"
)

// A span is the bytes [start, end) of a text.
type span struct{ start, end int }

const maskText = "<secret>"

// secretSpans returns the parts of a text that no snippet may show: the values
// of attributes whose names sound secret, and userinfo and queries of URLs. It
// works on tokens, since a snippet may come from a text that does not parse.
func secretSpans(src []byte) []span {
	tokens, _ := hclsyntax.LexConfig(src, "", hcl.InitialPos)
	var spans []span
	for i, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenIdent, hclsyntax.TokenQuotedLit:
			if value := valueAfter(tokens[i:]); SoundsSecret(string(t.Bytes)) && value != nil && !isEnvTokens(value) {
				spans = append(spans, valueSpan(value))
			}
		}
		if t.Type == hclsyntax.TokenQuotedLit || t.Type == hclsyntax.TokenStringLit {
			spans = append(spans, urlSpans(t)...)
		}
	}
	return spans
}

// urlSpans are the userinfo and the query of what may be a URL, or its end
// after an interpolation.
func urlSpans(t hclsyntax.Token) []span {
	var spans []span
	for _, secret := range []*regexp.Regexp{userinfo, query} {
		if at := secret.FindSubmatchIndex(t.Bytes); at != nil {
			spans = append(spans, span{t.Range.Start.Byte + at[2], t.Range.Start.Byte + at[3]})
		}
	}
	return spans
}

var (
	userinfo = regexp.MustCompile(`(?s)^(?:[a-z]+://)?(.*)@`)
	query    = regexp.MustCompile(`(?s)://[^?]*\?(.+)`)
)

// SoundsSecret judges the name of an attribute or a label. Header values and
// parameters are never shown.
func SoundsSecret(name string) bool {
	name = strings.ToLower(name)
	switch {
	case name == "params" || name == "endpoint_params" || name == "values" || name == "key":
		return true
	case strings.HasPrefix(name, model.ParamLabelPrefix):
		return true
	case strings.HasSuffix(name, "_file") || strings.HasSuffix(name, "_url"):
		return false
	}
	return secretName.MatchString(name) || Nearest(name, []string{"password"}) != ""
}

var secretName = regexp.MustCompile(`passw|secret|token|credential|api_?key`)

// valueAfter returns the tokens from the value on that is given to the name which
// is the first token; nil if it is no name of a value.
func valueAfter(tokens hclsyntax.Tokens) hclsyntax.Tokens {
	i := 1
	if tokens[0].Type == hclsyntax.TokenIdent && i < len(tokens) && tokens[i].Type == hclsyntax.TokenOQuote {
		return tokens[i:] // the equals sign is missing
	}
	for i < len(tokens) && (tokens[i].Type == hclsyntax.TokenCQuote || tokens[i].Type == hclsyntax.TokenCParen) {
		i++ // a name in quotes, in parentheses perhaps
	}
	if i+1 < len(tokens) && (tokens[i].Type == hclsyntax.TokenEqual || tokens[i].Type == hclsyntax.TokenColon) {
		return tokens[i+1:]
	}
	return nil
}

// isEnvTokens tells whether the value is env("NAME") and nothing else.
func isEnvTokens(value hclsyntax.Tokens) bool {
	if len(value) < 7 || string(value[0].Bytes) != "env" {
		return false
	}
	for i, want := range []hclsyntax.TokenType{
		hclsyntax.TokenIdent, hclsyntax.TokenOParen, hclsyntax.TokenOQuote,
		hclsyntax.TokenQuotedLit, hclsyntax.TokenCQuote, hclsyntax.TokenCParen,
	} {
		if value[i].Type != want {
			return false
		}
	}
	return endsValue(value[6].Type)
}

// valueSpan is the value's own bytes: up to the end of its line, or of the
// brackets that it opens. A value that does not end hides the rest of the text.
func valueSpan(value hclsyntax.Tokens) span {
	depth, end := 0, value[0].Range.Start.Byte
	for _, t := range value {
		if depth == 0 && endsValue(t.Type) {
			break
		}
		depth += depthChange(t.Type)
		end = t.Range.End.Byte
	}
	return span{value[0].Range.Start.Byte, end}
}

func endsValue(t hclsyntax.TokenType) bool {
	switch t {
	case hclsyntax.TokenNewline, hclsyntax.TokenComment, hclsyntax.TokenComma, hclsyntax.TokenCBrace, hclsyntax.TokenEOF:
		return true
	}
	return false
}

func depthChange(t hclsyntax.TokenType) int {
	switch t {
	case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen,
		hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc,
		hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
		return 1
	case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen,
		hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
		return -1
	}
	return 0
}

// A masking is a text with a mark in place of some spans, line for line as it was.
type masking struct {
	text  []byte
	spans []span // in order, apart from each other
	mark  string
}

func maskSource(src []byte, masks []span, mark string) masking {
	m := masking{spans: joined(masks), mark: mark}
	done := 0
	for _, s := range m.spans {
		m.text = append(m.text, src[done:s.start]...)
		m.text = append(m.text, m.replacement(src, s)...)
		done = s.end
	}
	m.text = append(m.text, src[done:]...)
	return m
}

func (m masking) replacement(src []byte, s span) string {
	return m.mark + strings.Repeat("\n", bytes.Count(src[s.start:s.end], []byte("\n")))
}

// offset returns where a byte of the text src is in the masked one; a byte
// within a mask is at its beginning.
func (m masking) offset(src []byte, at int) int {
	moved := at
	for _, s := range m.spans {
		if at <= s.start {
			break
		}
		if at < s.end {
			return moved - (at - s.start)
		}
		moved += len(m.replacement(src, s)) - (s.end - s.start)
	}
	return moved
}

// joined sorts the spans and joins those that overlap; empty ones go.
func joined(spans []span) []span {
	spans = slices.Clone(spans)
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	var apart []span
	for _, s := range spans {
		last := len(apart) - 1
		switch {
		case s.start >= s.end:
		case last >= 0 && s.start <= apart[last].end:
			apart[last].end = max(apart[last].end, s.end)
		default:
			apart = append(apart, s)
		}
	}
	return apart
}
