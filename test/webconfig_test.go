package test

import (
	"crypto/tls"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/promferry/promferry/test/certs"
)

// webUsers is a file for --web.config.file, of any Prometheus program: the user
// is ali, the password open sesame.
func webUsers(t testing.TB) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "web.yml")
	const users = "basic_auth_users:\n  ali: $2a$04$LU6DOPDTbTyA5bmkOU5F..aob/XzysQ5.KAWv5uGwqv2VESlHwGqa\n"
	if err := os.WriteFile(file, []byte(users), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestWebServerAsksForUsers: --web.config.file is that of all Prometheus
// programs; a probe knows a promferry that asks who it is for alive.
func TestWebServerAsksForUsers(t *testing.T) {
	t.Parallel()
	d := run(t, config(t, "gateway %q {\n  url = \"http://127.0.0.1:1\"\n}\nbuiltin \"self\" {}\n", "gw"), "--web.config.file="+webUsers(t))
	for password, want := range map[string]int{"": 401, "sesame": 401, "open sesame": 200} {
		req, err := http.NewRequest(http.MethodGet, d.url+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth("ali", password)
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("password %q: status %d, want %d", password, resp.StatusCode, want)
		}
	}
	if got := promferry(t, nil, "check", "healthy", "--web.listen-address="+d.url[len("http://"):]); got.code != 0 {
		t.Errorf("check healthy: exit code %d: %s", got.code, got.stderr)
	}
	d.terminate(t)
}

func TestWebConfigThatIsMissing(t *testing.T) {
	t.Parallel()
	file := config(t, "gateway %q {\n  url = \"http://127.0.0.1:1\"\n}\nbuiltin \"self\" {}\n", "gw")
	got := promferry(t, nil, "run", "--config.file="+file, "--web.listen-address=127.0.0.1:0", "--web.config.file=/nowhere/web.yml")
	if got.code != 2 {
		t.Errorf("exit code %d, want 2\n%s", got.code, got.stderr)
	}
}

// TestWebServerWithTLS: the log has the address of the page as a browser wants it,
// and a probe knows one that speaks TLS for alive.
func TestWebServerWithTLS(t *testing.T) {
	t.Parallel()
	ca, dir := certs.New(), t.TempDir()
	cert, key := certs.PEM(ca.Server())
	write(t, dir, "cert.pem", cert)
	write(t, dir, "key.pem", key)
	write(t, dir, "web.yml", "tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\n")
	d := run(t, config(t, "gateway %q {\n  url = \"http://127.0.0.1:1\"\n}\nbuiltin \"self\" {}\n", "gw"), "--web.config.file="+filepath.Join(dir, "web.yml"))
	address, found := strings.CutPrefix(d.url, "https://")
	if !found {
		t.Errorf("the log has the page at %s", d.url)
	}
	conn, err := tls.Dial("tcp", address, &tls.Config{RootCAs: ca.Pool()})
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if got := promferry(t, nil, "check", "healthy", "--web.listen-address="+address); got.code != 0 {
		t.Errorf("check healthy: exit code %d: %s", got.code, got.stderr)
	}
	d.terminate(t)
}
