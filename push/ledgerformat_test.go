package push

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sample is a file of two groups.
func sample() []byte {
	other := entryOf("b")
	other.Owner = groupOf("a")
	return encodeLedger([]string{encodeEntry(entryOf("a")), encodeEntry(other)})
}

// TestLedgerFormat: the file is JSON, and does not change by accident, as the
// next version has to read it.
func TestLedgerFormat(t *testing.T) {
	want := `{"promferry_state":1,"checksum":"SUM","groups":[
{"url":"http://gw:9091","group":{"instance":"a","job":"test"}},
{"url":"http://gw:9091","group":{"instance":"b","job":"test"},"owner":{"instance":"a","job":"test"}}
]}
`
	want = strings.Replace(want, "SUM", "3263311e34caeaa1", 1)
	if diff := cmp.Diff(want, string(sample())); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
	for _, text := range [][]byte{sample(), encodeLedger(nil)} {
		if !json.Valid(text) {
			t.Errorf("not JSON: %s", text)
		}
	}
}

// TestLedgerDamage: no cut and no flipped bit goes unseen (faults H7).
func TestLedgerDamage(t *testing.T) {
	whole := sample()
	check := func(what string, text []byte) {
		t.Helper()
		if _, err := decodeLedger("state", text); !errors.Is(err, errNoLedger) && !errors.Is(err, errLedgerSum) {
			t.Errorf("%s: got error %v, want it found", what, err)
		}
	}
	for n := range whole {
		check(fmt.Sprintf("cut to %d bytes", n), whole[:n])
		zeroed := make([]byte, len(whole))
		copy(zeroed, whole[:n])
		check(fmt.Sprintf("zeros after %d bytes", n), zeroed)
		for bit := range 8 {
			flipped := append([]byte(nil), whole...)
			flipped[n] ^= 1 << bit
			check(fmt.Sprintf("bit %d of byte %d flipped", bit, n), flipped)
		}
	}
	check("twice", append(append([]byte(nil), whole...), whole...))
	check("another file", []byte(`{"some":"json"}`))
}

// TestLedgerOtherVersion: a whole file of another version is refused, and stays
// where it is (faults H18).
func TestLedgerOtherVersion(t *testing.T) {
	path := statePath(t)
	body := `,"anything":{}}` + "\n"
	text := fmt.Sprintf(`{"promferry_state":2,"checksum":"%s"%s`, ledgerSum("2", body), body)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := tryShelf(t, path)
	want := "state file " + path + ": it has version 2, this promferry knows 1. Run the promferry that wrote it, " +
		"or move the file away: then the groups in it stay at the gateways until you delete them"
	if err == nil || err.Error() != want {
		t.Errorf("got error\n%v\nwant\n%s", err, want)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != text {
		t.Errorf("the file was touched: %q, %v", got, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	openShelf(t, path) // the lock was given back
}

// FuzzLedger: no file makes the start fail in another way than these.
func FuzzLedger(f *testing.F) {
	f.Add(sample())
	f.Add(encodeLedger(nil))
	f.Add(encodeLedger([]string{"", "null", `{"url":1}`}))
	f.Fuzz(func(t *testing.T, text []byte) {
		if head := ledgerHead.FindSubmatchIndex(text); head != nil { // or nothing gets past the checksum
			body := string(text[head[1]:])
			text = fmt.Appendf(nil, `{"promferry_state":1,"checksum":"%s"%s`, ledgerSum("1", body), body)
		}
		records, err := decodeLedger("state", text)
		if err != nil {
			return
		}
		l := &Ledger{records: records}
		again, err := decodeLedger("state", encodeLedger(l.lines()))
		if err != nil || len(again) != len(records) {
			t.Errorf("%q: read back %d of %d groups, %v", text, len(again), len(records), err)
		}
	})
}
