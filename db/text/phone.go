package text

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Number is one phone number in a text: its byte range, and what to dial, or "" if that part of the
// text is no number.
type Number struct {
	From, To int
	Dial     string // digits, after a plus if it was written with one
}

// Numbers splits a text with phone numbers. Each has one Number, whose range includes remarks about
// it. Extensions and the (0) after a country code are not dialed.
func Numbers(s string) (all []Number) {
	plain := []rune(PlainDigits(s))
	for i, c := range plain {
		if isInvisible(c) || strings.ContainsRune("\u00a0\u2007\u2009\u202f\u3000\ufffd", c) {
			plain[i] = ' '
		}
	}
	text, whole := string(plain), offsets(s)
	for _, part := range numberParts(text) {
		if dial := numberToDial(text[part[0]:part[1]]); dial != "" {
			from, to := utf8.RuneCountInString(text[:part[0]]), utf8.RuneCountInString(text[:part[1]])
			all = append(all, Number{whole[from], whole[to], dial})
		}
	}
	return all
}

// offsets returns the byte offset of each character, and of the end.
func offsets(s string) (at []int) {
	for i := range s {
		at = append(at, i)
	}
	return append(at, len(s))
}

// between matches what separates two numbers. A plus starts a new one.
var between = regexp.MustCompile(`(?i)\s*[,;|/\n&]\s*|\s+(?:or|and|oder|und|ou|et|eller|och|of|en|y|o)\s+|\d(\s+)\+`)

// numberParts returns the ranges that may be one number each.
func numberParts(text string) (parts [][2]int) {
	start, joins := 0, false
	add := func(end int) {
		if joins { // an area code before a slash
			parts[len(parts)-1][1] = end
		} else {
			parts = append(parts, [2]int{start, end})
		}
	}
	for at := 0; ; {
		m := between.FindStringSubmatchIndex(text[at:])
		if m == nil {
			add(len(text))
			return parts
		}
		from, to := at+m[0], at+m[1]
		if m[2] >= 0 {
			from, to = at+m[2], at+m[3]
		}
		add(from)
		left := parts[len(parts)-1]
		joins = strings.TrimSpace(text[from:to]) == "/" && isAreaCode(text[left[0]:left[1]], text[to:], to-from > 1)
		start, at = to, to
	}
}

// isAreaCode reports whether a text ends with the beginning of the number after it: fewer than six digits, without those
// before an area code. A slash with spaces mostly separates numbers, so there the digits must show which they are.
func isAreaCode(text, after string, spaced bool) bool {
	m := one.FindStringSubmatch(text)
	if m == nil || !strings.HasSuffix(text, m[2]) || extensionOnly.MatchString(m[1]) || strings.HasPrefix(after, "+") ||
		spaced && strings.HasPrefix(strings.TrimLeft(after, "("), "0") {
		return false
	}
	number := strings.TrimLeft(strings.Replace(m[2], "(0)", "", 1), "(")
	digits := Digits(number)
	switch {
	case strings.HasPrefix(number, "+"):
		digits = digits[min(countryCode(digits), len(digits)):]
	case strings.HasPrefix(digits, "00"):
		digits = digits[min(2+countryCode(digits[2:]), len(digits)):]
	case strings.HasPrefix(digits, "0"):
		digits = digits[1:]
	case spaced && !strings.HasPrefix(m[2], "("):
		return false
	}
	return len(digits) < 6
}

// one matches a single number, optionally with words before it, an extension, and a remark after
// it.
var one = regexp.MustCompile(`(?i)^(|[^\d+(*#]*[\s:.])(\(?\+?[\d(][\d\s()./–‐‑−-]*)` +
	`(?:(?:ext(?:ension|n)?|x|#|dw|durchwahl|ankn(?:ytning)?|poste|toestel|int(?:ern)?)[\s.:=]*\d{1,7})?\s*(?:\([^()\d]*\))?\s*$`)

var extensionOnly = regexp.MustCompile(`(?i)^\s*(?:ext|x\b|durchwahl|ankn|poste|toestel)`)

// An international number has at most 15 digits (ITU-T E.164).
const (
	fewestDigits = 3
	mostDigits   = 15
)

// numberToDial returns what to dial for a text with one number, or "" if there is none.
func numberToDial(text string) string {
	m := one.FindStringSubmatch(text)
	if m == nil || extensionOnly.MatchString(m[1]) {
		return ""
	}
	number, plus := m[2], ""
	if strings.HasPrefix(strings.TrimLeft(number, "("), "+") {
		plus = "+"
	}
	if plus != "" || strings.HasPrefix(Digits(number), "00") {
		number = strings.Replace(number, "(0)", "", 1)
	}
	digits := Digits(number)
	if n := len(digits); n < fewestDigits || n > mostDigits {
		return ""
	}
	return plus + digits
}

