package api

import (
	"github.com/gin-gonic/gin"

	"clientregistry/db"
	"clientregistry/handlers/middleware"
)

// route is one operation: which programs may use it, and its handler.
type route struct {
	method, path string
	access       middleware.Access
	handler      func(*API, *gin.Context) error
	list         bool // its handler reads the parameters of the address; others have none

	// again answers a repeated POST: with the record that it made, by its ID, or if it made none
	// (""), with the one of the address.
	again func(a *API, c *gin.Context, made string) error
}

// What operations require of a token and of its owner.
var (
	public      = middleware.Access{Need: db.Anybody, Public: true}
	anyToken    = middleware.Access{Need: db.OwnAccount}
	viewClients = middleware.Access{Need: db.ViewClients}
	editClients = middleware.Access{Need: db.EditClients}

	viewInteractions = middleware.Access{Need: db.ViewInteractions}
	editInteractions = middleware.Access{Need: db.EditInteractions}

	viewHistory            = middleware.Access{Need: db.ReadHistory}
	viewInteractionHistory = middleware.Access{Need: db.ReadInteractionHistory}
)

// routes are all operations of the API. Nothing else in this package decides who may do what.
var routes = []route{
	{"GET", "/api/openapi.yaml", public, (*API).document, false, nil},

	{"GET", "/api/crm/me", anyToken, (*API).me, false, nil},
	{"GET", "/api/crm/users", viewClients, (*API).userIndex, false, nil},

	{"GET", "/api/crm/organizations", viewClients, (*API).recordIndex, true, nil},
	{"POST", "/api/crm/organizations", editClients, (*API).recordCreate, false, (*API).recordAgain},
	{"GET", "/api/crm/organizations/:id", viewClients, (*API).recordShow, false, nil},
	{"PATCH", "/api/crm/organizations/:id", editClients, (*API).recordUpdate, false, nil},
	{"POST", "/api/crm/organizations/:id/archive", editClients, (*API).recordArchive, false, (*API).recordAgain},
	{"POST", "/api/crm/organizations/:id/restore", editClients, (*API).recordRestore, false, (*API).recordAgain},
	{"GET", "/api/crm/organizations/:id/contacts", viewClients, (*API).linkIndex, false, nil},
	{"POST", "/api/crm/organizations/:id/contacts", editClients, (*API).linkCreate, false, (*API).linkAgain},
	{"PATCH", "/api/crm/organizations/:id/contacts/:contact_id", editClients, (*API).linkUpdate, false, nil},
	{"DELETE", "/api/crm/organizations/:id/contacts/:contact_id", editClients, (*API).unlink, false, nil},
	{"GET", "/api/crm/organizations/:id/interactions", viewInteractions, (*API).interactionIndex, true, nil},
	{"POST", "/api/crm/organizations/:id/interactions", editInteractions, (*API).interactionCreate, false, (*API).interactionAgain},
	{"GET", "/api/crm/organizations/:id/history", viewHistory, (*API).historyIndex, true, nil},

	{"GET", "/api/crm/contacts", viewClients, (*API).recordIndex, true, nil},
	{"POST", "/api/crm/contacts", editClients, (*API).recordCreate, false, (*API).recordAgain},
	{"GET", "/api/crm/contacts/:id", viewClients, (*API).recordShow, false, nil},
	{"PATCH", "/api/crm/contacts/:id", editClients, (*API).recordUpdate, false, nil},
	{"POST", "/api/crm/contacts/:id/archive", editClients, (*API).recordArchive, false, (*API).recordAgain},
	{"POST", "/api/crm/contacts/:id/restore", editClients, (*API).recordRestore, false, (*API).recordAgain},
	{"GET", "/api/crm/contacts/:id/organizations", viewClients, (*API).linkIndex, false, nil},
	{"POST", "/api/crm/contacts/:id/organizations", editClients, (*API).linkCreate, false, (*API).linkAgain},
	{"PATCH", "/api/crm/contacts/:id/organizations/:organization_id", editClients, (*API).linkUpdate, false, nil},
	{"DELETE", "/api/crm/contacts/:id/organizations/:organization_id", editClients, (*API).unlink, false, nil},
	{"GET", "/api/crm/contacts/:id/interactions", viewInteractions, (*API).interactionIndex, true, nil},
	{"POST", "/api/crm/contacts/:id/interactions", editInteractions, (*API).interactionCreate, false, (*API).interactionAgain},
	{"GET", "/api/crm/contacts/:id/history", viewHistory, (*API).historyIndex, true, nil},

	{"GET", "/api/crm/interactions", viewInteractions, (*API).interactionIndex, true, nil},
	{"GET", "/api/crm/interactions/:id", viewInteractions, (*API).interactionShow, false, nil},
	{"GET", "/api/crm/interactions/:id/history", viewInteractionHistory, (*API).historyIndex, true, nil},
	{"PATCH", "/api/crm/interactions/:id", editInteractions, (*API).interactionUpdate, false, nil},
	{"DELETE", "/api/crm/interactions/:id", editInteractions, (*API).interactionDelete, false, nil},
	{"POST", "/api/crm/interactions/:id/restore", editInteractions, (*API).interactionRestore, false, (*API).interactionAgain},
	{"POST", "/api/crm/interactions/:id/follow-up", editInteractions, (*API).followUpCreate, false, (*API).followUpAgain},

	{"GET", "/api/crm/follow-ups", viewInteractions, (*API).followUpIndex, true, nil},
	{"POST", "/api/crm/follow-ups", editInteractions, (*API).followUpCreate, false, (*API).followUpAgain},
	{"GET", "/api/crm/follow-ups/:id", viewInteractions, (*API).followUpShow, false, nil},
	{"PATCH", "/api/crm/follow-ups/:id", editInteractions, (*API).followUpUpdate, false, nil},

	{"GET", "/api/crm/search", viewClients, (*API).search, true, nil},
	{"GET", "/api/crm/changes", viewClients, (*API).changeIndex, true, nil},
}
