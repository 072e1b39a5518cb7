package spool

import "maps"

// rolesHere are those of child processes on this system.
func rolesHere() map[string]func(dir string) error {
	all := maps.Clone(roles)
	maps.Copy(all, diskRoles)
	return all
}
