package text

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// IsPhoneRegion reports whether a region, like DE, has phone numbers of its own.
func IsPhoneRegion(region string) bool { return phonenumbers.GetSupportedRegions()[region] }

// PhoneRegions returns all regions that have phone numbers of their own.
func PhoneRegions() (all []string) {
	for region := range phonenumbers.GetSupportedRegions() {
		all = append(all, region)
	}
	slices.Sort(all)
	return all
}

// DialFrom returns what to dial for a number of Numbers: with the country code if it was written
// without, and is a valid number in the region; else as it is. region may be "".
func DialFrom(dial, region string) string {
	if region == "" || strings.HasPrefix(dial, "+") {
		return dial
	}
	n, err := phonenumbers.Parse(dial, region)
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return dial
	}
	return phonenumbers.Format(n, phonenumbers.E164)
}

// internationalWords returns the beginnings of the words of a number in all of its writings: with
// its country code, with the digit that is dialed before it in its country, and with neither. A
// number without a country code is one of the region; if that is "", it has none.
func internationalWords(dial, region string) []string {
	n, err := phonenumbers.Parse(dial, region)
	if err != nil {
		return nil
	}
	code, national := int(n.GetCountryCode()), phonenumbers.GetNationalSignificantNumber(n)
	before := phonenumbers.GetNddPrefixForRegion(phonenumbers.GetRegionCodeForCountryCode(code), true)
	all := []string{strconv.Itoa(code) + national, before + national, national}
	if rest, ok := strings.CutPrefix(dial, before); ok && before != "" && rest != "" { // kept by Parse in the beginning of a number
		all = append(all, strconv.Itoa(code)+rest, rest)
	}
	return all
}
