package text

import "strings"

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
