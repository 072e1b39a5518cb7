package test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
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
