package configs

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// A section is one block while it is read. Its methods return the fallback
// where an attribute is missing, null or wrong; what is wrong is reported.
type section struct {
	*decoder
	schema *blockSchema
	block  *hclsyntax.Block
	bad    map[string]bool // attributes that are there, but gave no value
}

// section begins to read a block: its label and the names in it are checked.
func (d *decoder) section(schema *blockSchema, block *hclsyntax.Block) *section {
	d.checkHeader(schema, block)
	d.checkNames(schema, block.Body)
	s := &section{decoder: d, schema: schema, block: block, bad: map[string]bool{}}
	for _, name := range schema.required {
		if !s.has(name) {
			d.errorf(block.DefRange(), "Missing required attribute", "%s needs the attribute %q.", schema, name)
		}
	}
	return s
}

// sections reads all blocks of one kind in s.
func (s *section) sections(schema *blockSchema) []*section {
	var of []*section
	for _, b := range s.block.Body.Blocks {
		if b.Type == schema.kind {
			of = append(of, s.section(schema, b))
		}
	}
	return of
}

func (s *section) has(name string) bool {
	return s.block.Body.Attributes[name] != nil
}

// at is the range of an attribute's value, or of the block's header without one.
func (s *section) at(name string) hcl.Range {
	if attr := s.block.Body.Attributes[name]; attr != nil {
		return attr.Expr.Range()
	}
	return s.block.DefRange()
}

// label is the block's one label; "" at the block's type if it is missing.
func (s *section) label() text {
	return labelOf(s.block)
}

func labelOf(block *hclsyntax.Block) text {
	if len(block.Labels) == 0 {
		return text{at: block.TypeRange}
	}
	return text{block.Labels[0], block.LabelRanges[0]}
}

func (d *decoder) checkHeader(schema *blockSchema, block *hclsyntax.Block) {
	want := 0
	if schema.label != "" {
		want = 1
	}
	switch {
	case len(block.Labels) < want:
		d.errorf(block.TypeRange, "Missing block label", "Write %s \"%s\" { … }.", schema.kind, schema.label)
	case len(block.Labels) > want:
		d.errorf(block.LabelRanges[want], "Block label not expected", "%s has %d too many.", schema, len(block.Labels)-want)
	}
}

// checkNames reports each attribute and block that the schema does not have, and
// blocks that are there twice but may stand once.
func (d *decoder) checkNames(schema *blockSchema, body *hclsyntax.Body) {
	for _, attr := range body.Attributes {
		if schema.hasAttribute(attr.Name) {
			continue
		}
		if schema.secret {
			d.mask(attr.Expr.Range())
		}
		d.unknown(schema, "attribute", attr.Name, attr.NameRange)
	}
	for _, block := range body.Blocks {
		if schema.child(block.Type) == nil {
			d.unknown(schema, "block", block.Type, block.TypeRange)
			d.incomplete = d.incomplete || schema == &rootSchema
		}
	}
	if schema != &rootSchema { // the blocks of all files count together there
		d.checkOnce(schema, body.Blocks)
	}
}

func (d *decoder) checkOnce(schema *blockSchema, blocks hclsyntax.Blocks) {
	first := map[string]*hclsyntax.Block{}
	for _, block := range blocks {
		child := schema.child(block.Type)
		if child == nil || !child.once {
			continue
		}
		if other := first[block.Type]; other != nil {
			d.errorf(block.DefRange(), "Block given twice", "There is a %s block at %s already; join the two.", block.Type, place(other.DefRange()))
			continue
		}
		first[block.Type] = block
	}
}

// unknown reports a name, what being "attribute" or "block".
func (d *decoder) unknown(schema *blockSchema, what, name string, at hcl.Range) {
	d.errorf(at, "Unknown "+what+" name", "%s has no %s %q.%s", schema, what, name, hint(schema, name))
}

// hint says how a name that is known is written, or which one was meant.
func hint(schema *blockSchema, name string) string {
	switch {
	case schema.hasAttribute(name):
		return fmt.Sprintf(" It is an attribute: write %s = ….", name)
	case schema.child(name) != nil:
		return fmt.Sprintf(" It is a block: write %s { … } without the equals sign.", name)
	}
	return didYouMean(name, schema.names())
}

// exclusive refuses two attributes that say the same.
func (s *section) exclusive(a, b string) {
	if s.has(a) && s.has(b) {
		s.errorf(s.block.Body.Attributes[b].NameRange, "Two attributes for one", "%s and %s exclude each other. Leave one out.", a, b)
	}
}

// needOne reports that neither of two attributes has a value.
func (s *section) needOne(a, b string) {
	if !s.bad[a] && !s.bad[b] {
		s.errorf(s.block.DefRange(), "Missing required attribute", "%s needs %s or %s.", s.schema, a, b)
	}
}

// notNone refuses an empty list.
func (s *section) notNone(name string, list []string) {
	if s.has(name) && len(list) == 0 && !s.bad[name] {
		s.refuse(name, s.at(name), "Empty list of "+name, "An empty list asks for nothing. Write at least one element.")
	}
}
