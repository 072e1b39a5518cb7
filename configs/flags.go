package configs

import (
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// Flags are a whole configuration without a file: one job for a gateway, a
// remote_write or both, or the gateway alone.
type Flags struct {
	Targets     []string // as in a job; none: there is no job
	Gateway     string   // URL; "" is none
	RemoteWrite string   // URL with path; "" is none
	Job         string   // "" means app
	// Instance is the instance label; "" leaves it to the targets.
	Instance string
}

// HCL returns the configuration as text, for LoadBytes: it goes through the same
// checks as a file.
func (f Flags) HCL() []byte {
	file := hclwrite.NewEmptyFile()
	if f.Gateway != "" {
		gateway := file.Body().AppendNewBlock("gateway", []string{defaultFlagsGateway})
		gateway.Body().SetAttributeValue("url", cty.StringVal(f.Gateway))
	}
	if f.RemoteWrite != "" {
		store := file.Body().AppendNewBlock("remote_write", []string{defaultFlagsRemoteWrite})
		store.Body().SetAttributeValue("url", cty.StringVal(f.RemoteWrite))
	}
	if len(f.Targets) == 0 {
		return file.Bytes()
	}
	name := f.Job
	if name == "" {
		name = defaultFlagsJob
	}
	job := file.Body().AppendNewBlock("job", []string{name}).Body()
	targets := []cty.Value{}
	for _, t := range f.Targets {
		targets = append(targets, cty.StringVal(t))
	}
	job.SetAttributeValue("targets", cty.TupleVal(targets))
	if f.Instance != "" {
		job.SetAttributeValue("instance", cty.StringVal(f.Instance))
	}
	return file.Bytes()
}
