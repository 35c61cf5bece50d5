package db

import (
	"context"
	"slices"
	"strings"
)

// maxQuery is how many characters of a search count.
const maxQuery = 200

// match turns what somebody typed into an FTS4 query that finds each word by
// its beginning; false where there is no word in it. Nothing but lower-case
// letters and digits gets in from outside, so its operators cannot be typed.
// A phone number is found with other spaces than it was written with.
//
// columns names the columns of the index to look in, each with a colon; "" is all of them.
func match(typed, column string) (string, bool) {
	if r := []rune(typed); len(r) > maxQuery {
		typed = string(r[:maxQuery])
	}
	found := words(typed)
	if len(found) == 0 {
		return "", false
	}
	for i := range found {
		found[i] = column + found[i] + "*"
	}
	query := strings.Join(found, " ")
	if number := digits(typed); len(found) > 1 && len(number) >= 3 && !strings.ContainsFunc(typed, notInPhone) {
		query = "(" + query + ") OR " + column + number + "*"
	}
	return query, true
}

// candidates bounds how many matches a picker sorts: a word that very many
// records have takes no longer than a rare one.
const candidates = 300

// FindOrganizations returns up to n active organizations by what was typed,
// for pickers: those with the very words before those with words that begin so.
func (d *DB) FindOrganizations(ctx context.Context, by Actor, typed string, n int) ([]Organization, error) {
	return find(typed, "", n, func(o Organization) string { return o.ID }, func(query string) ([]Organization, error) {
		read, args := selectOrganizationFor(by, "sort_key")
		narrowed, more := best("organizations", "organization_search", by, by.seesOrganization("organizations.id"), query, n)
		rows, err := d.reader.query(ctx, read+narrowed, append(args, more...)...)
		page, err := collect(rows, err, scanOrganization)
		for i := range page {
			page[i].seenBy(by)
		}
		return page, err
	})
}

// FindContacts does the same for contacts.
func (d *DB) FindContacts(ctx context.Context, by Actor, typed string, n int) ([]Contact, error) {
	return find(typed, contactColumn(by), n, func(x Contact) string { return x.ID }, func(query string) ([]Contact, error) {
		read, args := selectContactFor(by, "sort_key")
		narrowed, more := best("contacts", "contact_search", by, by.seesContact("contacts.id"), query, n)
		rows, err := d.reader.query(ctx, read+narrowed, append(args, more...)...)
		page, err := collect(rows, err, scanContact)
		for i := range page {
			page[i].seenBy(by)
		}
		return page, err
	})
}

// contactColumn keeps the organizations' names out of a search by who sees only
// some of them: finding a person by a name that he cannot see would tell it.
func contactColumn(by Actor) string {
	if by.OwnOnly {
		return "words:"
	}
	return ""
}

// best narrows to the first n of the candidates by name. Where the actor sees
// only his own, all matches are candidates, or his might not be among them.
func best(table, index string, by Actor, seen condition, query string, n int) (narrowed string, args []any) {
	most := candidates
	if by.OwnOnly {
		most = -1
	}
	return `
		WHERE ` + table + `.id IN (
			SELECT id FROM ` + table + `
			WHERE +is_active = 1 AND docid IN (SELECT docid FROM ` + index + ` WHERE ` + index + ` MATCH ? LIMIT ?) AND ` + seen.sql + `
			ORDER BY sort_key, id LIMIT ?
		)
		ORDER BY sort_key, ` + table + `.id`, append(append([]any{query, most}, seen.args...), n)
}

func find[T any](typed, column string, n int, id func(T) string, list func(query string) ([]T, error)) ([]T, error) {
	begins, ok := match(typed, column)
	if !ok {
		return nil, nil
	}
	all, err := list(strings.ReplaceAll(begins, "*", ""))
	if err != nil || len(all) >= n {
		return all, err
	}
	more, err := list(begins)
	for _, x := range more {
		if len(all) < n && !slices.ContainsFunc(all, func(y T) bool { return id(y) == id(x) }) {
			all = append(all, x)
		}
	}
	return all, err
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
	return t.reindex("organization_search", "INSERT INTO organization_search (docid, words) VALUES (?, ?)", docid, searchWords(name, legal, site, tax))
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
	return t.reindex("contact_search", "INSERT INTO contact_search (docid, words, organizations) VALUES (?, ?, ?)",
		docid, searchWords(first, last, email, digits(phone), digits(mobile), title), searchWords(organizations))
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

func (t *tx) reindex(table, insert string, row ...any) error {
	if _, err := t.exec("DELETE FROM "+table+" WHERE docid = ?", row[0]); err != nil {
		return err
	}
	_, err := t.exec(insert, row...)
	return err
}

// searchWords are the words of texts as the index keeps them.
func searchWords(parts ...string) string { return strings.Join(words(strings.Join(parts, " ")), " ") }

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
