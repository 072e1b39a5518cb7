package configs

import (
	"fmt"
	"io"

	"github.com/hashicorp/hcl/v2"
)

// WriteDiagnostics writes diags, which are those of the last load, as people
// read them: with file, line and snippet, by hcl's own writer. What could be a
// secret in a snippet is <secret>; long lines are cut, and of many of a kind the
// first ones are written, and how many more there are.
func (l *Loader) WriteDiagnostics(w io.Writer, diags hcl.Diagnostics) error {
	return l.WriteDiagnosticsFor(w, diags, Reader{})
}

// A Reader is what diagnostics are read on.
type Reader struct {
	Width  int  // of a line of what is explained, in columns; 0 is no bound
	Colors bool // it understands the colours of a terminal
}

// WriteDiagnosticsFor is WriteDiagnostics for a reader that is known.
func (l *Loader) WriteDiagnosticsFor(w io.Writer, diags hcl.Diagnostics, reader Reader) error {
	written := map[kind]int{}
	for _, diag := range diags {
		k := kindOf(diag)
		if written[k]++; written[k] > kindLimit {
			continue
		}
		if err := l.writeDiagnostic(w, diag, reader); err != nil {
			return err
		}
	}
	for _, diag := range diags {
		if more := written[kindOf(diag)] - kindLimit; more > 0 {
			if _, err := fmt.Fprintf(w, "… and %d more: %s\n\n", more, diag.Summary); err != nil {
				return err
			}
		}
		delete(written, kindOf(diag))
	}
	return nil
}

// A kind is what diagnostics have in common that one mistake may lead to.
type kind struct {
	severity hcl.DiagnosticSeverity
	summary  string
}

func kindOf(diag *hcl.Diagnostic) kind { return kind{diag.Severity, diag.Summary} }

// kindLimit is how many of a kind are written; more would hide all others.
const kindLimit = 20

func (l *Loader) writeDiagnostic(w io.Writer, diag *hcl.Diagnostic, reader Reader) error {
	shown := *diag
	shown.Expression, shown.EvalContext = nil, nil // hcl would print what variables hold
	files := map[string]*hcl.File{}
	if diag.Subject != nil {
		if src := l.sources[diag.Subject.Filename]; src != nil {
			m := maskSource(src.file.Bytes, src.masks, maskText)
			shown.Subject = m.moved(src.file.Bytes, diag.Subject)
			shown.Context = m.moved(src.file.Bytes, diag.Context)
			c := cutLines(m.text, shown.Subject.Start.Byte)
			shown.Subject = c.moved(m.text, shown.Subject)
			shown.Context = c.moved(m.text, shown.Context)
			text := append([]byte{}, c.text...) // of nil hcl says that it is not there
			files[diag.Subject.Filename] = &hcl.File{Bytes: text, Nav: blockName(src.context(diag))}
		}
	}
	return hcl.NewDiagnosticTextWriter(w, files, uint(max(0, reader.Width)), reader.Colors).WriteDiagnostic(&shown)
}

// moved returns where a range is in the masked text.
func (m masking) moved(src []byte, at *hcl.Range) *hcl.Range {
	if at == nil {
		return nil
	}
	r := *at
	r.Start.Byte = m.offset(src, r.Start.Byte)
	r.End.Byte = m.offset(src, r.End.Byte)
	return &r
}

// context names the block that a diagnostic is in, such as job "node".
func (s *source) context(diag *hcl.Diagnostic) string {
	nav, ok := s.file.Nav.(interface{ ContextString(offset int) string })
	if !ok {
		return ""
	}
	return nav.ContextString(diag.Subject.Start.Byte)
}

// blockName gives hcl's writer the name of a block that was found in the text
// before masking.
type blockName string

// ContextString implements what hcl's writer asks of hcl.File.Nav.
func (b blockName) ContextString(int) string { return string(b) }
