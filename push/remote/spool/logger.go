package spool

// A logger stops a commit that fails, by a panic. bbolt would go on to read the
// whole file through the mapping for the list of free pages, in a goroutine of
// its own, on a disk that has just failed: a page that it does not give would end
// the process there. bbolt tells its logger first.
type logger struct{ armed bool } // once the file is open

// A failure is what a transaction failed for.
type failure struct{ err error }

func (l *logger) stop(args ...any) {
	if !l.armed {
		return
	}
	for _, a := range args {
		if err, ok := a.(error); ok {
			panic(&failure{err})
		}
	}
}

// Error, Errorf, Fatal, Fatalf, Panic and Panicf are told what went wrong. A
// message without its cause is followed by one that has it.
func (l *logger) Error(v ...any)            { l.stop(v...) }
func (l *logger) Errorf(_ string, v ...any) { l.stop(v...) }
func (l *logger) Fatal(v ...any)            { l.stop(v...) }
func (l *logger) Fatalf(_ string, v ...any) { l.stop(v...) }
func (l *logger) Panic(v ...any)            { l.stop(v...) }
func (l *logger) Panicf(_ string, v ...any) { l.stop(v...) }

// The others are told what happens.
func (l *logger) Debug(...any)            {}
func (l *logger) Debugf(string, ...any)   {}
func (l *logger) Info(...any)             {}
func (l *logger) Infof(string, ...any)    {}
func (l *logger) Warning(...any)          {}
func (l *logger) Warningf(string, ...any) {}