// PhoneWords returns the search words for the text of a phone number: each number in full, without
// its country code or leading 0, and its last digits, plus any words.
func PhoneWords(s string) (all []string) {
	add := func(words ...string) {
		for _, w := range words {
			if !slices.Contains(all, w) {
				all = append(all, w)
			}
		}
	}
	numbers := Numbers(s)
	for _, n := range numbers {
		add(forms(n.Dial)...)
	}
	if digits := Digits(s); len(numbers) == 0 && len(digits) >= fewestDigits {
		add(digits)
	}
	for _, w := range Words(s) {
		if strings.Trim(w, "0123456789") != "" || len(numbers) == 0 {
			add(w)
		}
	}
	return all
}

// NumberWords returns word prefixes that find a typed phone number in the words of PhoneWords. Any
// of them suffices. It returns none if it is not a phone number. A number without a country code is
// one of the region, if that is not "".
func NumberWords(typed, region string) []string {
	if PhoneNumber(typed) == "" {
		return nil
	}
	typed, _ = withoutScheme(typed, "tel:")
	number := strings.ReplaceAll(PlainDigits(typed), "(0)", "")
	plus := ""
	if strings.HasPrefix(strings.TrimLeft(number, " ("), "+") {
		plus = "+"
	} else {
		number = PlainDigits(typed)
	}
	all := forms(plus + Digits(number))
	if digits := Digits(number); plus == "" && strings.HasPrefix(digits, "00") {
		all = append(all, internationalWords("+"+digits[2:], region)...)
	} else {
		all = append(all, internationalWords(plus+digits, region)...)
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(w string) bool { return len(w) < fewestDigits })
}

// fromBehind marks the word for a number's last digits. They are reversed, so that searching for
// the end of a number is a search for a prefix. The mark has a capital letter, which no other word
// has, so nobody can type it.
const (
	fromBehind = "0Z"
	lastDigits = 8
)

// forms returns the words for a number: all its digits, those that do not depend on where it is
// dialed from, and the last ones.
func forms(dial string) []string {
	digits, abroad := strings.TrimPrefix(dial, "+"), strings.HasPrefix(dial, "+")
	if !abroad && len(digits) >= 2+fewestDigits && strings.HasPrefix(digits, "00") && digits[2] != '0' {
		digits, abroad = digits[2:], true
	}
	all, national := []string{digits}, strings.TrimPrefix(digits, "0")
	if abroad {
		national = digits[min(countryCode(digits), len(digits)):]
	}
	if national != digits && len(national) >= fewestDigits {
		all = append(all, national)
	}
	if len(digits) > fewestDigits {
		last := digits[max(len(digits)-lastDigits, 0):]
		behind := []byte(fromBehind)
		for i := len(last) - 1; i >= 0; i-- {
			behind = append(behind, last[i]-'0'+'A')
		}
		all = append(all, string(behind))
	}
	return all
}

// countryCode returns the length of the country code at the start of a number (ITU-T E.164, list of
// assigned codes).
func countryCode(digits string) int {
	const two = " 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58" +
		" 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98 "
	switch {
	case strings.HasPrefix(digits, "1"), strings.HasPrefix(digits, "7"):
		return 1
	case len(digits) >= 2 && strings.Contains(two, " "+digits[:2]+" "):
		return 2
	}
	return 3
}

// IsReversed reports whether a search word has a number's last digits, reversed.
func IsReversed(word string) bool { return strings.HasPrefix(word, fromBehind) }

// PhoneNumber returns the digits of a typed phone number, or "" if it has fewer than three or
// characters that phone numbers do not have.
func PhoneNumber(typed string) string {
	typed, _ = withoutScheme(typed, "tel:")
	if number := Digits(typed); len(number) >= fewestDigits && !strings.ContainsFunc(PlainDigits(typed), notInPhone) {
		return number
	}
	return ""
}

// IsNumber reports whether one of the phone numbers in a text is the typed one, written with or without its country code,
// or ends with it. Of numbers with the same last digits, it tells that one.
func IsNumber(phone, typed string) bool {
	typed, _ = withoutScheme(typed, "tel:")
	typed = strings.TrimLeft(Digits(strings.ReplaceAll(PlainDigits(typed), "(0)", "")), "0")
	return slices.ContainsFunc(Numbers(phone), func(n Number) bool {
		number := strings.TrimLeft(strings.TrimPrefix(n.Dial, "+"), "0")
		short, long := typed, number
		if len(short) > len(long) {
			short, long = long, short
		}
		return len(short) >= fewestDigits && strings.HasSuffix(long, short)
	})
}

// withoutScheme removes the beginning of a copied link.
func withoutScheme(typed, scheme string) (rest string, ok bool) {
	if typed = strings.TrimSpace(typed); len(typed) > len(scheme) && strings.EqualFold(typed[:len(scheme)], scheme) {
		return typed[len(scheme):], true
	}
	return typed, false
}

func notInPhone(c rune) bool {
	return !isInvisible(c) && !strings.ContainsRune("0123456789 +-()./\t\u00a0\u2007\u2009\u202f\u3000‐‑–—−·•_~|[]", c)
}

// Digits returns the digits of a text.
func Digits(phone string) string {
	return strings.Map(func(c rune) rune {
		if c < '0' || c > '9' {
			return -1
		}
		return c
	}, PlainDigits(phone))
}
