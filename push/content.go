package push

import (
	"bytes"
	"fmt"
	"iter"

	"github.com/promferry/promferry/convert"
)

// A content is what a body says. Most bodies are sent without anybody looking
// into them: it is decoded when it is first asked for.
type content struct {
	format convert.Format
	body   *body  // whose content it is, borrowed; nil: it was made of another
	plain  []byte // nil: not decoded yet
}

func contentOf(b *body) *content { return &content{format: b.format, body: b} }

func (c *content) bytes() []byte {
	if c.plain == nil && c.body != nil {
		c.plain = c.body.decode()
	}
	return c.plain
}

// blocks returns the families.
func (c *content) blocks() iter.Seq[convert.Block] { return c.format.Blocks(c.bytes()) }

// isBare tells what has but what a scrape reports of itself: its target is gone,
// or was silent.
func (c *content) isBare() bool {
	for f := range c.blocks() {
		if !convert.IsReported(f.Name) {
			return false
		}
	}
	return true
}

func (c *content) differs(other *content) bool {
	return c != other && !bytes.Equal(c.bytes(), other.bytes())
}

// escaped returns the content for a gateway without UTF-8 names, and how many
// series are not in it.
func (c *content) escaped() (*content, int) {
	plain, dropped := c.format.Escaped(c.bytes())
	return &content{format: c.format, plain: plain}, dropped
}

// encode returns a body of that profile, and a reference to it. It is the one
// at hand where that has the profile.
func (c *content) encode(p profile, buffers *Buffers) *body {
	if c.body != nil && c.body.profile == p && c.body.retain() {
		return c.body
	}
	text, err := c.in(p.format)
	if err != nil {
		panic(fmt.Sprintf("encode a body as %s: %v", p.format, err))
	}
	b := newBody(buffers, p)
	b.Append(text, 0)
	b.seal()
	return b
}

// in returns the content in another format. The error is that of a body which
// convert has not made.
func (c *content) in(f convert.Format) (encoded []byte, err error) {
	if f == c.format {
		return c.bytes(), nil
	}
	for block := range c.blocks() {
		if encoded, err = appendIn(f, encoded, block); err != nil {
			return nil, err
		}
	}
	return encoded, nil
}

// appendIn appends a family in a format that is not its own.
func appendIn(f convert.Format, dst []byte, block convert.Block) ([]byte, error) {
	family, err := block.Family()
	if err != nil {
		return nil, err
	}
	return f.AppendFamily(dst, &family), nil
}
