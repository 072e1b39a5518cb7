package discovery

import (
	"errors"

	"go.yaml.in/yaml/v3"
)

// An unfolding counts what a document is with its aliases unfolded: some lines
// can be billions of nodes.
type unfolding struct {
	sizes map[*yaml.Node]int // of what aliases name; 0 while it is being counted
	added int
}

// unfold refuses a document whose aliases add more than maxAliased nodes.
func unfold(root *yaml.Node) error {
	u := unfolding{sizes: map[*yaml.Node]int{}}
	_, err := u.size(root)
	return err
}

// size counts the nodes below and with node.
func (u *unfolding) size(node *yaml.Node) (int, error) {
	if node.Kind == yaml.AliasNode {
		return u.alias(node)
	}
	sum := 1
	for _, child := range node.Content {
		size, err := u.size(child)
		if err != nil {
			return 0, err
		}
		sum += size
	}
	return sum, nil
}

// alias counts what is named once for all aliases, each of which adds it.
func (u *unfolding) alias(node *yaml.Node) (int, error) {
	size, seen := u.sizes[node.Alias]
	if seen && size == 0 {
		return 0, lineError(node.Line, errors.New("an alias stands in what it names"))
	}
	if !seen {
		var err error
		u.sizes[node.Alias] = 0
		if size, err = u.size(node.Alias); err != nil {
			return 0, err
		}
		u.sizes[node.Alias] = size
	}
	if u.added += size; u.added > maxAliased {
		return 0, lineError(node.Line, errAliases)
	}
	return size, nil
}
