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
}

// What operations require of a token and of its owner.
var (
	anyToken    = middleware.Access{Need: db.OwnAccount}
	viewClients = middleware.Access{Need: db.ViewClients}
	editClients = middleware.Access{Need: db.EditClients}

	viewInteractions = middleware.Access{Need: db.ViewInteractions}
	editInteractions = middleware.Access{Need: db.EditInteractions}
)

// routes are all operations of the API. Nothing else in this package decides who may do what.
var routes = []route{
	{"GET", "/api/crm/me", anyToken, (*API).me, false},
	{"GET", "/api/crm/users", viewClients, (*API).userIndex, false},

	{"GET", "/api/crm/organizations", viewClients, (*API).recordIndex, true},
	{"POST", "/api/crm/organizations", editClients, (*API).recordCreate, false},
	{"GET", "/api/crm/organizations/:id", viewClients, (*API).recordShow, false},
	{"PATCH", "/api/crm/organizations/:id", editClients, (*API).recordUpdate, false},
	{"POST", "/api/crm/organizations/:id/archive", editClients, (*API).recordArchive, false},
	{"POST", "/api/crm/organizations/:id/restore", editClients, (*API).recordRestore, false},
	{"GET", "/api/crm/organizations/:id/contacts", viewClients, (*API).linkIndex, false},
	{"POST", "/api/crm/organizations/:id/contacts", editClients, (*API).linkCreate, false},
	{"PATCH", "/api/crm/organizations/:id/contacts/:contact_id", editClients, (*API).linkUpdate, false},
	{"DELETE", "/api/crm/organizations/:id/contacts/:contact_id", editClients, (*API).unlink, false},
	{"GET", "/api/crm/organizations/:id/interactions", viewInteractions, (*API).interactionIndex, true},

	{"GET", "/api/crm/contacts", viewClients, (*API).recordIndex, true},
	{"POST", "/api/crm/contacts", editClients, (*API).recordCreate, false},
	{"GET", "/api/crm/contacts/:id", viewClients, (*API).recordShow, false},
	{"PATCH", "/api/crm/contacts/:id", editClients, (*API).recordUpdate, false},
	{"POST", "/api/crm/contacts/:id/archive", editClients, (*API).recordArchive, false},
	{"POST", "/api/crm/contacts/:id/restore", editClients, (*API).recordRestore, false},
	{"GET", "/api/crm/contacts/:id/organizations", viewClients, (*API).linkIndex, false},
	{"POST", "/api/crm/contacts/:id/organizations", editClients, (*API).linkCreate, false},
	{"PATCH", "/api/crm/contacts/:id/organizations/:organization_id", editClients, (*API).linkUpdate, false},
	{"DELETE", "/api/crm/contacts/:id/organizations/:organization_id", editClients, (*API).unlink, false},
	{"GET", "/api/crm/contacts/:id/interactions", viewInteractions, (*API).interactionIndex, true},

	{"GET", "/api/crm/interactions", viewInteractions, (*API).interactionIndex, true},
	{"GET", "/api/crm/interactions/:id", viewInteractions, (*API).interactionShow, false},
	{"POST", "/api/crm/interactions/:id/follow-up", editInteractions, (*API).followUpCreate, false},

	{"GET", "/api/crm/follow-ups", viewInteractions, (*API).followUpIndex, true},
	{"POST", "/api/crm/follow-ups", editInteractions, (*API).followUpCreate, false},
	{"GET", "/api/crm/follow-ups/:id", viewInteractions, (*API).followUpShow, false},
	{"PATCH", "/api/crm/follow-ups/:id", editInteractions, (*API).followUpUpdate, false},

	{"GET", "/api/crm/search", viewClients, (*API).search, true},
}
