package handlers

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"clientregistry/db"
	"clientregistry/db/text"
	"clientregistry/views"
	"clientregistry/views/wording"
)

// contactRecords describes the pages of contacts.
var contactRecords = &recordKind{
	RecordKind: db.ContactKind, description: "The people your team works with",
	placeholder: "Name, email or organization", missing: "Has no email",
	linkActions: []batchAction{
		{
			name: "link", label: "Link organization", asks: []string{"organization_id", "role_label", "relationship_status"},
			find: "organization", menu: true,
		},
		{
			name: "set_relationship_status", label: "Set relationship",
			asks: []string{"relationship_status", "organization_id"}, find: "organization", menu: true,
		},
	},
	read: (*db.DB).Contact, list: (*db.DB).Contacts, count: (*db.DB).CountContacts,
	create: (*db.DB).CreateContact, update: (*db.DB).UpdateContact, archive: (*db.DB).ArchiveContact, restore: (*db.DB).RestoreContact,
	links: (*db.DB).OrganizationsOf, detail: contactDetail, row: contactRow, cell: contactCell, meta: contactMeta,
}

func contactDetail(x db.Contact) []string {
	if x.Value("job_title") == "" && x.Organization == "" {
		return []string{x.Value("email")}
	}
	return []string{x.Value("job_title"), organizationsOf(x)}
}

// contactRow completes a row of the list of contacts.
func contactRow(row *views.Row, x db.Contact, columns []db.Column) {
	row.Numbers = numbersOf(x)
	row.Domain, row.Under = x.Value("job_title"), nonEmpty(organizationsOf(x), firstName(x.OwnerName))
	if slices.ContainsFunc(columns, func(col db.Column) bool { return col.Name == "job_title" }) {
		row.Domain = "" // it has a column of its own
	}
}

// contactCell returns the cell of a column that is no field, or that shows more than its field.
func contactCell(x db.Contact, col db.Column) views.Cell {
	if col.Name == "phone" {
		return views.Cell{Kind: "far", Text: cmp.Or(x.Value("phone"), x.Value("mobile"))}
	}
	return views.Cell{Kind: "cut", Text: organizationsOf(x)}
}

// organizationsOf names a contact's main organization and counts the others, like "Acme +2".
func organizationsOf(x db.Contact) string {
	if x.OtherOrganizations == 0 {
		return x.Organization
	}
	return x.Organization + " +" + strconv.Itoa(x.OtherOrganizations)
}

// contactMeta names the main organization and the number to dial.
func contactMeta(clock views.Clock, v *visitor, x db.Contact, links []db.Link) views.RecordMeta {
	m := views.RecordMeta{
		JobTitle: x.Value("job_title"), Contacted: v.Can(db.ViewInteraction), LastContact: clock.Date(x.LastContactAt), Never: "No contact yet",
	}
	for _, l := range links {
		switch {
		case l.RelationshipStatus == "Former":
		case m.Organization == nil:
			m.Organization = &views.Ref{Name: l.OrganizationName, Href: "/organizations/" + l.OrganizationID}
		default:
			m.Others++
		}
	}
	for _, column := range []string{"mobile", "phone"} {
		if len(m.Calls) == 0 {
			m.Calls = calls(v, "", x.Value(column))
		}
	}
	return m
}

// numbersOf returns a contact's phone numbers as typed, the one to try first before the other.
func numbersOf(x db.Contact) []string { return nonEmpty(x.Value("mobile"), x.Value("phone")) }

// dialable returns phone numbers as typed or, where a region is known, the first as it is dialed from
// anywhere.
func dialable(v *visitor, typed []string) []string {
	if v.PhoneRegion == "" {
		return typed
	}
	for _, s := range typed {
		for _, n := range text.Numbers(s) {
			return []string{text.DialFrom(n.Dial, v.PhoneRegion)}
		}
	}
	return nil
}

// calls returns the phone numbers in a typed text, each with the number to dial.
func calls(v *visitor, label, typed string) (all []views.Call) {
	for _, n := range text.Numbers(typed) {
		all = append(all, views.Call{Label: label, Shown: strings.TrimSpace(typed[n.From:n.To]), Number: text.DialFrom(n.Dial, v.PhoneRegion)})
	}
	return all
}

// reachOf returns the buttons that call and write to a contact, or none for other records.
func reachOf(v *visitor, r db.Record) views.Reach {
	reach := views.Reach{Name: r.Name()}
	if r.Kind == db.ContactKind {
		reach.Email = r.Value("email")
		reach.Calls = append(calls(v, "Mobile", r.Value("mobile")), calls(v, "Phone", r.Value("phone"))...)
	}
	return reach
}

// emailHolder returns the contact that already has a refused email, with a link to open it.
func emailHolder(refused *db.Invalid) *views.Found {
	if refused == nil || refused.Taken == nil {
		return nil
	}
	x := refused.Taken
	return &views.Found{
		Name: x.Name(), Href: "/contacts/" + x.ID, Archived: !x.IsActive, Detail: wording.Joined(x.Value("job_title"), x.Organization),
	}
}

// takenByNew is emailHolder for the form of a new contact: an archived holder can be restored from
// there.
func takenByNew(refused *db.Invalid) *views.Found {
	f := emailHolder(refused)
	if f != nil && f.Archived {
		f.Button, f.Action = "Restore "+text.Isolate(f.Name), f.Href+"/restore"
		f.Fields = []views.Hidden{{Name: "version", Value: strconv.Itoa(refused.Taken.Version)}}
	}
	return f
}

// takenByLinked is emailHolder for the form that creates and links a contact: it offers to link the
// holder.
func takenByLinked(refused *db.Invalid, action string) *views.Found {
	f := emailHolder(refused)
	if f == nil {
		return nil
	}
	f.Button = "Link " + text.Isolate(f.Name)
	if f.Archived {
		f.Button = "Restore and link"
	}
	f.Action, f.Fields = action, []views.Hidden{{Name: "found_id", Value: refused.Taken.ID}}
	return f
}
