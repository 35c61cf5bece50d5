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

var (
	joining    = strings.Fields("and e en et i ja og och und y и і та και")
	legalForms = strings.Fields("corp corporation gmbh inc incorporated kft limited llc llp ltd ltda mbh ohg oyj plc pty pvt sarl srl")
)
