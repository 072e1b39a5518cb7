package gateway

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/prometheus/common/model"
)

// parseGrouping returns the labels of a push path, decoded once by net/http:
// /metrics/job/<job> and pairs of /<name>/<value>, each name with @base64 when
// its value is base64url. Of a repeated name the last wins, the first job
// always (contract C11, C13, C16).
func parseGrouping(path string) (model.LabelSet, error) {
	parts := strings.Split(strings.TrimPrefix(path, "/metrics/"), "/")
	if len(parts) == 3 && parts[2] == "" {
		parts = parts[:2] // /metrics/job/j/ is tolerated, contract C20
	}
	if len(parts)%2 != 0 {
		return nil, fmt.Errorf("parse grouping %q: odd number of components", path)
	}
	job, err := decodeValue(parts[0], parts[1])
	if err != nil {
		return nil, fmt.Errorf("parse grouping %q: %w", path, err)
	}
	if job == "" {
		return nil, fmt.Errorf("parse grouping %q: job is empty", path)
	}
	labels, err := parsePairs(parts[2:])
	if err != nil {
		return nil, fmt.Errorf("parse grouping %q: %w", path, err)
	}
	labels[model.JobLabel] = model.LabelValue(job)
	return labels, nil
}

func parsePairs(parts []string) (model.LabelSet, error) {
	labels := model.LabelSet{}
	for i := 0; i < len(parts); i += 2 {
		value, err := decodeValue(parts[i], parts[i+1])
		if err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(parts[i], base64Suffix)
		if !model.LegacyValidation.IsValidLabelName(name) || strings.HasPrefix(name, model.ReservedLabelPrefix) {
			return nil, fmt.Errorf("label name %q is not valid here", name)
		}
		labels[model.LabelName(name)] = model.LabelValue(value)
	}
	return labels, nil
}

// decodeValue decodes the value of a path component whose name asks for it;
// the padding is optional.
func decodeValue(name, value string) (string, error) {
	if !strings.HasSuffix(name, base64Suffix) {
		return value, nil
	}
	decoded, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(value, "="))
	if err != nil {
		return "", fmt.Errorf("decode %s %q: %w", name, value, err)
	}
	return string(decoded), nil
}

// base64Suffix ends the name of a label whose value is base64url.
const base64Suffix = "@base64"
