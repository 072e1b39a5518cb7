package configs

import (
	"fmt"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// functions are those that an expression may call.
func (l *Loader) functions() map[string]function.Function {
	return map[string]function.Function{
		"env":      l.envFunction(),
		"file":     l.fileFunction(),
		"hostname": nameFunction("hostname", l.hostname()),
		"fqdn":     nameFunction("fqdn", l.fqdn()),

		"lower":      stdlib.LowerFunc,
		"upper":      stdlib.UpperFunc,
		"trimspace":  stdlib.TrimSpaceFunc,
		"join":       stdlib.JoinFunc,
		"split":      stdlib.SplitFunc,
		"replace":    stdlib.ReplaceFunc,
		"regex":      stdlib.RegexFunc,
		"format":     stdlib.FormatFunc,
		"coalesce":   stdlib.CoalesceFunc,
		"jsondecode": stdlib.JSONDecodeFunc,

		"try": tryfunc.TryFunc,
		"can": tryfunc.CanFunc,
	}
}

// A problem is an error of one of our own functions, in the words of a
// diagnostic. It may stand within try, so that it is an error all the same.
type problem struct {
	summary, detail string
}

func (p *problem) Error() string { return strings.TrimSuffix(p.detail, ".") }

// envFunction is env(name[, default]).
func (l *Loader) envFunction() function.Function {
	lookup := l.LookupEnv
	if lookup == nil {
		lookup = os.LookupEnv
	}
	return function.New(&function.Spec{
		Params:   []function.Parameter{{Name: "name", Type: cty.String}},
		VarParam: &function.Parameter{Name: "default", Type: cty.String, AllowNull: true},
		Type:     function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			name := args[0].AsString()
			value, ok := lookup(name)
			switch {
			case len(args) > 2:
				return cty.NilVal, &problem{"Too many function arguments", `Write env("NAME") or env("NAME", "default").`}
			case ok && !utf8.ValidString(value):
				return cty.NilVal, &problem{"Environment variable not UTF-8", fmt.Sprintf("The environment variable %q has bytes that are not UTF-8.", name)}
			case ok:
				return cty.StringVal(value), nil
			case len(args) == 2:
				return args[1], nil
			}
			return cty.NilVal, &problem{"Environment variable not set", fmt.Sprintf("The environment variable %q is not set. Set it; where it is no secret, env takes a default as its second argument.", name)}
		},
	})
}

// fileFunction is file(path). The last newline of the file is cut off.
func (l *Loader) fileFunction() function.Function {
	l.inputs.open = l.ReadFile
	if l.inputs.open == nil {
		l.inputs.open = func(name string) ([]byte, error) { return readFile(name, maxFileBytes) }
	}
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			name := args[0].AsString()
			b, err := l.inputs.call(name)
			if err != nil {
				return cty.NilVal, &problem{"File cannot be read", sentence(err)}
			}
			if !utf8.Valid(b) {
				return cty.NilVal, &problem{"File is not UTF-8", fmt.Sprintf("The file %q has bytes that are not UTF-8.", name)}
			}
			return cty.StringVal(strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r")), nil
		},
	})
}

// nameFunction is a function without arguments that names this machine.
func nameFunction(name string, ask func() (string, error)) function.Function {
	return function.New(&function.Spec{
		Type: function.StaticReturnType(cty.String),
		Impl: func([]cty.Value, cty.Type) (cty.Value, error) {
			host, err := ask()
			if err != nil {
				return cty.NilVal, &problem{"Host name not known", fmt.Sprintf("%s(): %s.", name, err)}
			}
			return cty.StringVal(host), nil
		},
	})
}
