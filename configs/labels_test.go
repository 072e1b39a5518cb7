package configs

import (
	"fmt"
	"testing"
)

// TestLabelPrecedence: static_config over the job over global, the default
// instance last; an empty value takes a label away.
func TestLabelPrecedence(t *testing.T) {
	check := func(global, job, static, want string) {
		t.Helper()
		config := load(t, fmt.Sprintf(`
global {
  %s
}
gateway "default" {
  url = "http://localhost:9091"
}
job "node" {
  %s
  static_config {
    targets = ["node:9100"]
    %s
  }
}`, global, job, static))
		if got := config.Jobs[0].Targets[0].Labels.String(); got != want {
			t.Errorf("global %q, job %q, static_config %q:\ngot  %s\nwant %s", global, job, static, got, want)
		}
	}
	check(``, ``, ``, `{instance="node:9100",job="node"}`)
	check(`labels = { a = "g" }`, ``, ``, `{a="g",instance="node:9100",job="node"}`)
	check(`labels = { a = "g" }`, `labels = { a = "j" }`, ``, `{a="j",instance="node:9100",job="node"}`)
	check(`labels = { a = "g" }`, `labels = { a = "j" }`, `labels = { a = "s" }`, `{a="s",instance="node:9100",job="node"}`)
	check(`labels = { a = "g" }`, `labels = { a = "" }`, ``, `{instance="node:9100",job="node"}`)
	check(`labels = { a = "g" }`, `labels = { b = "j" }`, `labels = { c = "s" }`, `{a="g",b="j",c="s",instance="node:9100",job="node"}`)

	check(`instance = "g"`, ``, ``, `{instance="g",job="node"}`)
	check(`labels = { instance = "g" }`, ``, ``, `{instance="g",job="node"}`)
	check(`instance = "g"`, `instance = "j"`, ``, `{instance="j",job="node"}`)
	check(`instance = "g"`, `labels = { instance = "j" }`, ``, `{instance="j",job="node"}`)
	check(`instance = "g"`, `instance = "j"`, `labels = { instance = "s" }`, `{instance="s",job="node"}`)
	check(``, ``, `labels = { job = "s" }`, `{instance="node:9100",job="s"}`)
	check(`instance = null`, `labels = null`, `labels = { rack = 7 }`, `{instance="node:9100",job="node",rack="7"}`)
}
