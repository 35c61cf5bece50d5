package db

import (
	"context"
	"database/sql"
	"errors"

	"clientregistry/db/text"
)

// PhoneRegion returns the region whose phone numbers are written without a country code, like DE:
// that of the options, else the one chosen at the setup, "" if there is none.
func (d *DB) PhoneRegion() string {
	region, _ := d.phoneRegion.Load().(string)
	return region
}

func (d *DB) readPhoneRegion(ctx context.Context, o Options) error {
	region := o.PhoneRegion
	if region == "" {
		err := d.reader.QuickQueryRow(ctx, "SELECT region FROM phone_region WHERE id = 1").Scan(&region)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	d.phoneRegion.Store(region)
	return nil
}

// IsPhoneRegion reports whether a region, like DE, has phone numbers of its own.
func IsPhoneRegion(region string) bool { return text.IsPhoneRegion(region) }

// choosePhoneRegion keeps the region chosen at the setup.
func (t *tx) choosePhoneRegion(region string) error {
	switch {
	case region == "":
		return nil
	case !text.IsPhoneRegion(region):
		return invalid("phone_region", "Choose a country from the list")
	}
	_, err := t.Exec("INSERT INTO phone_region (id, region) VALUES (1, ?)", region)
	return err
}
