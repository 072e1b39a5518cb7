package pushtest

import (
	"bufio"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"
)

// KillSoon starts the test binary as another process, with that environment
// beside its own, and kills it within a time of its first line. Each line that it
// wrote whole goes to visit.
func KillSoon(t testing.TB, env []string, within time.Duration, visit func(line string)) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var killer *time.Timer
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if errors.Is(err, io.EOF) {
			break // a line without its end was cut off by the kill
		}
		if err != nil {
			t.Fatal(err)
		}
		if killer == nil {
			killer = time.AfterFunc(rand.N(within), func() { _ = cmd.Process.Kill() })
		}
		visit(line)
	}
	_ = cmd.Wait()
}
