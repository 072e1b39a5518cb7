package discovery

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/prometheus/prometheus/discovery/targetgroup"
	"go.yaml.in/yaml/v3"
)

// maxAliased is how many nodes aliases may add to a document. Ten thousand
// groups that share a dozen labels add a quarter of a million.
const maxAliased = 1 << 18

var errAliases = fmt.Errorf("aliases add more than %d nodes to the document", maxAliased)

// decodeYAML leaves each group to targetgroup, and does itself what that
// cannot: it knows the lines, refuses unknown fields, and does not unfold what
// would fill the memory.
func decodeYAML(content []byte) ([]*targetgroup.Group, error) {
	root, err := parseYAML(content)
	if err != nil || isNull(root) {
		return nil, err
	}
	if root.Kind != yaml.SequenceNode {
		return nil, lineError(root.Line, errNoList)
	}
	if err := unfold(root); err != nil {
		return nil, err
	}
	groups := make([]*targetgroup.Group, 0, len(root.Content))
	for _, node := range root.Content {
		group, err := decodeGroup(node)
		if err != nil {
			return nil, err
		}
		groups = append(groups, group)
	}
	return groups, nil
}

// parseYAML returns the root of the only document, nil where there is none.
// Prometheus reads the first and is silent about others.
func parseYAML(content []byte) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	var first, second yaml.Node
	switch err := decoder.Decode(&first); {
	case err == io.EOF:
		return nil, nil
	case err != nil:
		return nil, err
	}
	switch err := decoder.Decode(&second); {
	case err == io.EOF:
		return first.Content[0], nil
	case err != nil:
		return nil, err
	case isNull(second.Content[0]):
		return first.Content[0], nil
	}
	return nil, lineError(second.Line, errors.New("a second document begins, and only one is read"))
}

func isNull(node *yaml.Node) bool { return node == nil || node.ShortTag() == "!!null" }

func decodeGroup(node *yaml.Node) (*targetgroup.Group, error) {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if isNull(node) {
		return nil, lineError(node.Line, errNullGroup)
	}
	if node.Kind != yaml.MappingNode {
		return nil, lineError(node.Line, errNoGroup)
	}
	if err := checkFields(node); err != nil {
		return nil, err
	}
	group := new(targetgroup.Group)
	var kind *yaml.TypeError
	switch err := node.Decode(group); {
	case errors.As(err, &kind):
		return nil, errors.New(kind.Errors[0]) // with its line
	case err != nil:
		return nil, lineError(node.Line, err)
	}
	return group, nil
}

// checkFields looks at the keys of a group and of what it merges.
func checkFields(node *yaml.Node) error {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if node.Kind == yaml.SequenceNode { // of mappings to merge
		for _, merged := range node.Content {
			if err := checkFields(merged); err != nil {
				return err
			}
		}
		return nil
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		switch key, value := node.Content[i], node.Content[i+1]; {
		case key.ShortTag() == "!!merge":
			if err := checkFields(value); err != nil {
				return err
			}
		case key.Value != "targets" && key.Value != "labels":
			return lineError(key.Line, fmt.Errorf("unknown field %.100q, want targets and labels", key.Value))
		}
	}
	return nil
}
