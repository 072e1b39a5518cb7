package main

import (
	"net/http"
	"reflect"
	"slices"

	"github.com/promferry/promferry/configs"
	"github.com/promferry/promferry/push/remote"
	"github.com/promferry/promferry/relay"
	"github.com/promferry/promferry/transport"
)

// A storePart is a store and what it was made of. A store outlives a change of
// its settings, with all that waits in it, so these are apart from it.
type storePart struct {
	settings configs.RemoteWrite
	store    *remote.Store
	sending  remote.Settings // of settings
}

func (p storePart) directory() string { return directoryOf(p.settings) }

// directoryOf is where the spool of a store is; "" without one.
func directoryOf(w configs.RemoteWrite) string {
	if w.Spool == nil {
		return ""
	}
	return w.Spool.Directory
}

// stores are those of the configuration, in its order.
func (f *ferry) stores() (all []*remote.Store) {
	for _, part := range f.current().stores {
		all = append(all, part.store)
	}
	return all
}

// assembleStore keeps the store of the part before, if it is one. What it is set
// to is for the switch.
func (f *ferry) assembleStore(settings configs.RemoteWrite, before storePart) storePart {
	if before.store != nil && reflect.DeepEqual(before.settings, settings) {
		return before
	}
	part := storePart{settings, before.store, f.sendingOf(settings)}
	if part.store == nil {
		part.store = f.newStore(settings, part.sending)
	}
	return part
}

// newStore makes a store that is not open yet.
func (f *ferry) newStore(w configs.RemoteWrite, sending remote.Settings) *remote.Store {
	return remote.New(w.Name, f.spoolOf(w), sending, remote.Options{
		Logger:  f.logger,
		Metrics: f.stored,
		GiveUp:  f.giveUp,
		OnDone:  f.onStored,
	})
}

// spoolOf is where a store keeps what waits, or nil. A dry run sends nothing, so
// it keeps nothing either.
func (f *ferry) spoolOf(w configs.RemoteWrite) *remote.Spool {
	if w.Spool == nil || f.dry != nil {
		return nil
	}
	return &remote.Spool{Directory: w.Spool.Directory, MaxSize: w.Spool.MaxSize, MaxAge: w.Spool.MaxAge}
}

func (f *ferry) sendingOf(w configs.RemoteWrite) remote.Settings {
	network := transport.New(w.HTTP, transport.Options{UserAgent: userAgent()})
	if f.dry != nil {
		network = f.dry.store(w.Name)
	}
	return remote.Settings{
		URL:               w.URL,
		Transport:         network,
		Timeout:           w.Timeout,
		Rules:             w.WriteRules,
		Capacity:          w.Queue.Capacity,
		MaxSamplesPerSend: w.Queue.MaxSamplesPerSend,
		BatchSendDeadline: w.Queue.BatchSendDeadline,
		MinBackoff:        w.Queue.MinBackoff,
		MaxBackoff:        w.Queue.MaxBackoff,
	}
}

// store returns the part of the store that settings are for; an empty one where
// there is none: a store has its name and its directory for as long as it lives.
func (p *parts) store(settings configs.RemoteWrite) storePart {
	for _, part := range p.stores {
		if part.settings.Name == settings.Name && part.directory() == directoryOf(settings) {
			return part
		}
	}
	return storePart{}
}

// storesNamed returns the stores of those names.
func (p *parts) storesNamed(names []string) (stores []relay.Store) {
	for _, part := range p.stores {
		if slices.Contains(names, part.settings.Name) {
			stores = append(stores, relay.To(part.store))
		}
	}
	return stores
}

// setStores gives the stores that stay the settings that are new.
func (f *ferry) setStores(before, next *parts) {
	for _, part := range next.stores {
		old := before.store(part.settings)
		if old.store == part.store && !reflect.DeepEqual(old.settings, part.settings) {
			part.store.Set(part.sending)
			if spool := part.settings.Spool; spool != nil {
				part.store.SetLimits(spool.MaxSize, spool.MaxAge)
			}
			closeIdle(&http.Client{Transport: old.sending.Transport})
		}
	}
}

// forgetStore lets go what a store has that sends no more.
func (f *ferry) forgetStore(part storePart) {
	closeIdle(&http.Client{Transport: part.sending.Transport})
	name, now := part.store.Name, f.current().stores
	at := slices.IndexFunc(now, func(other storePart) bool { return other.store.Name == name })
	switch {
	case at < 0:
		f.stored.Forget(name)
	case now[at].directory() == "":
		f.stored.ForgetSpool(name)
	}
}
