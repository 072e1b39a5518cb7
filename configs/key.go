package configs

import (
	"fmt"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/promferry/promferry/convert"
)

// keyOf returns the labels that stay: all but those that begin with "__". A name
// that Prometheus takes, but a gateway's grouping key does not, is written with
// underscores, as targets write names for who takes no others.
func keyOf(b *labels.Builder) (convert.Labels, error) {
	key, from := map[string]string{}, map[string]string{}
	var err error
	b.Labels().Range(func(l labels.Label) {
		if err == nil && !strings.HasPrefix(l.Name, model.ReservedLabelPrefix) {
			err = addTo(key, from, l)
		}
	})
	if err == nil && key[model.JobLabel] == "" {
		err = &problem{"Empty job label", "Each group has a job and an instance that are not empty. Relabeling took job away."}
	}
	return convert.LabelsOf(key), err
}

// addTo adds a label to the key; from has the names that those of the key were.
func addTo(key, from map[string]string, l labels.Label) error {
	name := l.Name
	if !model.LegacyValidation.IsValidLabelName(name) {
		name = strings.ReplaceAll(model.EscapeName(name, model.UnderscoreEscaping), ":", "_")
	}
	if err := convert.CheckTargetLabel(name, l.Value); err != nil {
		return &problem{"Bad target label", fmt.Sprintf("Target labels become the grouping key: %s.", err)}
	}
	if other, taken := from[name]; taken {
		return &problem{"Two labels of one name", fmt.Sprintf("The labels %q and %q are both %q in a grouping key. Rename one of them.", other, l.Name, name)}
	}
	key[name], from[name] = l.Value, l.Name
	return nil
}
