package discovery

import (
	"errors"
	"log/slog"
	"maps"
	"slices"
)

// errorTexts are the errors that are known to whoever runs this program, by
// place.
type errorTexts map[string]string

// A newsItem is an error that begins or changes, or has ended.
type newsItem struct {
	from string
	err  error // nil means that it has ended
}

// update returns what answers have that is new. A place that is gone takes its
// error along.
func (t *errorTexts) update(answers []Answer) []newsItem {
	var news []newsItem
	now := errorTexts{}
	if slices.ContainsFunc(answers, Answer.isAboutAll) {
		maps.Copy(now, *t) // no place has said anything
	} else if _, failed := (*t)[""]; failed {
		news = append(news, newsItem{"", nil})
	}
	for _, a := range answers {
		text, failed := (*t)[a.From]
		switch {
		case a.Err != nil && a.Err.Error() != text:
			news = append(news, newsItem{a.From, a.Err})
		case a.Err == nil && failed:
			news = append(news, newsItem{a.From, nil})
		}
		if a.Err != nil {
			now[a.From] = a.Err.Error()
		}
	}
	*t = now
	return news
}

func (n newsItem) log(logger *slog.Logger) {
	if logger == nil {
		return
	}
	if n.err == nil {
		logger.Info("targets are discovered again", "from", n.from)
		return
	}
	args := []any{"from", n.from, "err", n.err}
	var panicked *panicError
	if errors.As(n.err, &panicked) {
		args = append(args, "stack", string(panicked.stack))
	}
	logger.Warn("targets are not discovered, the last known ones stay", args...)
}
