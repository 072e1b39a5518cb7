package remote

// Settings returns those that are in use.
func (s *Store) Settings() Settings { return s.settings }
