//go:build linux

package test

import "testing"

func TestDocCron(t *testing.T) {
	follow(t, document{path: "docs/cron.md", prepare: (*reader).prepareCronPage, commands: map[string]expectation{
		"promferry exec --gateway=http://localhost:9091 --job=backup --label=every=1d -- tar -cf /run/backup.tar promferry.hcl":             {},
		"promferry exec --gateway=http://localhost:9091 --job=backup --label=every=1d -- tar -cf /run/backup.tar nothing-here":              {code: 2},
		"curl -s http://localhost:9091/metrics | grep '^job_'":                                                                              {},
		"echo 'backup_bytes 17' | promferry push --gateway=http://localhost:9091 --job=backup --label=every=1d --method=POST":               {},
		`echo 'backup_bytes{disk="sda} 17' | promferry push --gateway=http://localhost:9091 --job=backup --label=every=1d --method=POST`:    {code: 1},
		"echo 'backup_bytes 17 1795905185000' | promferry push --gateway=http://localhost:9091 --job=backup --label=every=1d --method=POST": {},
		"promferry once --config.file=/etc/promferry/cron.hcl --timeout=30s --lock.file=/run/promferry.lock":                                {after: (*reader).lockHeld},
		"promferry once --target=localhost:9999 --gateway=http://localhost:9091 --job=node":                                                 {code: 1},
		"promferry delete --gateway=http://localhost:9091 --job=backup --label=every=1d":                                                    {},
	}})
}

func (r *reader) prepareCronPage() {
	r.Helper()
	r.startPushgateway()
	r.prepareCron()
	r.write("promferry.hcl", "")
}

// lockHeld: a second run ends at once.
func (r *reader) lockHeld() {
	p, out := r.shell("flock /run/promferry.lock promferry once --config.file=/etc/promferry/cron.hcl --lock.file=/run/promferry.lock")
	if code := p.exitCode(r); code != 1 {
		r.Errorf("a run beside another one: exit code %d, want 1: %s", code, out())
	}
}
