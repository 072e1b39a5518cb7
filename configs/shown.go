package configs

import (
	"bytes"
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/prometheus/common/model"
)

// shownText returns all texts of the load as they may be shown whole. More is
// hidden than in a snippet: comments, where an old password may stand, and
// addresses that are put together of several parts.
func (d *decoder) shownText() string {
	var b strings.Builder
	for _, name := range slices.SortedFunc(maps.Keys(d.sources), func(a, b string) int { return cmp.Compare(d.order[a], d.order[b]) }) {
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString("# " + name + "\n")
		b.Write(d.sources[name].shown())
	}
	return b.String()
}

// shown is one text. A mask that has a comment in it hides that, too.
func (s *source) shown() []byte {
	src := s.file.Bytes
	tokens, _ := hclsyntax.LexConfig(src, "", hcl.InitialPos)
	masks := joined(slices.Concat(s.masks, wholeTextSpans(tokens)))
	var b bytes.Buffer
	done := 0
	for _, t := range tokens {
		if t.Type != hclsyntax.TokenComment || isWithin(t.Range.Start.Byte, masks) {
			continue
		}
		b.Write(masked(src, done, t.Range.Start.Byte, masks))
		done = t.Range.End.Byte
		if bytes.HasSuffix(t.Bytes, []byte("\n")) {
			b.WriteByte('\n')
		}
	}
	b.Write(masked(src, done, len(src), masks))
	return withoutGaps(b.Bytes())
}

// masked is a part of a text whose ends are in no mask.
func masked(src []byte, from, to int, masks []span) []byte {
	var part []span
	for _, m := range masks {
		if m.start >= from && m.end <= to {
			part = append(part, span{m.start - from, m.end - from})
		}
	}
	return maskSource(src[from:to], part, maskText).text
}

func isWithin(at int, masks []span) bool {
	return slices.ContainsFunc(masks, func(m span) bool { return m.start <= at && at < m.end })
}

// withoutGaps takes away the lines that comments leave empty.
func withoutGaps(text []byte) []byte {
	text = blankEnds.ReplaceAll(text, []byte("\n"))
	text = gaps.ReplaceAll(text, []byte("\n\n"))
	text = append(bytes.TrimSpace(text), '\n')
	return text
}

var (
	blankEnds = regexp.MustCompile(`[ \t]+\n`)
	gaps      = regexp.MustCompile(`\n{3,}`)
)

// wholeTextSpans are the values that no whole text may show, beside those that no
// snippet may: queries of what has no scheme, such as a path, and addresses made
// by calls or of several parts with a query.
func wholeTextSpans(tokens hclsyntax.Tokens) []span {
	var spans []span
	name := "" // of the attribute
	for i, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenIdent:
			if value := valueAfter(tokens[i:]); value != nil {
				name = string(t.Bytes)
				if isAddress(name) && isComposed(value) {
					spans = append(spans, valueSpan(value))
				}
			}
		case hclsyntax.TokenQuotedLit, hclsyntax.TokenStringLit:
			if at := queryOfPath.FindIndex(t.Bytes); at != nil && name != "regex" {
				spans = append(spans, span{t.Range.Start.Byte + at[0] + 1, t.Range.Start.Byte + at[1]})
			}
		}
	}
	return spans
}

var queryOfPath = regexp.MustCompile(`(?s)[?#].*=.*`)

// isAddress tells the attributes that may have userinfo or a query.
func isAddress(name string) bool {
	switch name {
	case "url", "urls", "targets", "replacement", "metrics_path", model.AddressLabel:
		return true
	}
	return strings.HasSuffix(name, "_url")
}

// isComposed tells values that are not what stands in the text: but for env,
// whose value is not there.
func isComposed(value hclsyntax.Tokens) bool {
	end := valueSpan(value).end
	parts, query := false, false
	for i, t := range value {
		if t.Range.Start.Byte >= end {
			break
		}
		switch t.Type {
		case hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			parts = true
		case hclsyntax.TokenQuotedLit, hclsyntax.TokenStringLit:
			query = query || bytes.ContainsAny(t.Bytes, "?#@")
		case hclsyntax.TokenIdent:
			isCall := i+1 < len(value) && value[i+1].Type == hclsyntax.TokenOParen
			if isCall && !slices.Contains(readers, string(t.Bytes)) {
				return true
			}
		}
	}
	return parts && query
}

// readers are the functions whose arguments are names.
var readers = []string{"env", "file", "hostname", "fqdn"}
