package transport

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	promconfig "github.com/prometheus/common/config"
)

// secret reads the file that an attribute names, or is the text without one.
func secret(attribute, file string, text promconfig.Secret) promconfig.SecretReader {
	if file == "" {
		return promconfig.NewInlineSecret(string(text))
	}
	return secretFile{attribute, file}
}

// A secretFile is read each time. An empty one is an error: it is being written
// right now, or was forgotten, and the request would be an anonymous one.
type secretFile struct{ attribute, path string }

func (s secretFile) Fetch(context.Context) (string, error) {
	text, err := s.read()
	if err != nil {
		return "", &Error{ReasonCredentials, fmt.Errorf("%s: %w", s.attribute, err)}
	}
	return text, nil
}

func (s secretFile) read() (string, error) {
	f, err := os.Open(s.path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxSecretBytes+1))
	text := strings.TrimSpace(string(b))
	switch {
	case err != nil:
		return "", err
	case len(b) > maxSecretBytes:
		return "", fmt.Errorf("read %s: more than %d bytes", s.path, maxSecretBytes)
	case text == "":
		return "", fmt.Errorf("read %s: the file is empty", s.path)
	case strings.ContainsFunc(text, isControl):
		return "", fmt.Errorf("read %s: more than one line, or a control character", s.path)
	}
	return text, nil
}

func isControl(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }

func (s secretFile) Description() string { return s.attribute + " " + s.path }
func (s secretFile) Immutable() bool     { return false }

// maxSecretBytes is what most servers take of all headers together.
const maxSecretBytes = 64 << 10
