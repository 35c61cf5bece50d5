package db

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"clientregistry/db/text"
)

// Field describes one column that people see and edit. Rules, SQL, forms, editors, lists, filters,
// history, batches and the search index all use this description, so a new column takes a migration
// and one line.
type Field struct {
	Column    string    // in the database, forms and URLs
	Parameter string    // in the URLs of lists, if it differs from Column
	Label     string    // for people
	Kind      FieldKind // the type of its values
	Max       int       // length in characters
	Required  string    // the message if it is empty or not one of Options; "" makes it optional
	Default   string    // the column to copy from if a new record leaves this one empty
	Options   []string  // the values of a Choice
	Usual     []string  // suggested before values in use; nil suggests nothing, unless the field is Filtered

	Searched bool      // search finds the record by it
	Filtered bool      // lists can filter by its exact value, through the index of its sort, which has a folded key
	Batched  bool      // a batch can set it
	Brief    bool      // included in the short form that creates a record while linking
	Listed   ListUse   // whether lists have it as a column
	sort     listOrder // how lists sort by it; the zero value means they cannot
}

// FieldKind is the type of a field's values. It decides how they are validated, typed and shown.
type FieldKind int

const (
	Line    FieldKind = iota // one line of text
	Lines                    // text of several lines
	Website                  // an http or https URL; a bare domain gets https
	Email                    // one mailbox at a domain
	Phone                    // a phone number as people write it
	Code                     // an identifier, found without its punctuation and spaces
	Choice                   // one of Options
	Person                   // the ID of a user
	Other                    // the ID of another record
	Others                   // IDs of other records, with spaces between them
	Moment                   // a minute in the user's time zone, or RFC 3339
	Day                      // YYYY-MM-DD
	Hour                     // HH:MM, a time of a day
	Zone                     // an IANA time zone
	Flag                     // "1" or ""
)

// check returns a value as stored, or an error with a message for the person who typed it.
func (k FieldKind) check(f Field, value string) (string, error) {
	switch k {
	case Website:
		return website(value)
	case Email:
		return email(value)
	case Choice:
		if !slices.Contains(f.Options, value) {
			return "", messageError(f.Required)
		}
	case Others:
		return checkIDs(value)
	case Day:
		value = text.PlainDigits(value)
		if _, ok := ReadDate(value); !ok {
			return "", messageError("Enter a day, like 2026-11-24")
		}
	case Flag:
		switch strings.ToLower(value) {
		case "1", "true", "on", "yes":
			return "1", nil
		case "0", "false", "off", "no":
			return "", nil
		}
		return "", messageError("Choose yes or no")
	case Hour:
		at, err := time.Parse("15:04", text.PlainDigits(value))
		if err != nil {
			return "", messageError("Enter a time, like 14:00")
		}
		value = at.Format("15:04")
	case Zone:
		if _, err := time.LoadLocation(value); err != nil || value == "Local" {
			return "", messageError("Choose a time zone from the list, like Europe/Stockholm")
		}
	}
	return value, nil
}

// ListUse says whether lists have a field as a column.
type ListUse int

const (
	Unlisted    ListUse = iota
	Offered             // if somebody chooses it
	OfferedWide         // the same, on wide screens only
	ShownWide           // by default, on wide screens only
	Shown               // by default
)

// Name returns the field's name in the URLs of lists.
func (f Field) Name() string {
	if f.Parameter != "" {
		return f.Parameter
	}
	return f.Column
}

// Lower returns the label as written inside a sentence, like "tax ID".
func (f Field) Lower() string { return strings.ToLower(f.Label[:1]) + f.Label[1:] }

var organizationFields = []Field{
	{
		Column: "display_name", Label: "Name", Max: 160, Required: "Enter the organization's name", Brief: true,
		sort: listOrder{key: "sort_key", index: "organizations_by_name"},
	},
	{
		Column: "legal_name", Label: "Legal name", Max: 200,
		Required: "Enter the name in its registration", Default: "display_name", Searched: true,
	},
	{Column: "website", Label: "Website", Kind: Website, Max: 200, Searched: true, Brief: true},
	{
		Column: "sector", Label: "Sector", Max: 80, Usual: sectors, Filtered: true, Batched: true, Brief: true, Listed: Shown,
		sort: listOrder{key: "sector_key", folded: "sector_folded", index: "organizations_sort_sector", byName: true},
	},
	{
		Column: "size_band", Label: "Size", Max: 40, Usual: sizeBands, Filtered: true, Batched: true, Listed: Shown,
		sort: listOrder{key: "size_key", folded: "size_folded", numbered: true, index: "organizations_sort_size", byName: true},
	},
	{Column: "tax_id", Label: "Tax ID", Kind: Code, Max: 50, Searched: true},
	{
		Column: "owner_user_id", Parameter: "owner", Label: "Owner", Kind: Person, Max: 36, Listed: Shown,
		sort: listOrder{key: "owner_key", index: "organizations_sort_owner", byName: true},
	},
}

