package db

import (
	"context"
	"strings"
)

// maxQuery is how many characters of a search count.
const maxQuery = 200

// match turns what somebody typed into an FTS4 query that finds each word by
// its beginning; false where there is no word in it. Nothing but lower-case
// letters and digits gets in from outside, so its operators cannot be typed.
// A phone number is found with other spaces than it was written with.
func match(typed string) (string, bool) {
	if r := []rune(typed); len(r) > maxQuery {
		typed = string(r[:maxQuery])
	}
	found := words(typed)
	if len(found) == 0 {
		return "", false
	}
	query := strings.Join(found, "* ") + "*"
	if number := digits(typed); len(found) > 1 && len(number) >= 3 && !strings.ContainsFunc(typed, notInPhone) {
		query = "(" + query + ") OR " + number + "*"
	}
	return query, true
}

func notInPhone(c rune) bool { return !strings.ContainsRune("0123456789 +-()./\u00a0", c) }

// digits are those of a phone number, so that it is found however it is spaced.
func digits(phone string) string {
	return strings.Map(func(c rune) rune {
		if c < '0' || c > '9' {
			return -1
		}
		return c
	}, phone)
}

// reindexOrganization puts an organization's words into the index anew.
func (t *tx) reindexOrganization(id string) error {
	docid, err := t.docid("organizations", id)
	if err != nil {
		return err
	}
	var name, legal, site, tax string
	err = t.queryRow("SELECT display_name, legal_name, ifnull(website, ''), ifnull(tax_id, '') FROM organizations WHERE id = ?", id).
		Scan(&name, &legal, &site, &tax)
	if err != nil {
		return err
	}
	return t.reindex("organization_search", docid, name, legal, site, tax)
}

// reindexContact does the same for a contact, who is also found by his organizations' names.
func (t *tx) reindexContact(id string) error {
	docid, err := t.docid("contacts", id)
	if err != nil {
		return err
	}
	var first, last, email, phone, mobile, title, organizations string
	err = t.queryRow(`
		SELECT first_name, last_name, ifnull(email, ''), ifnull(phone, ''), ifnull(mobile, ''), ifnull(job_title, ''),
			ifnull((SELECT group_concat(display_name, ' ') FROM organization_contact JOIN organizations ON organizations.id = organization_id WHERE contact_id = contacts.id), '')
		FROM contacts WHERE id = ?`, id).
		Scan(&first, &last, &email, &phone, &mobile, &title, &organizations)
	if err != nil {
		return err
	}
	return t.reindex("contact_search", docid, first, last, email, digits(phone), digits(mobile), title, organizations)
}

// docid is the number under which the index knows a record. One that another
// program wrote while this one runs gets it now.
func (t *tx) docid(table, id string) (docid int64, err error) {
	if _, err := t.exec("UPDATE "+table+" SET docid = (SELECT ifnull(max(docid), 0) + 1 FROM "+table+") WHERE id = ? AND docid IS NULL", id); err != nil {
		return 0, err
	}
	err = t.queryRow("SELECT docid FROM "+table+" WHERE id = ?", id).Scan(&docid)
	return docid, err
}

func (t *tx) reindex(table string, docid int64, parts ...string) error {
	if _, err := t.exec("DELETE FROM "+table+" WHERE docid = ?", docid); err != nil {
		return err
	}
	_, err := t.exec("INSERT INTO "+table+" (docid, words) VALUES (?, ?)", docid, strings.Join(words(strings.Join(parts, " ")), " "))
	return err
}

// indexForeignRows gives rows that another program wrote their sort key and their place in the index.
func (d *DB) indexForeignRows(ctx context.Context) error {
	return d.keep(ctx, func(t *tx) error {
		for _, kind := range []struct {
			table, name string
			reindex     func(string) error
		}{
			{"organizations", "display_name", t.reindexOrganization},
			{"contacts", "last_name || ' ' || first_name", t.reindexContact},
		} {
			rows, err := t.query("SELECT id, " + kind.name + " FROM " + kind.table + " WHERE docid IS NULL")
			found, err := collect(rows, err, func(r row) ([2]string, error) {
				var x [2]string
				err := r.Scan(&x[0], &x[1])
				return x, err
			})
			if err != nil {
				return err
			}
			for _, x := range found {
				if _, err := t.exec("UPDATE "+kind.table+" SET sort_key = ? WHERE id = ?", SortKey(x[1]), x[0]); err != nil {
					return err
				}
				if err := kind.reindex(x[0]); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
