package handlers

import "github.com/gin-gonic/gin"

// route is one URL: who may use it, and what answers it.
type route struct {
	method, path string
	access       access
	handler      func(*Server, *gin.Context) error
}

// routes is every URL of the registry. Nothing else decides who may do what.
var routes = []route{
	{"GET", "/healthz", public, (*Server).health},
	{"GET", "/readyz", public, (*Server).ready},
	{"GET", "/setup", public, (*Server).setupShow},
	{"POST", "/setup", public, (*Server).setupCreate},
	{"GET", "/login", public, (*Server).loginShow},
	{"POST", "/login", public, (*Server).loginCreate},
	{"POST", "/logout", signedIn, (*Server).logout},
	{"GET", "/account", signedIn, (*Server).accountShow},
	{"POST", "/account", signedIn, (*Server).accountUpdate},
	{"POST", "/account/password", signedIn, (*Server).passwordUpdate},
	{"GET", "/account/sessions", signedIn, (*Server).accountShow},
	{"POST", "/account/sessions/end-others", signedIn, (*Server).sessionEndOthers},
	{"POST", "/account/sessions/:id/end", signedIn, (*Server).sessionEnd},

	{"GET", "/", signedIn, (*Server).home},
	{"GET", "/search", viewClients, (*Server).search},

	{"GET", "/organizations", viewClients, (*Server).organizationIndex},
	{"GET", "/organizations/new", editClients, (*Server).organizationNew},
	{"GET", "/organizations/options", viewClients, (*Server).organizationOptions},
	{"POST", "/organizations", editClients, (*Server).organizationCreate},
	{"GET", "/organizations/:id", viewClients, (*Server).organizationShow},
	{"GET", "/organizations/:id/edit", editClients, (*Server).organizationEdit},
	{"POST", "/organizations/:id", editClients, (*Server).organizationUpdate},
	{"GET", "/organizations/:id/fields/:field", viewClients, (*Server).organizationFieldShow},
	{"GET", "/organizations/:id/fields/:field/edit", editClients, (*Server).organizationFieldEdit},
	{"POST", "/organizations/:id/fields/:field", editClients, (*Server).organizationFieldUpdate},
	{"POST", "/organizations/:id/archive", editClients, (*Server).organizationArchive},
	{"POST", "/organizations/:id/restore", editClients, (*Server).organizationRestore},
	{"GET", "/organizations/:id/contacts", viewClients, (*Server).linkIndex},
	{"POST", "/organizations/:id/contacts", editClients, (*Server).linkCreate},
	{"GET", "/organizations/:id/contacts/:contact_id", viewClients, (*Server).linkShow},
	{"GET", "/organizations/:id/contacts/:contact_id/edit", editClients, (*Server).linkEdit},
	{"POST", "/organizations/:id/contacts/:contact_id", editClients, (*Server).linkUpdate},
	{"POST", "/organizations/:id/contacts/:contact_id/unlink", editClients, (*Server).unlink},
	{"GET", "/organizations/:id/interactions", viewInteractions, (*Server).timelineIndex},
	{"POST", "/organizations/:id/interactions", editInteractions, (*Server).interactionCreate},
	{"GET", "/organizations/:id/history", viewHistory, (*Server).historyIndex},

	{"GET", "/contacts", viewClients, (*Server).contactIndex},
	{"GET", "/contacts/new", editClients, (*Server).contactNew},
	{"GET", "/contacts/options", viewClients, (*Server).contactOptions},
	{"POST", "/contacts", editClients, (*Server).contactCreate},
	{"GET", "/contacts/:id", viewClients, (*Server).contactShow},
	{"GET", "/contacts/:id/edit", editClients, (*Server).contactEdit},
	{"POST", "/contacts/:id", editClients, (*Server).contactUpdate},
	{"GET", "/contacts/:id/fields/:field", viewClients, (*Server).contactFieldShow},
	{"GET", "/contacts/:id/fields/:field/edit", editClients, (*Server).contactFieldEdit},
	{"POST", "/contacts/:id/fields/:field", editClients, (*Server).contactFieldUpdate},
	{"POST", "/contacts/:id/archive", editClients, (*Server).contactArchive},
	{"POST", "/contacts/:id/restore", editClients, (*Server).contactRestore},
	{"GET", "/contacts/:id/organizations", viewClients, (*Server).linkIndex},
	{"POST", "/contacts/:id/organizations", editClients, (*Server).linkCreate},
	{"GET", "/contacts/:id/organizations/:organization_id", viewClients, (*Server).linkShow},
	{"GET", "/contacts/:id/organizations/:organization_id/edit", editClients, (*Server).linkEdit},
	{"POST", "/contacts/:id/organizations/:organization_id", editClients, (*Server).linkUpdate},
	{"POST", "/contacts/:id/organizations/:organization_id/unlink", editClients, (*Server).unlink},
	{"GET", "/contacts/:id/interactions", viewInteractions, (*Server).timelineIndex},
	{"POST", "/contacts/:id/interactions", editInteractions, (*Server).interactionCreate},
	{"GET", "/contacts/:id/history", viewHistory, (*Server).historyIndex},

	{"GET", "/interactions", viewInteractions, (*Server).interactionIndex},
	{"GET", "/interactions/:id", viewInteractions, (*Server).interactionShow},
	{"GET", "/interactions/:id/edit", editInteractions, (*Server).interactionEdit},
	{"POST", "/interactions/:id", editInteractions, (*Server).interactionUpdate},
	{"POST", "/interactions/:id/delete", editInteractions, (*Server).interactionDelete},
	{"POST", "/interactions/:id/restore", editInteractions, (*Server).interactionRestore},

	{"GET", "/admin/users", manageUsers, (*Server).userIndex},
	{"POST", "/admin/users", manageUsers, (*Server).userCreate},
	{"GET", "/admin/users/:id", manageUsers, (*Server).userShow},
	{"POST", "/admin/users/:id/roles", manageUsers, (*Server).userRoles},
	{"POST", "/admin/users/:id/disable", manageUsers, (*Server).userDisable},
	{"POST", "/admin/users/:id/enable", manageUsers, (*Server).userEnable},
	{"POST", "/admin/users/:id/unlock", manageUsers, (*Server).userUnlock},
	{"POST", "/admin/users/:id/end-sessions", manageUsers, (*Server).userEndSessions},
	{"POST", "/admin/users/:id/invite", manageUsers, (*Server).userInvite},
	{"POST", "/admin/users/:id/reset-password", manageUsers, (*Server).userResetPassword},
	{"POST", "/admin/users/:id/hand-over", handOver, (*Server).userHandOver},
	{"GET", "/invitations/:token", public, (*Server).invitationShow},
	{"POST", "/invitations/:token", public, (*Server).invitationAccept},
	{"GET", "/resets/:token", public, (*Server).resetShow},
	{"POST", "/resets/:token", public, (*Server).resetFinish},
}
