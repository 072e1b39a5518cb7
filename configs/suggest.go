package configs

import "fmt"

// didYouMean returns " Did you mean …?" with the nearest of the names, or ""
// where none is near.
func didYouMean(given string, names []string) string {
	if name := Nearest(given, names); name != "" {
		return fmt.Sprintf(" Did you mean %q?", name)
	}
	return ""
}

// Nearest returns the name that was meant, perhaps: the first of the names with
// the fewest edits from given, or "" if each needs three or more, or as many as
// it has letters.
func Nearest(given string, names []string) string {
	best, least := "", 3
	for _, name := range names {
		if n := edits(given, name); n < least && n < len(name) && n < len(given) {
			best, least = name, n
		}
	}
	return best
}

// edits counts the bytes to insert, delete or replace to make b from a
// (Levenshtein). Beyond 64 bytes it gives up: no name is that long.
func edits(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	row := make([]int, len(b)+1) // row[j]: edits from a[:i] to b[:j]
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
