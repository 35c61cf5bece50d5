package text

import (
	"slices"
	"strings"
)

// IsFiller reports whether a folded word in an organization's name does not distinguish it: a legal form, or a word
// that joins others.
func IsFiller(word string) bool { return fillers[word] }

var fillers = func() map[string]bool {
	all := map[string]bool{}
	for _, w := range strings.Fields(`
		ab ag aps as asa bv co company corp corporation ev gmbh inc incorporated kft kg kk limited llc llp lp ltd ltda mbh nv
		ohg oo oy oyj plc pty pvt sa sarl sas se sia sl sp spa spzoo srl ug ооо ао зао тов αε בעמ شركة
		and at da das de degli del della der des di die do dos du e el en et fur i in la las le les los of og och on the
		til und van vom von y za zu и та και`) {
		all[w] = true
	}
	return all
}()

// TellingWords returns the words of a search that a record needs to have. Words that join others, and legal forms, need
// not be there: Harbor & Pine Ltd is found by harbor and pine limited. Only words that nobody types while they type
// another one count as such.
func TellingWords(typed string) (all []string) {
	words := TypedWords(typed)
	filling := filling(words)
	for i, w := range words {
		if !filling[i] {
			all = append(all, w)
		}
	}
	return all
}

// filling tells for each word of a search whether it fills: one that joins, between two others, or a legal form after
// another word.
func filling(words []string) []bool {
	all := make([]bool, len(words))
	for i, w := range words {
		all[i] = i > 0 && (slices.Contains(legalForms, w) || i < len(words)-1 && slices.Contains(joining, w))
	}
	return all
}

// WithoutForms returns TellingWords without those after the first that may be legal forms or begin another word, such as
// ag. last tells whether the last word may be one, which somebody may still be typing. It returns nil if there are none.
func WithoutForms(typed string, last bool) (all []string) {
	var words []string
	for _, w := range joinedWords(cut(typed)) { // S.A. is sa
		words = append(words, w.letters)
	}
	filling, forms := filling(words), false
	for i, w := range words {
		switch form := i > 0 && slices.Contains(shortForms, w) && (last || i < len(words)-1); {
		case form:
			forms = true
		case !filling[i]:
			all = append(all, w)
		}
	}
	if !forms {
		return nil
	}
	return all
}

// BeforeJoining returns TellingWords without a last one that joins them to another that is not typed yet: harbor for
// "harbor and". It returns nil if the last one does not.
func BeforeJoining(typed string) []string {
	words := TypedWords(typed)
	if last := len(words) - 1; last > 0 && joins(words[last]) {
		return TellingWords(strings.Join(words[:last], " "))
	}
	return nil
}

// needless tells for each word of a search whether a name need not have it, see WithoutForms and BeforeJoining.
func needless(typed string, words []string) []bool {
	all, at := filling(words), 0
	for _, w := range joinedWords(cut(typed)) {
		form := at > 0 && slices.Contains(shortForms, w.letters)
		for range w.parts {
			all[at] = all[at] || form
			at++
		}
	}
	if last := len(words) - 1; last > 0 && joins(words[last]) {
		all[last] = true
	}
	return all
}

// joins reports whether a word joins two others. One of a single letter begins too many others.
func joins(word string) bool { return len(word) > 1 && slices.Contains(joining, word) }

// Joiners are what joins two words of a name.
var Joiners = func() []string {
	all := []string{"&", " &", " +"}
	for _, w := range joining {
		all = append(all, " "+w+" ")
	}
	return all
}()

var (
	joining    = strings.Fields("and e en et i ja og och und y и і та και")
	legalForms = strings.Fields("corp corporation gmbh inc incorporated kft limited llc llp ltd ltda mbh ohg oyj plc pty pvt sarl srl")
	shortForms = strings.Fields("ab ag aps as asa bv co company ev kg kk lp nv oo oy sa sas se sia sl sp spa ug ао зао ооо тов αε")
)
