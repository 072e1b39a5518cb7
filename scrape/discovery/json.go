package discovery

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/prometheus/prometheus/discovery/targetgroup"
)

// decodeJSON leaves each group to targetgroup, which refuses unknown fields.
func decodeJSON(content []byte) ([]*targetgroup.Group, error) {
	if bytes.HasPrefix(content, byteOrderMark) {
		return nil, errByteOrder
	}
	var texts []json.RawMessage
	if err := json.Unmarshal(content, &texts); err != nil {
		return nil, lineError(lineAt(content, offsetOf(err, int64(len(content)))), plain(err, errNoList))
	}
	groups := make([]*targetgroup.Group, 0, len(texts))
	for i, text := range texts {
		var group *targetgroup.Group
		err := json.Unmarshal(text, &group)
		if err == nil && group == nil {
			err = errNullGroup
		}
		if err != nil {
			offset := begin(content, texts[:i+1]) + offsetOf(err, 0)
			return nil, lineError(lineAt(content, offset), plain(err, errNoGroup))
		}
		groups = append(groups, group)
	}
	return groups, nil
}

// begin returns where the last of the list's texts begins. Between two there
// are a comma and spaces, with which no text begins.
func begin(content []byte, texts []json.RawMessage) int64 {
	offset := bytes.IndexByte(content, '[') + 1
	for _, text := range texts[:len(texts)-1] {
		offset += bytes.Index(content[offset:], text) + len(text)
	}
	return int64(offset + bytes.Index(content[offset:], texts[len(texts)-1]))
}

// offsetOf returns the byte that err is about, or other where it does not say.
func offsetOf(err error, other int64) int64 {
	var (
		syntax *json.SyntaxError
		kind   *json.UnmarshalTypeError
	)
	switch {
	case errors.As(err, &syntax):
		return syntax.Offset - 1 // the offending byte is read already
	case errors.As(err, &kind):
		return kind.Offset - 1
	}
	return other
}

// plain says without Go's types what has the wrong one.
func plain(err, want error) error {
	var kind *json.UnmarshalTypeError
	switch {
	case !errors.As(err, &kind):
		return err
	case kind.Field == "":
		return want
	}
	return fmt.Errorf("field %q cannot be a %s", kind.Field, kind.Value)
}
