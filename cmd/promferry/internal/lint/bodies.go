package lint

import "github.com/promferry/promferry/convert"

// Bodies collect what a conversion makes of an exposition, as text, group by
// group. The zero value is ready; it has no limit.
type Bodies struct {
	// MaxBytes bounds what is kept of all groups together; 0 means no limit.
	// What is more is left out, family by family or in the middle of one.
	MaxBytes int

	Groups []*Body // in the order in which they came
	size   int
	byKey  map[string]*Body
}

// A Body is that of one group.
type Body struct {
	Group convert.Labels
	Text  []byte

	of *Bodies
}

// Outputs implements [convert.Batch].
func (b *Bodies) Outputs(group convert.Labels) []convert.Output {
	key := group.Key()
	body := b.byKey[key]
	if body == nil {
		if b.byKey == nil {
			b.byKey = make(map[string]*Body)
		}
		body = &Body{Group: append(convert.Labels(nil), group...), of: b}
		b.byKey[key] = body
		b.Groups = append(b.Groups, body)
	}
	return []convert.Output{body}
}

// Text is that of the only group; nil where there is none.
func (b *Bodies) Text() []byte {
	if len(b.Groups) == 0 {
		return nil
	}
	return b.Groups[0].Text
}

// Len is how many bytes are kept.
func (b *Bodies) Len() (n int) {
	for _, body := range b.Groups {
		n += len(body.Text)
	}
	return n
}

// Cut tells whether something is not there, for MaxBytes.
func (b *Bodies) Cut() bool { return b.MaxBytes > 0 && b.size > b.MaxBytes }

// Format implements [convert.Output], as do the other methods.
func (b *Body) Format() convert.Format { return convert.Text }

// UTF8Names is false: it is text.
func (b *Body) UTF8Names() bool { return false }

// Append keeps the text.
func (b *Body) Append(text []byte, _ int) {
	if b.of.size += len(text); !b.of.Cut() {
		b.Text = append(b.Text, text...)
	}
}

// Rewrite keeps what change makes of the text.
func (b *Body) Rewrite(change func([]byte, int) ([]byte, int)) { b.Text, _ = change(b.Text, 0) }
