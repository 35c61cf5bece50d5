package text_test

import (
	"slices"
	"strings"
	"testing"

	"clientregistry/db/text"
)

func TestWhatWasTypedIsMarked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ typed, text, marked string }{
		{"ém", "Émile & Søn, remade", "[Ém]ile & Søn, remade"},
		{"SON emi", "Émile & Søn", "[Émi]le & [Søn]"},
		{"mile", "Émile & Søn", "É[mile] & Søn"},
		{"e", "Émile & else", "[É]mile & [e]lse"},
		{"x", "Émile", "Émile"},
		{"strasse", "Straße", "[Straße]"},
		{"stras", "Straße", "[Straß]e"},
		{"o'br", "O’Brien & brother", "[O]’[Br]ien & [br]other"},
		{"emile", "E\u0301mile", "[E\u0301mile]"},
		{"cafe", "Cafe\u0301 x", "[Cafe\u0301] x"},
		{"京東", "株式会社東京電力", "株式会社[東京]電力"},
		{"데이", "우리데이터", "우리[데이]터"},
		{"σισυφος", "ΣΊΣΥΦΟΣ", "[ΣΊΣΥΦΟΣ]"},
		{"نو", "شركة النور ونور", "شركة ال[نو]ر و[نو]ر"},
		{"4670555", "+46 70-555 01 34", "+[46 70-555] 01 34"},
		{"0134", "+46 70-555 01 34", "+46 70-555 [01 34]"},
		{"555 01", "+46 70-555 01 34", "+46 70-[555 01] 34"},
		{"46", "46 boxes", "[46] boxes"},
		{"<b>", "a <b>b</b>", "a <[b]>[b]</[b]>"},
		{"a", "a\xffa", "[a]\xff[a]"},
		{"brightlane", "Bright Lane & Co", "[Bright Lane] & Co"},
		{"lane", "Bright Lane", "Bright [Lane]"},
		{"rightlane", "Bright Lane", "Bright Lane"},
		{"https://www.acme.example/x", "acme.example", "[acme].[example]"},
		{"harbor and pine ltd", "Harbor & Pine", "[Harbor] & [Pine]"},
		{"harbor and pine", "Harbor and Pine", "[Harbor] [and] [Pine]"},
		{"", "Acme", "Acme"},
		{"%", "100 %", "100 %"},
		{strings.Repeat("acme ", 100), "Acme", "[Acme]"},
	} {
		ranges, _ := text.NewTyped(c.typed).Marks(c.text)
		got, last := "", 0
		for _, r := range ranges {
			got += c.text[last:r[0]] + "[" + c.text[r[0]:r[1]] + "]"
			last = r[1]
		}
		if got += c.text[last:]; got != c.marked {
			t.Errorf("%q in %q is marked as %q, want %q", c.typed, c.text, got, c.marked)
		}
	}
	if _, has := text.NewTyped("acme zzz").Marks("Acme"); !slices.Equal(has, []bool{true, false}) {
		t.Errorf("words that are there: %v", has)
	}
	if _, has := text.NewTyped("harbor and pine ltd").Marks("Harbor & Pine"); slices.Contains(has, false) {
		t.Errorf("words that need not be there: %v", has)
	}
}

func TestInsideWordsNothingIsMarkedThatWasSeenBefore(t *testing.T) {
	t.Parallel()
	typed := text.NewTyped("ma")
	_, has := typed.Marks("Maya")
	if ranges, _ := typed.Seen(has).Marks("Informatics"); len(ranges) > 0 {
		t.Errorf("marked at %v", ranges)
	}
}
