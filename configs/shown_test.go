package configs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestShownText(t *testing.T) {
	const text = `# An old one: password = "canary"
gateway "a" { # canary
  url = "http://gw:9091"
  basic_auth {
    username = "relay" # and not "canary"
    /* canary */
    password = env("PASSWORD")
  }
  http_header "X" {
    values = [
      "canary", # canary
    ]
  }
}

// canary


job "app" {
  targets = ["localhost:8000", "http://localhost:8001/path"]
  params  = { token = ["canary"], module = ["canary"] }
  relabel_config {
    source_labels = ["__address__"]
    regex         = "(a?b=.*)"
    target_label  = "__param_target"
    replacement   = "canary"
  }
}
`
	const want = `# test.hcl
gateway "a" {
  url = "http://gw:9091"
  basic_auth {
    username = "relay"

    password = env("PASSWORD")
  }
  http_header "X" {
    values = <secret>

  }
}

job "app" {
  targets = ["localhost:8000", "http://localhost:8001/path"]
  params  = <secret>
  relabel_config {
    source_labels = ["__address__"]
    regex         = "(a?b=.*)"
    target_label  = "__param_target"
    replacement   = <secret>
  }
}
`
	if diff := cmp.Diff(want, load(t, text).Text); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
}

// TestShownTextHides: each way in which a secret can be in a good configuration
// without a name that says so.
func TestShownTextHides(t *testing.T) {
	for name, block := range map[string]string{
		"query of a discovery":          `http_sd_config { url = "http://sd/targets?token=canary" }`,
		"query of it, after a variable": `http_sd_config { url = "http://sd/targets?host=${env("PASSWORD")}&token=canary" }`,
		"query of it, by a function":    `http_sd_config { url = format("http://sd/targets?token=%s", "canary") }`,
		"query of it, in a heredoc":     "http_sd_config {\n url = trimspace(<<EOT\nhttp://sd/targets?token=canary\nEOT\n)\n}",
		"parameter in labels": `static_config {
				targets = ["a:1"]
				labels  = { __param_x = "canary" }
			}`,
		"parameter in labels, with parentheses": `static_config {
				targets = ["a:1"]
				labels  = { ("__param_x") = "canary" }
			}`,
		"parameter in labels, whose name is composed": `static_config {
				targets = ["a:1"]
				labels  = { "__${"param"}_x" = "canary" }
			}`,
		"parameter in labels, of a function": `static_config {
				targets = ["a:1"]
				labels  = jsondecode("{\"__param_x\":\"canary\"}")
			}`,
		"parameter by a rule": `targets = ["a:1"]
			relabel_config {
				target_label = "__param_x"
				replacement  = "canary"
			}`,
	} {
		config, diags := testLoader().LoadBytes("test.hcl", []byte("gateway \"a\" {\n url = \"http://gw\"\n}\njob \"app\" {\n"+block+"\n}\n"))
		if config == nil {
			t.Errorf("%s: %v", name, diags)
		} else if strings.Contains(config.Text, "canary") || !strings.Contains(config.Text, "<secret>") {
			t.Errorf("%s: shown as\n%s", name, config.Text)
		}
	}
}

// TestShownTextIsWhole: what is shown is whole: each block of each file, in
// the order of the load.
func TestShownTextIsWhole(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"1.hcl": "gateway \"a\" {\n url = \"http://gw\"\n}\n", "2.hcl": "builtin \"self\" {}\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	config, diags := new(Loader).Load(filepath.Join(dir, "2.hcl"), filepath.Join(dir, "1.hcl"))
	if config == nil {
		t.Fatal(diags)
	}
	want := "# " + dir + "/2.hcl\nbuiltin \"self\" {}\n\n# " + dir + "/1.hcl\ngateway \"a\" {\n url = \"http://gw\"\n}\n"
	if diff := cmp.Diff(want, config.Text); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
}