var contactFields = []Field{
	{Column: "first_name", Label: "First name", Max: 80, Required: "Enter a first name", Brief: true},
	{
		Column: "last_name", Label: "Last name", Max: 80, Required: "Enter a last name", Brief: true,
		sort: listOrder{key: "sort_key", index: "contacts_by_name"},
	},
	{
		Column: "email", Label: "Email", Kind: Email, Max: 190, Searched: true, Brief: true, Listed: ShownWide,
		sort: listOrder{key: "email_key", folded: "email_folded", index: "contacts_sort_email", byName: true},
	},
	{
		Column: "phone", Label: "Phone", Kind: Phone, Max: 40, Searched: true, Brief: true, Listed: OfferedWide,
		sort: listOrder{key: "phone_key", index: "contacts_sort_phone", byName: true},
	},
	{Column: "mobile", Label: "Mobile", Kind: Phone, Max: 40, Searched: true},
	{
		Column: "job_title", Label: "Job title", Max: 120, Searched: true, Brief: true, Listed: OfferedWide,
		sort: listOrder{key: "title_key", folded: "title_folded", index: "contacts_sort_title", byName: true},
	},
	{
		Column: "owner_user_id", Parameter: "owner", Label: "Owner", Kind: Person, Max: 36, Listed: Shown,
		sort: listOrder{key: "owner_key", index: "contacts_sort_owner", byName: true},
	},
}

var linkFields = []Field{
	{Column: "role_label", Label: "Role", Max: 120, Usual: roleLabels},
	{
		Column: "relationship_status", Label: "Status", Kind: Choice, Max: 40,
		Required: "Choose Active, Prospect or Former", Options: RelationshipStatuses,
	},
	{Column: "is_main", Label: "Main organization", Kind: Flag, Max: 5},
}

// interactionFields are the editable columns of an interaction. happenedAt validates the time,
// which depends on the actor's time zone.
var interactionFields = []Field{
	{Column: "channel", Label: "Channel", Kind: Choice, Max: 40, Required: "Choose call, email, meeting or note", Options: Channels},
	{Column: "subject", Label: "Subject", Max: 200, Required: "Say in a line what happened, like “Renewal agreed”"},
	{Column: "body", Label: "Details", Kind: Lines, Max: 50_000},
	{Column: "outcome", Label: "Outcome", Max: 80, Usual: outcomes},
	{Column: "organization_id", Label: "Organization", Kind: Other, Max: 36},
	{Column: "contact_id", Label: "Contact", Kind: Other, Max: 36},
	{Column: "participant_id", Label: "Other people", Kind: Others, Max: 50_000},
	{Column: "user_id", Label: "Handled by", Kind: Person, Max: 36, Required: "Choose who handled it"},
	{Column: "happened_at", Label: "When", Kind: Moment, Max: 40},
}

// followUpFields are the editable columns of a follow-up. plan validates the day and the assignee.
var followUpFields = []Field{
	{Column: "text", Label: "Follow-up", Max: 200, Required: "Say what to do, like “Send the offer”"},
	{Column: "due_on", Label: "Due", Kind: Day, Max: 40, Required: "Choose the day it is due"},
	{Column: "due_time", Label: "Time", Kind: Hour, Max: 40},
	{Column: "assignee_id", Label: "Who", Kind: Person, Max: 36},
	{Column: "organization_id", Label: "Organization", Kind: Other, Max: 36},
	{Column: "contact_id", Label: "Contact", Kind: Other, Max: 36},
}

var userFields = []Field{
	{Column: "full_name", Label: "Name", Max: 160, Required: "Enter a name"},
	{Column: "email", Label: "Email", Kind: Email, Max: 190, Required: "Enter an email"},
	{Column: "time_zone", Label: "Time zone", Kind: Zone, Max: 64, Required: "Choose a time zone"},
	{Column: "theme", Label: "Theme", Kind: Choice, Max: 10, Required: "Choose a theme", Options: []string{"system", "light", "dark"}},
}

var roleFields = []Field{
	{Column: "name", Label: "Name", Max: 80, Required: "Enter a name for the role"},
	{Column: "slug", Label: "Short name", Max: 80, Required: "Enter a short name for the role"},
	{Column: "description", Label: "Description", Max: 400},
	{
		Column: "client_scope", Label: "Which clients", Kind: Choice, Max: 10,
		Required: "Choose all clients or own clients", Options: []string{"all", "own"},
	},
}

var viewFields = []Field{
	{Column: "name", Label: "Name", Max: 80, Required: "Enter a name for the view"},
	{Column: "query", Label: "Filters", Max: 4000},
}

// Suggestions for free text, offered before values in use.
var (
	sectors = []string{
		"Manufacturing", "SaaS", "Retail", "Logistics", "Healthcare", "Public sector",
		"Services", "Energy", "Food & drink", "Construction", "Media", "Education",
	}
	sizeBands  = []string{"1-10", "11-50", "51-200", "201-500", "501-1000", "1000+"}
	roleLabels = []string{"CFO", "CEO", "Billing contact", "Decision maker", "Technical contact", "Advisor", "Board member"}
	outcomes   = []string{"Follow-up scheduled", "Closed won", "Closed lost", "No answer", "Left a message", "Information sent"}
)

// fieldOf returns the field of a column. It panics if there is none.
func fieldOf(fields []Field, column string) Field {
	i := slices.IndexFunc(fields, func(f Field) bool { return f.Column == column })
	if i < 0 {
		panic(fmt.Sprintf("db: no field %q", column))
	}
	return fields[i]
}
