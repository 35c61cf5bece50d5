package text

import "strings"

// PhoneNumber returns the digits of a typed phone number, "" where it is none:
// fewer than three digits, or something else among them than phone numbers have.
func PhoneNumber(typed string) string {
	if number := Digits(typed); len(number) >= 3 && !strings.ContainsFunc(typed, notInPhone) {
		return number
	}
	return ""
}

func notInPhone(c rune) bool { return !strings.ContainsRune("0123456789 +-()./\u00a0", c) }

// Digits returns the digits of a phone number, so that it is found however it is spaced.
func Digits(phone string) string {
	return strings.Map(func(c rune) rune {
		if c < '0' || c > '9' {
			return -1
		}
		return c
	}, phone)
}
