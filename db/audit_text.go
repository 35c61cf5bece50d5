package db

import (
	"context"
	"slices"
	"strings"

	"clientregistry/db/text"
)

// auditText tells which entries may say what was typed, by their text as stored and the names that they refer to, each
// looked up and folded once. To read and name every entry takes many times as long.
type auditText struct {
	typed  []string
	labels map[string]typedWords // by name in the metadata: what begins a word of its label, or of the words for its value
	always typedWords            // words that are not stored as they are said
	names  namer
	words  map[string]typedWords // by text: a name, or a word with more than ASCII
}

// typedWords is a set of what was typed, a bit for each word.
type typedWords uint64

const (
	mostWordsAtOnce = 63 // the others are left to the check of the whole entry
	mostWordsKept   = 50_000
)

func (d *DB) newAuditText(ctx context.Context, by Actor, typed string) *auditText {
	t := &auditText{
		typed: text.Words(typed), labels: map[string]typedWords{},
		names: namer{d: d, ctx: ctx, by: by, known: map[string]string{}}, words: map[string]typedWords{},
	}
	t.typed = t.typed[:min(len(t.typed), mostWordsAtOnce)]
	t.always = t.in("yes") | t.in("no") // how inText and Flag say true and false
	for _, f := range slices.Concat(AuditFields, userFields, roleFields, webhookFields) {
		t.labels[f.Column] |= t.in(f.Label)
	}
	for column, label := range accountLabels {
		t.labels[column] |= t.in(label)
	}
	for _, p := range Permissions {
		t.labels["permission"] |= t.in(p.Words())
	}
	t.labels["permissions"] |= t.labels["permission"]
	return t
}

// in returns the typed words that begin a word of a text.
func (t *auditText) in(said string) (found typedWords) {
	found, known := t.words[said]
	if known {
		return found
	}
	for _, word := range text.Words(said) {
		for i, typed := range t.typed {
			if strings.HasPrefix(word, typed) {
				found |= 1 << i
			}
		}
	}
	t.words[said] = found
	return found
}

// mayMatch returns the entries, as scanned, that may say every typed word: all that do, and a few others.
func (t *auditText) mayMatch(page []AuditEntry) (some []AuditEntry, err error) {
	if len(t.typed) == 0 {
		return page, nil
	}
	if len(t.words) > mostWordsKept {
		clear(t.words)
		clear(t.names.known)
	}
	all := typedWords(1)<<len(t.typed) - 1
	found, refers := make([]typedWords, len(page)), make([][]string, len(page))
	var unknown []string
	for i, e := range page {
		found[i] = t.always | t.in(e.UserName) | t.in(e.IP)
		more, ids := t.inMetadata(e.Metadata, slices.Contains(accountKinds, e.TargetType))
		if found[i] |= more; found[i]&all == all {
			continue
		}
		if ValidID(e.TargetID) && e.TargetType != "interaction" && e.TargetType != "follow_up" {
			ids = append(ids, e.TargetID)
		}
		refers[i] = ids
		for _, id := range ids {
			if _, known := t.names.known[id]; !known {
				t.names.known[id] = ""
				unknown = append(unknown, id)
			}
		}
	}
	for _, table := range []string{"organizations", "contacts", "users"} {
		unknown = slices.DeleteFunc(unknown, func(id string) bool { return t.names.known[id] != "" })
		t.names.lookUp(table, unknown)
	}
	for i, e := range page {
		for _, id := range refers[i] {
			found[i] |= t.in(t.names.known[id])
		}
		if found[i]&all == all {
			some = append(some, e)
		}
	}
	return some, t.names.err
}

// inMetadata returns the typed words that may begin a word of an entry's metadata, and the IDs in it. The columns in it
// count by their labels; those of accounts also by their names, see accountChanges.
func (t *auditText) inMetadata(json string, accounts bool) (found typedWords, ids []string) {
	inside := false // a text
	for i := 0; i < len(json); {
		c := json[i]
		switch {
		case c == '"':
			if inside = !inside; inside {
				if name, _, ok := strings.Cut(json[i+1:min(len(json), i+50)], `":`); ok && isColumn(name) {
					if found |= t.labels[name]; !accounts {
						i, inside = i+len(name)+1, false
					}
				}
			}
			i++
		case c == '\\' && i+5 < len(json) && json[i+1] == 'u':
			if json[i+2] != '0' || json[i+3] != '0' || json[i+4] > '3' { // a letter, written as its number
				return ^typedWords(0), nil
			}
			i += 6
		case c == '\\':
			i += 2
		case !inWord(c) || !inside && (c < '0' || c > '9'):
			i++
		default:
			if isID(json[i:]) {
				ids = append(ids, json[i:i+36])
			}
			start, plain := i, true
			for ; i < len(json) && inWord(json[i]); i++ {
				plain = plain && json[i] < 0x80
			}
			found |= t.begun(json[start:i], plain)
		}
	}
	return found, ids
}

// begun returns the typed words with which a word begins.
func (t *auditText) begun(word string, plain bool) (found typedWords) {
	if !plain {
		return t.in(word)
	}
	for i, typed := range t.typed {
		if len(typed) <= len(word) && word[0]|0x20 == typed[0]|0x20 && strings.EqualFold(word[:len(typed)], typed) {
			found |= 1 << i
		}
	}
	return found
}

func inWord(c byte) bool {
	return c >= 0x80 || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

func isColumn(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return c != '_' && (c < 'a' || c > 'z') && (c < '0' || c > '9') })
}

// isID reports whether a text begins with the form of an ID.
func isID(s string) bool {
	return len(s) >= 36 && s[8] == '-' && s[13] == '-' && s[18] == '-' && s[23] == '-' && ValidID(s[:36])
}
