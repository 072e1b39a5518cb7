package main

import "github.com/promferry/promferry/push/remote"

// stores are those of the configuration.
func (f *ferry) stores() []*remote.Store { return nil }
