package prometheusyaml

import "go.yaml.in/yaml/v3"

// ruleUses finds the rules of a file that look at up. What they choose goes
// through mask. What is wrong with the file is Prometheus's to say.
func ruleUses(root *yaml.Node, file string, mask func(string) string) []use {
	var uses []use
	for _, g := range elementsOf(get(root, "groups")) {
		for _, rule := range elementsOf(get(g, "rules")) {
			expr := get(rule, "expr")
			selectors := selectorsOfUp(expr.Value)
			if len(selectors) == 0 {
				continue
			}
			for i := range selectors {
				selectors[i] = mask(selectors[i])
			}
			name := get(rule, "alert").Value
			if name == "" {
				name = get(rule, "record").Value
			}
			uses = append(uses, use{place{file, expr.Line}, name, selectors})
		}
	}
	return uses
}

// get returns the value of a key; an empty node where there is none.
func get(n *yaml.Node, key string) *yaml.Node {
	n = valueOf(n, "").node
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return valueOf(n.Content[i+1], "").node
		}
	}
	return new(yaml.Node)
}

func elementsOf(n *yaml.Node) []*yaml.Node {
	if n.Kind == yaml.SequenceNode {
		return n.Content
	}
	return nil
}
