package prometheusyaml

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// A block is the inside of an HCL block, or of a file, that grows: attributes
// stand before blocks, both in the order in which they were added.
type block struct {
	attributes []attribute
	blocks     []inner
	below      []string // comments after all that
	unusable   bool     // something in it has no equivalent without which it would mean something else
}

type attribute struct {
	comments []string
	name     string
	value    hclwrite.Tokens
}

type inner struct {
	comments []string
	kind     string
	labels   []string
	*block
}

// set adds an attribute under the comments of what it was made of.
func (b *block) set(name string, value hclwrite.Tokens, comments ...string) {
	b.attributes = append(b.attributes, attribute{comments, name, value})
}

// add adds an inner block under the comments of what it was made of.
func (b *block) add(kind string, comments []string, labels ...string) *block {
	i := inner{comments, kind, labels, new(block)}
	b.blocks = append(b.blocks, i)
	return i.block
}

// join adds all that another block has.
func (b *block) join(other *block) {
	b.attributes = append(b.attributes, other.attributes...)
	b.blocks = append(b.blocks, other.blocks...)
	b.below = append(b.below, other.below...)
}

// has tells whether an attribute was set.
func (b *block) has(name string) bool {
	return slices.ContainsFunc(b.attributes, func(a attribute) bool { return a.name == name })
}

// drop takes an attribute away.
func (b *block) drop(name string) {
	b.attributes = slices.DeleteFunc(b.attributes, func(a attribute) bool { return a.name == name })
}

// bytes returns the block as the text of a file. Comments go through mask.
func (b *block) bytes(mask func(string) string) []byte {
	f := hclwrite.NewEmptyFile()
	b.writeTo(f.Body(), mask)
	return hclwrite.Format(f.Bytes())
}

func (b *block) writeTo(body *hclwrite.Body, mask func(string) string) {
	for _, a := range b.attributes {
		body.AppendUnstructuredTokens(expanded(raw(a.comments), mask))
		body.SetAttributeRaw(a.name, expanded(a.value, mask))
	}
	for i, in := range b.blocks {
		if i > 0 || len(b.attributes) > 0 {
			body.AppendNewline()
		}
		body.AppendUnstructuredTokens(expanded(raw(in.comments), mask))
		in.writeTo(body.AppendNewBlock(in.kind, in.labels).Body(), mask)
	}
	body.AppendUnstructuredTokens(expanded(raw(b.below), mask))
}

// raw are comments as they stand in YAML. Those of HCL are made of them when all
// secrets are known.
func raw(texts []string) hclwrite.Tokens {
	var tokens hclwrite.Tokens
	for _, text := range texts {
		if text != "" {
			tokens = append(tokens, &hclwrite.Token{Type: hclsyntax.TokenComment, Bytes: []byte(text)})
		}
	}
	return tokens
}

// expanded returns tokens with each line of their comments for itself.
func expanded(tokens hclwrite.Tokens, mask func(string) string) hclwrite.Tokens {
	var all hclwrite.Tokens
	for _, t := range tokens {
		if t.Type != hclsyntax.TokenComment {
			all = append(all, t)
			continue
		}
		for line := range strings.Lines(mask(string(t.Bytes))) {
			line = strings.TrimLeft(strings.TrimSpace(line), "#")
			if line = strings.TrimPrefix(line, " "); line != "" {
				all = append(all, &hclwrite.Token{Type: hclsyntax.TokenComment, Bytes: []byte("# " + line + "\n")})
			}
		}
	}
	return all
}

// An element is one of a list or of a map.
type element struct {
	comments []string
	key      string // of a map
	value    hclwrite.Tokens
}

// quoted is the literal of a text: what HCL would take for a template in it is
// escaped.
func quoted(text string) hclwrite.Tokens {
	return hclwrite.TokensForValue(cty.StringVal(text))
}

// word is a number or a boolean.
func word(text string) hclwrite.Tokens { return hclwrite.TokensForIdentifier(text) }

// environment is a call of env.
func environment(variable string) hclwrite.Tokens {
	return hclwrite.TokensForFunctionCall("env", quoted(variable))
}

// list writes the elements on one line where they fit.
func list(elements []element) hclwrite.Tokens {
	tall := isTall(elements)
	tokens := hclwrite.Tokens{token(hclsyntax.TokenOBrack)}
	for i, e := range elements {
		if tall {
			tokens = append(append(tokens, newline()...), raw(e.comments)...)
		}
		tokens = append(tokens, e.value...)
		if tall || i+1 < len(elements) {
			tokens = append(tokens, token(hclsyntax.TokenComma))
		}
	}
	return closed(tokens, tall, hclsyntax.TokenCBrack)
}

// object writes a map; its keys are in quotes where they are no identifiers.
func object(elements []element) hclwrite.Tokens {
	tall := isTall(elements) || len(elements) > 1
	tokens := hclwrite.Tokens{token(hclsyntax.TokenOBrace)}
	for _, e := range elements {
		if tall {
			tokens = append(append(tokens, newline()...), raw(e.comments)...)
		}
		tokens = append(append(tokens, key(e.key)...), token(hclsyntax.TokenEqual))
		tokens = append(tokens, e.value...)
	}
	return closed(tokens, tall, hclsyntax.TokenCBrace)
}

// newline ends a line of a tall list or object.
func newline() hclwrite.Tokens {
	return hclwrite.Tokens{{Type: hclsyntax.TokenNewline, Bytes: []byte("\n")}}
}

func closed(tokens hclwrite.Tokens, tall bool, by hclsyntax.TokenType) hclwrite.Tokens {
	if tall {
		tokens = append(tokens, newline()...)
	}
	return append(tokens, token(by))
}

// key is a name in an object.
func key(name string) hclwrite.Tokens {
	switch name {
	case "for", "true", "false", "null": // identifiers that mean something else there
		return quoted(name)
	}
	if hclsyntax.ValidIdentifier(name) {
		return word(name)
	}
	return quoted(name)
}

// isTall tells whether each element needs a line.
func isTall(elements []element) bool {
	width := 0
	for _, e := range elements {
		width += len(e.key) + len(e.value.Bytes()) + 2
		if strings.Join(e.comments, "") != "" {
			return true
		}
	}
	return width > 80
}

func token(of hclsyntax.TokenType) *hclwrite.Token {
	return &hclwrite.Token{Type: of, Bytes: []byte(string(rune(of)))}
}
