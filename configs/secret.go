package configs

import (
	"errors"
	"io/fs"
	"os"
	"runtime"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	promconfig "github.com/prometheus/common/config"
	"github.com/zclconf/go-cty/cty"
)

// secret reads an attribute that takes nothing but a call of env, so that no
// secret stands in a text.
func (s *section) secret(name string) promconfig.Secret {
	attr := s.block.Body.Attributes[name]
	if attr == nil {
		return ""
	}
	if !isEnvCall(attr.Expr) {
		s.mask(attr.Expr.Range())
		s.refuse(name, attr.Expr.Range(), "Secret in the configuration", `%s takes only env("NAME"), without a default, so that no secret stands in a file that is shared. Or write %s_file.`, name, name)
		return ""
	}
	v, ok := s.evaluate(name, attr.Expr, cty.String)
	if !ok {
		return ""
	}
	if v.AsString() == "" {
		s.refuse(name, attr.Expr.Range(), "Secret is an empty string", "The environment variable of %s is set to nothing.", name)
	}
	return promconfig.Secret(v.AsString())
}

func isEnvCall(expr hcl.Expression) bool {
	call, ok := expr.(*hclsyntax.FunctionCallExpr)
	return ok && call.Name == "env" && len(call.Args) == 1 && !call.ExpandFinal
}

// secretFile reads the name of a file with a secret in it.
func (s *section) secretFile(name string) string {
	file := s.fileName(name)
	if file != "" {
		s.warnReadable(name, text{file, s.at(name)})
	}
	return file
}

// fileName reads the name of a file that is needed later.
func (s *section) fileName(name string) string {
	t, ok := s.text(name)
	if !ok {
		return ""
	}
	if t.value == "" {
		s.refuse(name, t.at, "Empty file name", "Write the path of a file, or leave %s out.", name)
		return ""
	}
	s.warnMissing(name, t)
	return t.value
}

// warnMissing warns of a file that an attribute names and that is not there. It
// may come later: it is read when it is needed.
func (d *decoder) warnMissing(name string, t text) {
	if _, err := d.stat(t.value); errors.Is(err, fs.ErrNotExist) {
		d.warnf(t.at, "File does not exist", "%s names %s, which is needed when promferry runs.", name, quote(t.value))
	}
}

// warnReadable warns of a secret that every user of this machine can read. The
// bits that Windows has for that say nothing.
func (d *decoder) warnReadable(name string, t text) {
	info, err := d.stat(t.value)
	if err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o004 != 0 {
		d.warnf(t.at, "Secret is readable by everyone", "%s names %s, which every user of this machine can read. Take that away: chmod o= FILE, or in a Kubernetes volume defaultMode: 0440.", name, quote(t.value))
	}
}

func (d *decoder) stat(name string) (fs.FileInfo, error) {
	if d.loader.Stat == nil {
		return os.Stat(name)
	}
	return d.loader.Stat(name)
}
