package manifests

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

const compose = "../../deploy/compose/"

// loadCompose reads compose.yaml as `docker compose config` does: by the schema,
// which knows each attribute.
func loadCompose(t *testing.T) *types.Project {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{compose + "compose.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	project, err := options.LoadProject(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return project
}

func TestCompose(t *testing.T) {
	project := loadCompose(t)
	if got := len(project.Services); got != 5 {
		t.Errorf("%d services, want promferry, node_exporter, Pushgateway, Prometheus and Grafana", got)
	}
	for name, s := range project.Services {
		if s.HealthCheck == nil || s.HealthCheck.Disable || len(s.HealthCheck.Test) < 2 {
			t.Errorf("%s has no health check", name)
		}
		for _, p := range s.Ports {
			if p.HostIP != "127.0.0.1" {
				t.Errorf("%s: port %s is not on loopback only", name, p.Published)
			}
		}
		for _, v := range s.Volumes {
			if _, err := os.Stat(v.Source); v.Type == types.VolumeTypeBind && err != nil {
				t.Errorf("%s mounts what is not there: %v", name, err)
			}
			if v.Type == types.VolumeTypeBind && !v.ReadOnly {
				t.Errorf("%s may write to %s", name, v.Source)
			}
		}
		if s.Build != nil {
			if _, err := os.Stat(filepath.Join(s.Build.Context, "Dockerfile")); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if state := project.Services["pushgateway"]; !slices.ContainsFunc(state.Command, func(arg string) bool { return strings.HasPrefix(arg, "--persistence.file=/pushgateway/") }) || len(state.Volumes) != 1 {
		t.Error("the Pushgateway does not keep its groups in its volume")
	}
}

// TestComposePromferry: its command, its health check and its configuration are
// of this promferry, and name services that are there.
func TestComposePromferry(t *testing.T) {
	project := loadCompose(t)
	service := project.Services["promferry"]
	checkFlags(t, service.Command)
	if test := service.HealthCheck.Test; test[0] != "CMD" || test[1] != "/promferry" {
		t.Errorf("health check %q, want CMD /promferry …: the image has no shell", test)
	}
	checkFlags(t, service.HealthCheck.Test[2:])
	text, err := os.ReadFile(compose + "promferry.hcl")
	if err != nil {
		t.Fatal(err)
	}
	checkConfig(t, map[string]string{"promferry.hcl": string(text)}, "promferry.hcl", nil)
	prometheus, err := os.ReadFile("../../deploy/prometheus/prometheus.yml")
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []struct{ in, text, service string }{
		{"promferry.hcl", string(text), "pushgateway:9091"},
		{"promferry.hcl", string(text), "node_exporter:9100"},
		{"prometheus.yml", string(prometheus), "pushgateway:9091"},
	} {
		name, _, _ := strings.Cut(address.service, ":")
		if _, there := project.Services[name]; !there || !strings.Contains(address.text, address.service) {
			t.Errorf("%s does not name the service at %s", address.in, address.service)
		}
	}
}
