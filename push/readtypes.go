package push

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/promferry/promferry/convert"
)

// readTypes reads what the gateway exposes, where its own families are, too.
// Where that says nothing, for a group that breaks it (contract C15, C43) or for
// a proxy that lets only pushes pass, it reads what is stored.
func (g *Gateway) readTypes(ctx context.Context) (types, error) {
	exposed, err := g.exposedTypes(ctx)
	g.halvings.exposed(err)
	var status *StatusError
	if err == nil && len(exposed) > 0 || err != nil && !errors.As(err, &status) {
		return exposed, err
	}
	ctx, cancel := context.WithTimeout(ctx, halvingTime) // others wait for it
	defer cancel()
	stored, storedErr := g.storedTypes(ctx)
	switch {
	case storedErr == nil:
		return stored, nil
	case err == nil:
		return exposed, nil
	}
	return nil, fmt.Errorf("%w; %w", err, storedErr)
}

// exposedTypes reads the gateway's exposition for its TYPE lines.
func (g *Gateway) exposedTypes(ctx context.Context) (types, error) {
	ctx, cancel := context.WithTimeout(ctx, g.Timeout)
	defer cancel()
	body, err := g.get(ctx, "/metrics")
	if err != nil {
		return nil, err
	}
	defer body.Close()
	t, err := parseTypes(io.LimitReader(body, typesLimit))
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", g.urlOf("/metrics"), err)
	}
	return t, nil
}

// storedTypes reads the types of all groups. Where two groups have not the same
// for a name, the gateway does not check, and either is as good.
func (g *Gateway) storedTypes(ctx context.Context) (types, error) {
	t := make(types)
	err := g.Stored(ctx, func(group StoredGroup) bool {
		for name, kind := range group.Types {
			if len(t) < maxTypes {
				t[name] = kind
			}
		}
		return true
	})
	return t, err
}

// parseTypes reads the TYPE lines of an exposition. Lines of any length pass;
// a TYPE line that is cut, or longer than a buffer, is left out.
func parseTypes(r io.Reader) (types, error) {
	t := make(types)
	err := readLines(r, func(line []byte) { _ = t.line(line) })
	if err != nil {
		return nil, err
	}
	return t, nil
}

// line takes a TYPE line, and returns whose it is; "" for another line.
func (t types) line(line []byte) (name string) {
	rest, found := bytes.CutPrefix(line, []byte("# TYPE "))
	if !found || !bytes.HasSuffix(rest, []byte("\n")) {
		return ""
	}
	name, kind, ok := typeOf(string(rest))
	if !ok || len(t) >= maxTypes {
		return ""
	}
	t[name] = kind
	return name
}

// readLines gives visit each line, with its line break; of a long one only the
// beginning, without. The bytes are good until visit returns.
func readLines(r io.Reader, visit func(line []byte)) error {
	in := bufio.NewReader(r)
	for start := true; ; {
		line, err := in.ReadSlice('\n')
		if start {
			visit(line)
		}
		start = err == nil
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

// typeOf returns what a TYPE line says. A UTF-8 name stands in quotes, with the
// escapes of label values, of which Go has all.
func typeOf(line string) (name string, kind convert.Type, ok bool) {
	line = strings.TrimSpace(line)
	blank := strings.LastIndexAny(line, " \t")
	if blank < 0 {
		return "", "", false
	}
	name, kind = strings.TrimSpace(line[:blank]), convert.Type(line[blank+1:])
	if !strings.HasPrefix(name, `"`) {
		return name, kind, !strings.ContainsAny(name, " \t")
	}
	name, err := strconv.Unquote(name)
	return name, kind, err == nil
}
