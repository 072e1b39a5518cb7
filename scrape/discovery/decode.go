package discovery

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/discovery/targetgroup"
)

// A decoder reads a list of target groups. It is strict, and refuses a group
// that is null. Its errors begin with the line in the content.
type decoder func(content []byte) ([]*targetgroup.Group, error)

// decoderOf goes by the extension of the file, as Prometheus does.
func decoderOf(path string) (decoder, error) {
	switch ext := filepath.Ext(path); strings.ToLower(ext) {
	case ".json":
		return decodeJSON, nil
	case ".yml", ".yaml":
		return decodeYAML, nil
	default:
		return nil, fmt.Errorf("extension %q is none of .json, .yml, .yaml", ext)
	}
}

var (
	errNoList     = errors.New("want a list of groups, each with targets and labels")
	errNoGroup    = errors.New("want a group with targets and labels")
	errNullGroup  = errors.New("a group is null")
	errByteOrder  = errors.New("it begins with a byte order mark, which JSON does not have")
	byteOrderMark = []byte("\ufeff")
)

// lineError puts the position before the cause. Lines count from 1.
func lineError(line int, err error) error {
	return fmt.Errorf("line %d: %w", line, err)
}

// lineAt returns the line of a byte of content.
func lineAt(content []byte, offset int64) int {
	offset = min(max(offset, 0), int64(len(content)))
	return 1 + bytes.Count(content[:offset], []byte("\n"))
}

// mark gives the groups of a place the label that names it, and their sources
// as Prometheus does.
func mark(groups []*targetgroup.Group, source string, label model.LabelName, value string) {
	for i, group := range groups {
		group.Source = fmt.Sprintf("%s:%d", source, i)
		if group.Labels == nil {
			group.Labels = model.LabelSet{}
		}
		group.Labels[label] = model.LabelValue(value)
	}
}
