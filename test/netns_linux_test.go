package test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// A netns is a network namespace with a loopback device, and a view of the file
// system in which files can be replaced. It is one thread of this process.
type netns struct {
	thread string // its directory in /proc
	do     chan func()
}

// newNetns returns a namespace that lives as long as the test.
func newNetns(t *testing.T) *netns {
	t.Helper()
	part(t, "ip")
	part(t, "nsenter")
	n := &netns{do: make(chan func())}
	ready := make(chan error)
	go func() {
		runtime.LockOSThread() // for ever: the thread ends with this goroutine
		n.thread = fmt.Sprintf("/proc/%d/task/%d", os.Getpid(), syscall.Gettid())
		err := syscall.Unshare(syscall.CLONE_NEWNET | syscall.CLONE_NEWNS)
		if err == nil {
			err = syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, "")
		}
		ready <- err
		for f := range n.do {
			f()
		}
	}()
	t.Cleanup(func() { close(n.do) })
	if err := <-ready; err != nil {
		missing(t, "network namespaces, which need root ("+err.Error()+")")
	}
	n.ip(t, "link set lo up")
	return n
}

// on runs f in the namespace. Sockets made there stay there.
func (n *netns) on(f func() error) error {
	done := make(chan error)
	n.do <- func() { done <- f() }
	return <-done
}

// command runs in the namespace.
func (n *netns) command(name string, args ...string) *exec.Cmd {
	enter := []string{"--net=" + n.thread + "/ns/net", "--mount=" + n.thread + "/ns/mnt", name}
	return exec.Command("nsenter", append(enter, args...)...)
}

// ip runs a command of iproute2.
func (n *netns) ip(t *testing.T, line string) {
	t.Helper()
	n.run(t, "ip", strings.Fields(line)...)
}

func (n *netns) run(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := n.command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, args, err, out)
	}
}

// sysctl sets one of the namespace.
func (n *netns) sysctl(t *testing.T, name, value string) {
	t.Helper()
	n.run(t, "sh", "-c", fmt.Sprintf("echo %s > /proc/sys/%s", value, strings.ReplaceAll(name, ".", "/")))
}

// replace puts a file with that text in the place of one of the system.
func (n *netns) replace(t *testing.T, path, text string) {
	t.Helper()
	mine := filepath.Join(t.TempDir(), filepath.Base(path))
	if err := os.WriteFile(mine, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := n.on(func() error { return syscall.Mount(mine, path, "", syscall.MS_BIND, "") }); err != nil {
		t.Fatalf("mount %s: %v", path, err)
	}
}

// listen serves at an address of the namespace until the test ends.
func (n *netns) listen(t *testing.T, address string, answer http.HandlerFunc) *scripted {
	t.Helper()
	s := new(scripted)
	s.answer.Store(answer)
	var l net.Listener
	err := n.on(func() (err error) {
		l, err = net.Listen("tcp", address)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		s.answer.Load().(http.HandlerFunc)(w, r)
	}))
	s.Server.Listener.Close() // of another namespace
	s.Server.Listener = l
	s.Server.Start()
	t.Cleanup(s.Close)
	return s
}

// dial connects from within the namespace.
func (n *netns) dial(ctx context.Context, network, address string) (conn net.Conn, err error) {
	err = n.on(func() (err error) {
		conn, err = new(net.Dialer).DialContext(ctx, network, address)
		return err
	})
	return conn, err
}

// webPort is that of promferry's web server: each namespace has its own ports.
const webPort = "127.0.0.1:9097"

// ferry starts `promferry run` in the namespace.
func (n *netns) ferry(t *testing.T, file string) *netFerry {
	t.Helper()
	cmd := n.command(binary, "run", "--config.file="+file, "--web.listen-address="+webPort, "--shutdown.timeout=2s")
	cmd.Env = environment()
	f := &netFerry{start(t, cmd), &http.Client{Transport: &http.Transport{DialContext: n.dial}, Timeout: patience}}
	t.Cleanup(f.client.CloseIdleConnections)
	return f
}

// A netFerry is a promferry in a namespace.
type netFerry struct {
	*process
	client *http.Client
}

// atLeast waits until one of its own series has that value.
func (f *netFerry) atLeast(t *testing.T, series string, want float64) {
	t.Helper()
	eventually(t, series, func() error {
		set, err := f.metrics()
		if err == nil && set[series] < want {
			err = fmt.Errorf("%v, want at least %v\n%s", set[series], want, &f.stderr)
		}
		return err
	})
}

func (f *netFerry) metrics() (seriesSet, error) {
	resp, err := f.client.Get("http://" + webPort + "/metrics")
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	samples, err := parse(body, "text/plain")
	return setOf(samples), err
}

// A pair is two namespaces with a cable between them: relay is 10.77.0.1 on
// veth0, far is 10.77.0.2 on veth1.
type pair struct{ relay, far *netns }

func newPair(t *testing.T) pair {
	t.Helper()
	p := pair{newNetns(t), newNetns(t)}
	p.relay.ip(t, "link add veth0 type veth peer name veth1 netns "+p.far.thread+"/ns/net")
	p.relay.ip(t, "address add 10.77.0.1/24 dev veth0")
	p.far.ip(t, "address add 10.77.0.2/24 dev veth1")
	p.relay.ip(t, "link set veth0 up")
	p.far.ip(t, "link set veth1 up")
	return p
}
