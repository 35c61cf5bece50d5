package handlers

import (
	"strconv"

	"clientregistry/db"
	"clientregistry/views"
)

// organizationRecords describes the pages of organizations.
var organizationRecords = &recordKind{
	RecordKind: db.OrganizationKind, description: "The organizations your team works with",
	placeholder: "Name, domain or tax ID", missing: "Has no contacts",
	linkActions: []batchAction{
		{name: "link", label: "Link contact", asks: []string{"contact_id", "role_label", "relationship_status"}, find: "contact", menu: true},
	},
	read: (*db.DB).Organization, list: (*db.DB).Organizations, count: (*db.DB).CountOrganizations,
	create: (*db.DB).CreateOrganization, update: (*db.DB).UpdateOrganization,
	archive: (*db.DB).ArchiveOrganization, restore: (*db.DB).RestoreOrganization,
	links: (*db.DB).ContactsOf, detail: organizationDetail, row: organizationRow, cell: organizationCell, meta: organizationMeta,
}

func organizationDetail(o db.Organization) []string {
	return []string{o.Value("sector"), views.Domain(o.Value("website"))}
}

// organizationRow completes a row of the list of organizations.
func organizationRow(row *views.Row, o db.Organization, _ []db.Column) {
	row.Domain, row.Square = views.Domain(o.Value("website")), true
	row.Under = nonEmpty(o.Value("sector"), o.Value("size_band"), firstName(o.OwnerName))
}

// organizationCell returns the cell of a column that is no field.
func organizationCell(o db.Organization, _ db.Column) views.Cell {
	return views.Cell{Kind: "number", Text: strconv.Itoa(o.Contacts)}
}

func organizationMeta(clock views.Clock, v *visitor, o db.Organization, _ []db.Link) views.RecordMeta {
	return views.RecordMeta{
		Website: o.Value("website"), Contacted: v.Can(db.ViewInteraction),
		LastContact: clock.Date(o.LastContactAt), Never: "No contact with them yet",
	}
}
