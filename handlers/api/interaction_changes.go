package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"clientregistry/db"
)

// interactionCreate logs an interaction with the record that the address names. The body can name
// the other end.
func (a *API) interactionCreate(c *gin.Context) error {
	k, r, err := a.record(c)
	if err != nil {
		return err
	}
	body, err := readBody(c)
	if err != nil {
		return err
	}
	own := k.Noun + "_id"
	fields := slices.DeleteFunc(slices.Clone(db.InteractionFields()), func(f db.Field) bool { return f.Column == own })
	values, err := typed(body, fields)
	if err != nil {
		return err
	}
	values[own] = r.ID
	i, err := a.db.LogInteraction(c.Request.Context(), who(c).Actor, values, "")
	if err != nil {
		return withJSONNames(err)
	}
	a.sendNewInteraction(c, i)
	return nil
}

func (a *API) sendNewInteraction(c *gin.Context, i db.Interaction) {
	c.Header("Location", root+"interactions/"+i.ID)
	a.sendInteraction(c, http.StatusCreated, i)
}

// interactionAgain answers a repeated request with the interaction that it made or brought back.
func (a *API) interactionAgain(c *gin.Context, made string) error {
	if made == "" {
		return a.interactionShow(c)
	}
	i, err := a.db.Interaction(c.Request.Context(), who(c).Actor, made)
	if err != nil {
		return err
	}
	a.sendNewInteraction(c, i)
	return nil
}

// withJSONNames gives the fields of a refused interaction their names in JSON.
func withJSONNames(err error) error {
	var refused *db.Invalid
	if !errors.As(err, &refused) {
		return err
	}
	for _, f := range db.InteractionFields() {
		if message, ok := refused.Fields[f.Column]; ok {
			delete(refused.Fields, f.Column)
			refused.Fields[nameOf(f)] = message
		}
	}
	return err
}

// interactionUpdate changes fields of an interaction. Its time has no empty value.
func (a *API) interactionUpdate(c *gin.Context) error {
	body, err := readBody(c)
	if err != nil {
		return err
	}
	values, err := typed(body, db.InteractionFields())
	if err != nil {
		return err
	}
	if isNull(body["happened_at"]) {
		return &db.Invalid{Fields: map[string]string{"happened_at": "Send a time, or leave this out"}}
	}
	i, err := a.interactionChange(c, func(id string, version int) (db.Interaction, error) {
		return a.db.UpdateInteraction(c.Request.Context(), who(c).Actor, id, version, values)
	})
	if err != nil {
		return withJSONNames(err)
	}
	a.sendInteraction(c, http.StatusOK, i)
	return nil
}

func isNull(raw json.RawMessage) bool { return string(raw) == "null" }

// interactionChange changes the interaction that the address names, and returns what do does.
func (a *API) interactionChange(c *gin.Context, do func(id string, version int) (db.Interaction, error)) (i db.Interaction, err error) {
	read := func() (version int, current []byte, err error) {
		i, err = a.interaction(c)
		return i.Version, interactionJSON(i), err
	}
	err = change(c, read, func(version int) error {
		changed, err := do(i.ID, version)
		if err == nil {
			i = changed
		}
		return err
	})
	return i, err
}

func (a *API) interactionDelete(c *gin.Context) error {
	_, err := a.interactionChange(c, func(id string, version int) (db.Interaction, error) {
		return a.db.DeleteInteraction(c.Request.Context(), who(c).Actor, id, version)
	})
	if err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

// interactionRestore brings back a deleted interaction, and leaves one that is there as it is. So it
// needs no version.
func (a *API) interactionRestore(c *gin.Context) error {
	id, err := id(c, "id")
	if err != nil {
		return err
	}
	if err := refuseBody(c); err != nil {
		return err
	}
	i, err := a.db.UndeleteInteraction(c.Request.Context(), who(c).Actor, id)
	if err != nil {
		return err
	}
	a.sendInteraction(c, http.StatusOK, i)
	return nil
}
